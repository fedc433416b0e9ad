import { readPublicClient } from '../identity/client/registered-client.ts';
import type { DpopProof } from '../identity/principal.ts';
import { type IssuanceRequest, type Issued, type IssuePorts, issue } from '../issue.ts';
import { type Outcome, refuse } from '../outcome.ts';
import { type PresentedDevice, type RedeemDevicePorts, redeemableDevice, toldDevice } from './device/redeem-device.ts';
import { codeRedeemed, codeUsedAgain, type PresentedCode, redeemableCode } from './redeem.ts';
import { hashOf } from './secret.ts';
import { isOwnPage } from './trust-client.ts';

export type CodePorts = RedeemDevicePorts;

/** A code that a browser brought, or the one that a device polls with. */
export type Redeemed = (
  | { readonly kind: 'code'; readonly code: PresentedCode }
  | { readonly kind: 'device'; readonly device: PresentedDevice }
) & {
  /** A proof of possession of a key, which what is issued is bound to (RFC 9449 section 5); absent: none came. */
  readonly dpop?: DpopProof;
};

/**
 * Issues what a person allowed at a browser, for an authorization code or a device code: looked up and held against its
 * client first, then decided, claimed, recorded and minted like every other request. A client that is none or not
 * public any more gets nothing for what was allowed to it before. Of many that redeem one code one wins; the others are
 * refused with replayed, and what the code gave is revoked. What was refused at the browser is recorded as it was
 * there.
 */
export async function issueByCode(
  ports: IssuePorts & CodePorts,
  presented: Redeemed,
  asked: Omit<IssuanceRequest, 'proofs' | 'scopes'>,
  signal: AbortSignal,
): Promise<Outcome<Issued>> {
  const { client } = presented.kind === 'code' ? presented.code : presented.device;
  const registered = await readPublicClient(client, await ports.configurations.current(signal), signal);
  // A public client does not authenticate: only its registration says that it gets nothing but bound tokens. Before
  // anything is redeemed: whoever forgot the proof may come again with the same code.
  if (presented.dpop === undefined && registered?.dpop === 'required') return refuse('dpop_proof_missing');
  const redeemable =
    presented.kind === 'code'
      ? await redeemableCode(ports, presented.code, signal)
      : await redeemableDevice(ports, presented.device, signal);
  if (!redeemable.ok) return redeemable;
  // It was public when the person allowed it.
  if (!isOwnPage(client) && registered?.authentication.method !== 'public') {
    return refuse(registered === null ? 'client_unknown' : 'client_not_permitted');
  }
  const { principal, scopes, targets, refused } = redeemable.value;
  const through = [...new Set([client, registered?.client ?? client])];
  const subject = { kind: 'sign-in', principal, through } as const;
  const target = { ...asked.target, names: [...asked.target.names, ...targets] };
  const key = presented.dpop === undefined ? {} : { dpop: presented.dpop };
  const proofs = { subject, actor: null, client: null, publicClients: 'refuse', ...key } as const;
  if (refused !== undefined) {
    const recorded = await issue(ports, { ...asked, proofs, scopes, target, refused }, signal);
    // What else is wrong, such as a proof of a key, is the device's own and no word of the browser's.
    if (recorded.ok || recorded.refusal.reason !== refused.reason) return recorded;
    return { ok: false, refusal: toldDevice(recorded.refusal) };
  }
  const code = presented.kind === 'code' ? presented.code.code : hashOf(presented.device.deviceCode);
  const issued = await issue(ports, { ...asked, proofs, scopes, target }, signal);
  if (issued.ok) await codeRedeemed(ports, code, issued.value, signal);
  else if (issued.refusal.reason === 'replayed') await codeUsedAgain(ports, code, signal);
  return issued;
}

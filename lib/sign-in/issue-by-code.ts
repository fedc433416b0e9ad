import { type IssuanceRequest, type Issued, type IssuePorts, issue } from '../issue.ts';
import type { Outcome } from '../outcome.ts';
import { codeRedeemed, codeUsedAgain, type PresentedCode, type RedeemPorts, redeemableCode } from './redeem.ts';

export type CodePorts = RedeemPorts;

/**
 * Issues what a person allowed at a browser, for an authorization code: looked up and held against its client first,
 * then decided, claimed, recorded and minted like every other request. Of many that redeem one code one wins; the
 * others are refused with replayed, and what the code gave is revoked.
 */
export async function issueByCode(
  ports: IssuePorts & CodePorts,
  presented: PresentedCode,
  asked: Omit<IssuanceRequest, 'proofs' | 'scopes'>,
  signal: AbortSignal,
): Promise<Outcome<Issued>> {
  const redeemable = await redeemableCode(ports, presented, signal);
  if (!redeemable.ok) return redeemable;
  const { subject, scopes, targets } = redeemable.value;
  const target = { ...asked.target, names: [...asked.target.names, ...targets] };
  const proofs = { subject, actor: null, client: null, publicClients: 'refuse' } as const;
  const issued = await issue(ports, { ...asked, proofs, scopes, target }, signal);
  if (issued.ok) await codeRedeemed(ports, presented.code, issued.value, signal);
  else if (issued.refusal.reason === 'replayed') await codeUsedAgain(ports, presented.code, signal);
  return issued;
}

import { isIP } from 'node:net';
import { accept, type Outcome } from '../outcome.ts';
import { toEpochSeconds } from '../time.ts';
import { type Asking, ask } from './ask.ts';
import type { Attempt } from './assertion.ts';
import type { Circuits } from './circuits.ts';
import { clientCredential } from './client-credential.ts';
import type { DownstreamPorts } from './downstream-ports.ts';
import type { DownstreamRequest, DownstreamToken, StepGrant } from './downstream-request.ts';
import { installationToken } from './github-app.ts';
import { type HeldSecrets, readHeldSecrets } from './held-secrets.ts';
import { hostTagOf } from './host-tag.ts';
import { readProviderResponse } from './provider-response.ts';
import { type FormGrant, tokenParameters } from './token-request-parameters.ts';

/** The circuits that requests are held against, and the name of this one among requests. */
export interface SharedCircuits {
  readonly circuits: Circuits;
  readonly name: string;
}

/**
 * Gets a token of one server, trying each of `held` while the server refuses the client; where it refuses all, the
 * secrets are read anew, because a rotation may have happened since they were kept, and a version that was not tried
 * yet gets its turn.
 */
export async function fetchToken(
  ports: DownstreamPorts,
  shared: SharedCircuits,
  request: DownstreamRequest<StepGrant>,
  held: readonly [HeldSecrets, ...HeldSecrets[]],
  signal: AbortSignal,
): Promise<Outcome<DownstreamToken>> {
  const fetchWith = attempts(ports, shared, request, signal);
  const [first, ...others] = held;
  let outcome = await fetchWith(first);
  for (const secrets of others) {
    if (!isClientRefused(outcome)) return outcome;
    outcome = await fetchWith(secrets);
  }
  if (!isClientRefused(outcome) || first.id === null) return outcome;
  const read = await readHeldSecrets(ports.secrets, request.grant, 'fresh', signal);
  const untried = read.ok ? read.value.filter(({ id }) => !held.some((tried) => tried.id === id)) : [];
  for (const secrets of untried) {
    if (!isClientRefused(outcome)) return outcome;
    outcome = await fetchWith(secrets);
  }
  return outcome;
}

const isClientRefused = (outcome: Outcome<DownstreamToken>): boolean =>
  !outcome.ok && outcome.refusal.reason === 'provider_client_refused';

function attempts(
  ports: DownstreamPorts,
  { circuits, name }: SharedCircuits,
  request: DownstreamRequest<StepGrant>,
  signal: AbortSignal,
) {
  let assertions = 0;
  const tokenId = (): string => {
    assertions += 1;
    return `${request.issuance}.${assertions}`;
  };
  const { grant } = request;
  const host = hostTagOf(grant.tokenEndpoint);
  const asking = { circuit: { provider: providerOf(grant), request: name }, host };
  const publicAddressOnly = !namesAddress(grant);
  return (secrets: HeldSecrets): Promise<Outcome<DownstreamToken>> => {
    const attempt: Attempt = { ports, request, secrets, signal, tokenId };
    return grant.provider === 'github-app'
      ? installationToken(attempt, grant, { circuits, asking, publicAddressOnly })
      : formToken(attempt, grant, circuits, { ...asking, publicAddressOnly });
  };
}

async function formToken(
  attempt: Attempt,
  grant: FormGrant,
  circuits: Circuits,
  { circuit, host, publicAddressOnly }: Pick<Asking, 'circuit' | 'host'> & { readonly publicAddressOnly: boolean },
): Promise<Outcome<DownstreamToken>> {
  const { ports, request, secrets, signal } = attempt;
  const at = toEpochSeconds(ports.clock.now());
  const build = async () => {
    const parameters = await tokenParameters(attempt, grant);
    if (!parameters.ok) return parameters;
    const credential = await clientCredential(attempt, grant.client);
    if (!credential.ok) return credential;
    const headers = {
      ...credential.value.headers,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      'user-agent': 'token-broker',
      // A proof that may be taken once is not sent again, so it does not go on a kept connection that may have been
      // closed.
      ...(request.proof === null ? {} : { connection: 'close' }),
    };
    const body = new URLSearchParams({ ...parameters.value, ...credential.value.parameters }).toString();
    return accept({ url: grant.tokenEndpoint, method: 'POST', headers, body, publicAddressOnly } as const);
  };
  const repeat = request.proof === null ? 'any-outage' : 'unprocessed';
  const answer = await ask(ports, circuits, { circuit, host, repeat, build }, signal);
  if (!answer.ok) return answer;
  const signed = grant.provider === 'jwt-bearer' && grant.signer.kind === 'secret' ? 'by-key' : 'not';
  return readProviderResponse(answer.value, { request, host, signed, at, secretVersion: secrets.id });
}

/** A client at an endpoint. */
function providerOf(grant: StepGrant): string {
  const client = grant.provider === 'github-app' ? grant.appId : (grant.client?.clientId ?? null);
  return JSON.stringify([grant.tokenEndpoint, client]);
}

/**
 * An address that is no public one is dialled where the grant says so, or has it in its URL; plain http is loopback
 * alone (the local stack).
 */
function namesAddress({ tokenEndpoint, allowPrivateAddress }: StepGrant): boolean {
  const { hostname, protocol } = new URL(tokenEndpoint);
  return allowPrivateAddress || protocol === 'http:' || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}

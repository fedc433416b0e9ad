import { accept, type Outcome, refuse } from '../../outcome.ts';
import { milliseconds } from '../../time.ts';
import type { AuthenticatedClient, ClientProof } from '../principal.ts';
import { verifyClientAssertion } from './client-assertion.ts';
import { verifyClientSecret } from './client-secret.ts';
import { type ClientContext, clientFacts, clientRefusal, readClient } from './registered-client.ts';

/**
 * A refusal takes this long from when the request was looked at, whatever was known, cached or compared on the way: so
 * its time does not tell a client that exists from one that does not. More than two reads of Secrets Manager and one of
 * DynamoDB take, and little beside the second in which a caller hears of an outage.
 */
const REFUSAL_TAKES = milliseconds(100);

/**
 * Authenticates a client in the one way it is registered for (RFC 6749 section 2.3, RFC 7523 section 2.2). An unknown
 * client and a wrong secret take the same reads and the same time, and give the same answer. Throws `Fault` where a
 * secret cannot be read.
 */
export async function verifyClient(
  proof: ClientProof,
  publicClients: 'refuse' | 'accept',
  context: ClientContext,
): Promise<Outcome<AuthenticatedClient>> {
  const { clock, pauses, signal } = context;
  const begun = clock.now();
  const outcome = await verify(proof, publicClients, context);
  if (outcome.ok || outcome.refusal.reason !== 'client_authentication_failed') return outcome;
  const left = REFUSAL_TAKES - Math.max(0, clock.now() - begun);
  if (left > 0) await pauses.wait(milliseconds(left), signal);
  return outcome;
}

function verify(
  proof: ClientProof,
  publicClients: 'refuse' | 'accept',
  context: ClientContext,
): Promise<Outcome<AuthenticatedClient>> {
  switch (proof.method) {
    case 'client_secret_basic':
    case 'client_secret_post':
      return verifyClientSecret(proof, context);
    case 'private_key_jwt':
      return verifyClientAssertion(proof, context);
    case 'none':
      return identifyPublicClient(proof.client, publicClients, context);
  }
}

/** A public client proves nothing; it is admitted only where its redirect URI and code verifier will. */
async function identifyPublicClient(
  name: string,
  publicClients: 'refuse' | 'accept',
  { configuration, signal }: ClientContext,
): Promise<Outcome<AuthenticatedClient>> {
  const client = await readClient(name, configuration, signal);
  if (client?.authentication.method !== 'public') return clientRefusal('client_secret_missing');
  if (publicClients === 'refuse') return refuse('client_not_permitted');
  const proof = { kind: 'client-secret', issuer: null, tokenId: null, sha256: null, expires: null } as const;
  return accept({ client: name, ...clientFacts(client), proof, reuse: null });
}

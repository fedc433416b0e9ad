import type { JwsAlgorithm } from '../documents/jws-algorithm.ts';
import type { DownstreamClient } from '../documents/oauth-token-grant.ts';
import type { DownstreamFacts } from '../downstream-presets/preset.ts';
import type { Report } from '../problem.ts';
import type { WrittenOauthTokenGrant } from '../schema/oauth-token-grant.ts';

/** How people write the broker's client at another authorization server. */
export type WrittenClient = Pick<
  WrittenOauthTokenGrant,
  'clientId' | 'clientSecret' | 'privateKey' | 'authentication' | 'assertionAudience' | 'keyId' | 'algorithm'
>;

type ClientFacts = Pick<DownstreamFacts, 'secretMethod' | 'assertionAudience' | 'keyHeader'>;

/** A field that says nothing without `clientId`. */
const strayCredential = (written: WrittenClient) =>
  (['clientSecret', 'privateKey', 'authentication', 'keyId', 'algorithm'] as const).find(
    (field) => written[field] !== undefined,
  );

/** The broker's own client at the server, or null where the grant names none. */
export function normalizeClient(written: WrittenClient, facts: ClientFacts, report: Report): DownstreamClient | null {
  const { clientId, clientSecret, privateKey } = written;
  if (clientId === undefined) {
    const stray = strayCredential(written);
    if (stray !== undefined) report(['clientId'], `is required beside ${stray}`, 'missing-field');
    return null;
  }
  const wanted = written.authentication ?? (privateKey !== undefined ? 'private_key_jwt' : facts.secretMethod);
  const secret = wanted === 'private_key_jwt' ? privateKey : clientSecret;
  const needed = wanted === 'private_key_jwt' ? 'privateKey' : 'clientSecret';
  const other = needed === 'privateKey' ? 'clientSecret' : 'privateKey';
  if (wanted === 'aws-web-identity') {
    for (const field of ['clientSecret', 'privateKey'] as const) {
      if (written[field] !== undefined)
        report([field], 'is not needed with authentication: aws-web-identity', 'misplaced-field');
    }
  } else {
    if (written[needed] === undefined) report([needed], `is required for ${wanted}`, 'missing-field');
    if (written[other] !== undefined) report([other], `is not used for ${wanted}`, 'misplaced-field');
  }
  const signs = wanted === 'private_key_jwt' || wanted === 'aws-web-identity';
  return {
    clientId,
    authentication: wanted,
    secret: wanted === 'aws-web-identity' ? null : (secret ?? null),
    assertionAudience: signs ? (written.assertionAudience ?? facts.assertionAudience) : null,
    keyId: written.keyId ?? null,
    keyHeader: facts.keyHeader,
    algorithm: normalizeAlgorithm(written.algorithm),
  };
}

export const normalizeAlgorithm = (algorithm: JwsAlgorithm | 'Ed25519' | undefined): JwsAlgorithm | null => {
  if (algorithm === undefined) return null;
  return algorithm === 'Ed25519' ? 'EdDSA' : algorithm;
};

/** The same where there has to be one. */
export function requireClient(written: WrittenClient, facts: ClientFacts, report: Report): DownstreamClient {
  const client = normalizeClient(written, facts, report);
  if (client === null && strayCredential(written) === undefined) {
    report(['clientId'], 'is required: the client that the broker is at this server', 'missing-field');
  }
  return client ?? NO_CLIENT;
}

/** Only stands where an error was reported, so that the rest of a grant is still checked. */
const NO_CLIENT: DownstreamClient = {
  clientId: '',
  authentication: 'client_secret_basic',
  secret: null,
  assertionAudience: null,
  keyId: null,
  keyHeader: 'kid',
  algorithm: null,
};

import { createHash } from 'node:crypto';
import type { Client } from '../../configuration/documents/clients.ts';
import type { JwsAlgorithm } from '../../configuration/documents/jws-algorithm.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import { accept, type Outcome } from '../../outcome.ts';
import { epochSeconds, seconds } from '../../time.ts';
import { type ParsedJwt, parseJwt, tokenType } from '../oidc/jwt.ts';
import { publicClaim, publicList, publicText } from '../oidc/public-text.ts';
import { verifyWithNewer } from '../oidc/signature.ts';
import { checkTimes, type TokenTimes } from '../oidc/times.ts';
import type { AuthenticatedClient, ClientProof } from '../principal.ts';
import { assertionRefusal, type ClientContext, clientFacts, clientRefusal, readClient } from './registered-client.ts';

/** Longest life of an assertion: from its `iat`, or from now where it has none. */
const MOST_SECONDS = 300;
const TOLERANCE = seconds(60);
const TYPES = ['jwt', 'client-authentication+jwt'];
export const CLIENT_ASSERTION_ALGORITHMS: readonly JwsAlgorithm[] = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];
const TOKEN_ID = /^[\x21-\x7e]{1,256}$/;

type AssertionProof = Extract<ClientProof, { method: 'private_key_jwt' }>;

/**
 * Verifies a client assertion: `iss` and `sub` are the client (and `client_id`, where there is one), `aud` is the
 * issuer of this broker and nothing else (per client, the token endpoint too), `exp` at most five minutes off, `jti`
 * good once, no `cnf` (RFC 7800), signed by a registered key. RFC 7523 sections 2.2 and 3, draft-ietf-oauth-rfc7523bis.
 */
export async function verifyClientAssertion(
  proof: AssertionProof,
  context: ClientContext,
): Promise<Outcome<AuthenticatedClient>> {
  const parsed = parseJwt(proof.assertion);
  if (!parsed.ok) return assertionRefusal(parsed.refusal, 'nothing');
  const jwt = parsed.value;
  const { iss, sub } = jwt.unverified;
  if (typeof iss !== 'string' || iss !== sub) return clientRefusal('assertion_subject');
  if (proof.client !== null && proof.client !== iss) return clientRefusal('assertion_client_id');
  const client = await readClient(iss, context.configuration, context.signal);
  if (client === null) return clientRefusal('client_unknown');
  const keys = await keysOf(client, jwt, context);
  if (!keys.ok) return keys;
  const newer = (tried: readonly JsonObject[]) => keysOf(client, jwt, context, tried);
  const signature = await verifyWithNewer(jwt, keys.value, CLIENT_ASSERTION_ALGORITHMS, newer);
  if (!signature.ok) return assertionRefusal(signature.refusal, 'nothing');
  return checkGenuine(client, jwt, context);
}

/**
 * What is left to check of an assertion whose signature holds: from here on refusals say what was expected and what
 * came.
 */
function checkGenuine(client: Client, jwt: ParsedJwt, { issuer, now }: ClientContext): Outcome<AuthenticatedClient> {
  const { aud, jti } = jwt.unverified;
  const type = tokenType(jwt.header);
  if (!TYPES.includes(type)) {
    return clientRefusal('type_mismatch', `typ must be one of: ${publicList(TYPES)}; it is ${publicText(type)}.`);
  }
  const audiences = audiencesOf(client, issuer);
  if (!isFor(audiences, aud)) {
    const detail = `aud must be one of: ${publicList(audiences)}, and nothing else; it is ${publicClaim(aud)}.`;
    return clientRefusal('audience_mismatch', detail);
  }
  const times = checkTimes(jwt.unverified, { now, tolerance: TOLERANCE, maxAge: null });
  if (!times.ok) return assertionRefusal(times.refusal, 'detail');
  const lasts = times.value.expires - (times.value.issuedAt ?? now);
  if (lasts > MOST_SECONDS) {
    return clientRefusal('assertion_lifetime', `It may last ${MOST_SECONDS} seconds at most; it lasts ${lasts}.`);
  }
  if (typeof jti !== 'string' || !TOKEN_ID.test(jti)) {
    return clientRefusal('assertion_jti', 'jti must be 1 to 256 visible ASCII characters.');
  }
  // Of no proof that comes with it is it known to be the client's: taken without one, it would be a bearer token.
  if (jwt.unverified['cnf'] !== undefined) {
    return clientRefusal('assertion_bound', 'It is bound to a further key (cnf), which nothing here proves.');
  }
  return accept(authenticated(client, jwt, jti, times.value));
}

/** `tried`: those that were found before, and verify nothing. */
async function keysOf(
  client: Client,
  jwt: ParsedJwt,
  context: ClientContext,
  tried?: readonly JsonObject[],
): Promise<Outcome<readonly JsonObject[]>> {
  const { authentication } = client;
  if (authentication.method === 'jwks') {
    if (tried !== undefined) return accept([]);
    const { keys } = authentication.jwks;
    const { kid } = jwt.header;
    return accept(kid === undefined ? keys : keys.filter((key) => key['kid'] === undefined || key['kid'] === kid));
  }
  if (authentication.method !== 'jwks-uri') return clientRefusal('client_method');
  const source = { issuer: `client:${client.client}`, jwksUri: authentication.jwksUri };
  return context.keySets.find(source, jwt.header.kid, context.signal, tried);
}

/** The issuer. Only a client registered so may name the token endpoint as well. */
function audiencesOf({ authentication }: Client, issuer: string): readonly string[] {
  const tokenEndpoint = 'audience' in authentication && authentication.audience === 'token-endpoint';
  return tokenEndpoint ? [issuer, `${issuer}/oauth2/token`] : [issuer];
}

/** One of them as the sole value, a string or a list of one. */
function isFor(audiences: readonly string[], aud: JsonValue | undefined): boolean {
  const [audience, ...others] = Array.isArray(aud) ? aud : [aud];
  return others.length === 0 && typeof audience === 'string' && audiences.includes(audience);
}

function authenticated(client: Client, jwt: ParsedJwt, jti: string, { expires }: TokenTimes): AuthenticatedClient {
  const issuer = `client:${client.client}`;
  const sha256 = createHash('sha256').update(jwt.compact).digest('hex');
  return {
    client: client.client,
    ...clientFacts(client),
    proof: { kind: 'client-assertion', issuer: client.client, tokenId: jti, sha256, expires },
    reuse: { reuse: 'once', issuer, tokenId: jti, until: epochSeconds(Math.ceil(expires + TOLERANCE)) },
  };
}

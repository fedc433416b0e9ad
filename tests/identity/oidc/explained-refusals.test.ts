import { describe, expect, it } from '@jest/globals';
import { verifyClient } from '../../../lib/identity/client/verify-client.ts';
import type { JsonValue } from '../../../lib/json.ts';
import type { Refusal } from '../../../lib/outcome.ts';
import { proofRefusals } from '../../../lib/refusals/proof.ts';
import type { Reason } from '../../../lib/refusals/registry.ts';
import { seconds } from '../../../lib/time.ts';
import { assertion, ISSUER as BROKER, client, contextOf, keyPair } from '../client/fixtures.ts';
import { type Circumstances, connection, HEADER, NOW, otherRsaKey, refusal, token, using } from './fixture.ts';

interface Told {
  readonly reason: Reason;
  readonly name: string;
  readonly claims?: Readonly<Record<string, JsonValue | undefined>>;
  readonly header?: Readonly<Record<string, string>>;
  readonly circumstances?: Circumstances;
  /** What was expected and what came, as the caller reads it. */
  readonly detail: string;
}

/** A name that a person would put into a text to break it, of 300 characters; and what may be told of it. */
const LONG = `"\\é\r\n${'x'.repeat(294)}`;
const CUT = `?????${'x'.repeat(195)}...`;
const AT = 'the clock here says 1800000000 and the tolerance is 60 seconds';
const party = using({ authorizedParties: ['web', 'cli'] });
const noAudience = using({ audience: [], authorizedParties: ['web'] });
const twoAlgorithms: Circumstances = {
  connections: [
    connection({ algorithms: ['ES256', 'PS256'] }),
    connection({ connection: 'other', audience: ['https://other.example.com'], algorithms: ['RS256'] }),
  ],
};

const TOLD: readonly Told[] = [
  {
    reason: 'audience_mismatch',
    name: 'another audience',
    claims: { aud: 'https://other.example.com' },
    detail: 'Every value of aud must be one of: https://broker.example.com; the token has: https://other.example.com.',
  },
  {
    reason: 'audience_mismatch',
    name: 'one audience too many',
    claims: { aud: ['https://broker.example.com', 'https://other.example.com'] },
    detail:
      'Every value of aud must be one of: https://broker.example.com; the token has: https://broker.example.com, https://other.example.com.',
  },
  {
    reason: 'audience_mismatch',
    name: 'no audience',
    claims: { aud: undefined },
    detail: 'Every value of aud must be one of: https://broker.example.com; the token has none.',
  },
  {
    reason: 'audience_mismatch',
    name: 'a long audience that is no text for an answer',
    claims: { aud: LONG },
    detail: `Every value of aud must be one of: https://broker.example.com; the token has: ${CUT}.`,
  },
  {
    reason: 'audience_mismatch',
    name: 'an audience where there should be none',
    claims: { aud: 'x', azp: 'web' },
    circumstances: noAudience,
    detail: 'The token must have no aud; it has: x.',
  },
  {
    reason: 'audience_mismatch',
    name: 'neither audience nor a known party',
    claims: { aud: undefined, client_id: LONG },
    circumstances: noAudience,
    detail: `The token must be issued to one of: web; it was issued to ${CUT}.`,
  },
  {
    reason: 'claims_invalid',
    name: 'an audience that is no text',
    claims: { aud: [7, { a: 1 }, [], LONG] },
    detail: `aud must be a string or a list of strings; it is a list (a number, an object, an empty list, ${CUT}).`,
  },
  {
    reason: 'authorized_party_mismatch',
    name: 'another party',
    claims: { azp: LONG },
    circumstances: party,
    detail: `The token must be issued to one of: web, cli; it was issued to ${CUT}.`,
  },
  {
    reason: 'authorized_party_mismatch',
    name: 'no party',
    circumstances: party,
    detail: 'The token must be issued to one of: web, cli; it was issued to nobody that it names.',
  },
  {
    reason: 'authorized_party_mismatch',
    name: 'two parties',
    claims: { azp: 'web', client_id: LONG },
    circumstances: party,
    detail: `One token names different parties: azp is web, client_id is ${CUT}.`,
  },
  {
    reason: 'claims_invalid',
    name: 'a party that is no text',
    claims: { azp: null, cid: '' },
    circumstances: party,
    detail: 'azp, appid, cid and client_id must be non-empty strings; azp is null, cid is an empty string.',
  },
  {
    reason: 'type_mismatch',
    name: 'another type',
    header: { typ: 'at+jwt' },
    detail: 'typ must be one of: jwt; it is at+jwt.',
  },
  {
    reason: 'type_mismatch',
    name: 'a long type that is no text for an answer',
    header: { typ: LONG },
    detail: `typ must be one of: jwt; it is ${CUT}.`,
  },
  {
    reason: 'type_mismatch',
    name: 'an access token that was declared an ID token',
    claims: { token_use: 'access' },
    circumstances: { declaredType: 'id_token' },
    detail: 'An ID token was declared; typ is jwt and token_use access.',
  },
  {
    reason: 'type_mismatch',
    name: 'an ID token that was declared an access token',
    claims: { token_use: 'id' },
    circumstances: { declaredType: 'access_token' },
    detail: 'An access token was declared; typ is jwt and token_use id.',
  },
  {
    reason: 'algorithm_not_allowed',
    name: 'an algorithm of another connection',
    circumstances: twoAlgorithms,
    detail: 'alg must be one of: ES256, PS256; it is RS256.',
  },
  {
    reason: 'expired',
    name: 'an end that is over',
    claims: { exp: NOW - 60, iat: NOW - 90, nbf: undefined },
    detail: `The token has expired: exp is 1799999940, 60 seconds ago; ${AT}.`,
  },
  {
    reason: 'not_yet_valid',
    name: 'a beginning that is to come',
    claims: { nbf: NOW + 61 },
    detail: `nbf is 1800000061, 61 seconds in the future; ${AT}.`,
  },
  {
    reason: 'not_yet_valid',
    name: 'a time of issue that is to come',
    claims: { iat: NOW + 61 },
    detail: `iat is 1800000061, 61 seconds in the future; ${AT}.`,
  },
  {
    reason: 'too_old',
    name: 'a time of issue that is too long ago',
    claims: { iat: NOW - 661, nbf: undefined },
    circumstances: using({ maxTokenAge: seconds(600) }),
    detail: `iat is 1799999339, 661 seconds ago, where at most 600 seconds are accepted; ${AT}.`,
  },
  {
    reason: 'claims_invalid',
    name: 'an end before the beginning',
    claims: { exp: NOW + 9, nbf: NOW + 10 },
    detail: 'exp (1800000009) is before nbf (1800000010) or iat (1799999990).',
  },
  {
    reason: 'claims_invalid',
    name: 'no end',
    claims: { exp: undefined },
    detail: 'The token needs an exp.',
  },
  {
    reason: 'claims_invalid',
    name: 'no time of issue where an age is asked for',
    claims: { iat: undefined },
    circumstances: using({ maxTokenAge: seconds(600) }),
    detail: 'The token needs an iat.',
  },
  {
    reason: 'claims_invalid',
    name: 'an end before the beginning, and no time of issue',
    claims: { exp: NOW + 9, nbf: NOW + 10, iat: undefined },
    detail: 'exp (1800000009) is before nbf (1800000010) or iat (absent).',
  },
  {
    reason: 'claims_invalid',
    name: 'an end before the time of issue, and no beginning',
    claims: { exp: NOW - 11, nbf: undefined },
    detail: 'exp (1799999989) is before nbf (absent) or iat (1799999990).',
  },
  {
    reason: 'audience_mismatch',
    name: 'five audiences',
    claims: { aud: ['a', 'b', 'c', 'd', 'e'] },
    detail: 'Every value of aud must be one of: https://broker.example.com; the token has: a, b, c, d, e.',
  },
  {
    reason: 'audience_mismatch',
    name: 'six audiences',
    claims: { aud: ['a', 'b', 'c', 'd', 'e', 'f'] },
    detail: 'Every value of aud must be one of: https://broker.example.com; the token has: a, b, c, d, e and more.',
  },
  {
    reason: 'claims_invalid',
    name: 'an audience that is in part empty',
    claims: { aud: ['a', '', null] },
    detail: 'aud must be a string or a list of strings; it is a list (a, an empty string, null).',
  },
  {
    reason: 'claims_invalid',
    name: 'a time that is a text',
    claims: { exp: LONG },
    detail: `exp must be a number of seconds up to the end of year 9999; it is the text ${CUT}.`,
  },
  {
    reason: 'claims_invalid',
    name: 'a time beyond year 9999',
    claims: { iat: 253_402_300_800 },
    detail: 'iat must be a number of seconds up to the end of year 9999; it is 253402300800.',
  },
  {
    reason: 'claims_invalid',
    name: 'a subject that is no text, which is not told',
    claims: { sub: LONG },
    detail:
      'sub must be a non-empty string of at most 1024 bytes without control characters; it is a string of 300 bytes.',
  },
  {
    reason: 'claims_invalid',
    name: 'a subject in a list, which is not told either',
    claims: { sub: ['admin'] },
    detail: 'sub must be a non-empty string of at most 1024 bytes without control characters; it is a list.',
  },
  {
    reason: 'claims_invalid',
    name: 'no id where tokens are used once',
    claims: { jti: undefined },
    circumstances: using({ reuse: 'once' }),
    detail: 'The token needs an id, which here is jti; it has none.',
  },
];

const make = ({ claims = {}, header = {} }: Told, more: Readonly<Record<string, JsonValue>> = {}) => ({
  claims: { ...claims, ...more },
  header: { ...HEADER, ...header },
});

const { privateKey, jwk } = await keyPair('k1');
const { privateKey: otherKey } = await keyPair('k1');

/** RFC 6749 section 5.2. */
const DESCRIPTION = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/;

describe('a refusal of a genuine token that names somebody here', () => {
  it.each(TOLD)('says what was expected and what came, in ASCII: $reason, $name', async (told) => {
    const refused = await refusal(token(make(told)), told.circumstances);
    expect(refused).toEqual({ reason: told.reason, detail: told.detail });
    expect(refused.detail).toMatch(DESCRIPTION);
  });

  it.each(TOLD)('says nothing of it to a stranger: $reason, $name', async (told) => {
    const refused = await refusal(token(make(told, { repository_owner_id: '9' })), told.circumstances);
    expect([refused.reason, refused.detail]).toEqual([
      // What can be found out without knowing whom a token names is the reason still.
      expect.stringMatching(`^(?:requirement_not_met|${told.reason})$`),
      undefined,
    ]);
  });

  it.each(TOLD)('says nothing of it where the signature does not hold: $reason, $name', async (told) => {
    const refused = await refusal(token({ ...make(told), signedBy: otherRsaKey }), told.circumstances);
    expect([refused.reason, refused.detail]).toEqual(['signature_invalid', undefined]);
  });

  it('is in this table for every check that comes after the signature, but those that have nothing public to tell', () => {
    const before: readonly Reason[] = [
      ...(['token_malformed', 'token_too_large', 'issuer_unknown', 'header_not_allowed', 'key_unknown'] as const),
      ...(['key_not_known_yet', 'key_unusable', 'signature_invalid', 'requirement_not_met'] as const),
    ];
    // Of the ledger, of broker tokens, of the label, of the client, and of the key that whoever asks has.
    const elsewhere: readonly Reason[] = [
      ...(['replayed', 'revoked', 'exchange_chain_too_long', 'principal_invalid'] as const),
      ...(['proof_client_mismatch', 'proof_key_mismatch'] as const),
      ...(['dpop_proof_missing', 'dpop_proof_invalid', 'dpop_proof_replayed', 'dpop_key_mismatch'] as const),
    ];
    const told = new Set(TOLD.map(({ reason }) => reason));
    const reasons = Object.keys(proofRefusals) as (keyof typeof proofRefusals)[];
    expect(reasons.filter((reason) => !told.has(reason)).sort()).toEqual([...before, ...elsewhere].sort());
  });
});

describe('a refusal of a client assertion whose signature holds', () => {
  const bot = (audience: 'issuer' | 'token-endpoint') =>
    client('jwt-bot', { method: 'jwks', jwks: { keys: [jwk] }, audience });
  const present = async (text: string, audience: 'issuer' | 'token-endpoint' = 'issuer'): Promise<Refusal | null> => {
    const proof = { method: 'private_key_jwt', assertion: text, client: null } as const;
    const outcome = await verifyClient(proof, 'refuse', contextOf([bot(audience)]));
    return outcome.ok ? null : outcome.refusal;
  };

  it.each([
    ['audience_mismatch', { aud: LONG }, {}, `aud must be one of: ${BROKER}, and nothing else; it is ${CUT}.`],
    [
      'audience_mismatch',
      { aud: [BROKER, 'x'] },
      {},
      `aud must be one of: ${BROKER}, and nothing else; it is a list (${BROKER}, x).`,
    ],
    ['type_mismatch', {}, { typ: LONG }, `typ must be one of: jwt, client-authentication+jwt; it is ${CUT}.`],
    ['assertion_lifetime', { exp: 1_795_251_901 }, {}, 'It may last 300 seconds at most; it lasts 301.'],
    ['assertion_jti', { jti: '' }, {}, 'jti must be 1 to 256 visible ASCII characters.'],
  ])('says what was expected and what came, to the client alone: %s', async (check, claims, header, detail) => {
    const expected = { reason: 'client_authentication_failed', log: { check } };
    expect(await present(await assertion(privateKey, claims, header))).toEqual({ ...expected, detail });
    expect(await present(await assertion(otherKey, claims, header))).toEqual({
      ...expected,
      log: { check: 'signature_invalid', algorithm: 'ES256', kid: 'k1', found: null },
    });
  });

  it('names both audiences where both are accepted', async () => {
    const refused = await present(await assertion(privateKey, { aud: 'x' }), 'token-endpoint');
    expect(refused?.detail).toBe(`aud must be one of: ${BROKER}, ${BROKER}/oauth2/token, and nothing else; it is x.`);
  });
});

import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { downstreamTokens } from '../../lib/downstream/tokens.ts';
import { answer, aRequest, downstreamWorld, formOf, good, NOW, SECRET, signal } from './provider.ts';

/** Mostly right, so that each way of being wrong is met with the rest in order. */
const mostly = <T, U>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<U>) =>
  fc.oneof(
    { weight: 6, arbitrary: right },
    { weight: 1, arbitrary: wrong },
    { weight: 1, arbitrary: fc.jsonValue() },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
const anyAnswer = fc.record({
  access_token: mostly(fc.constant('a-token'), fc.string()),
  token_type: mostly(fc.constantFrom('Bearer', 'bearer'), fc.constantFrom('BEARER', 'DPoP', 'N_A')),
  expires_in: mostly(fc.integer({ min: 1 }), fc.oneof(fc.double(), fc.integer())),
  scope: mostly(
    fc.constantFrom('reports:read', 'reports:list reports:read'),
    fc.oneof(fc.string(), fc.constant('admin')),
  ),
  error: fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, fc.string()),
});

it('hands on no token but a plain bearer token with an end, within the scope that was asked for, whatever a server answers', async () => {
  const seen = { issued: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(anyAnswer, fc.constantFrom(200, 200, 200, 201, 204, 400, 401, 403, 404), async (body, status) => {
      const { ports } = downstreamWorld(() => answer(status, body));
      const outcome = await downstreamTokens(ports).get(aRequest(), signal);
      if (!outcome.ok) {
        seen.refused += 1;
        return expect(outcome.refusal.reason).toMatch(/^provider_/);
      }
      seen.issued += 1;
      const { token, tokenType, expires, scope } = outcome.value.token;
      expect(status).toBe(200);
      expect(body.error).toBeUndefined();
      expect(token).toBe(body.access_token);
      expect(token).toMatch(/^[\x21-\x7e]+$/);
      expect([tokenType, String(body.token_type).toLowerCase()]).toEqual(['Bearer', 'bearer']);
      expect(expires - NOW).toBe(body.expires_in);
      expect(expires).toBeGreaterThan(NOW);
      for (const word of scope?.split(' ') ?? []) expect(['reports:read', 'reports:list']).toContain(word);
    }),
    { numRuns: 2_000 },
  );
  expect(seen.issued).toBeGreaterThan(50);
  expect(seen.refused).toBeGreaterThan(50);
});

it('sends any secret so that the server reads the very same, and nothing of it stands elsewhere', async () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(text, text, async (clientId, secret) => {
      const world = downstreamWorld(() => good());
      world.secrets.set(SECRET, { current: secret, previous: null, host: 'login.example.com' });
      const request = aRequest();
      const { grant } = request;
      if (grant.provider !== 'client-credentials') throw new Error('not the grant of this test');
      const client = { ...grant.client, clientId };
      await downstreamTokens(world.ports).get({ ...request, grant: { ...grant, client } }, signal);
      const [, encoded = ''] = world.asked[0]?.headers?.['authorization']?.split(' ') ?? [];
      const pair = Buffer.from(encoded, 'base64').toString().split(':');
      expect(pair.map((each) => new URLSearchParams(`x=${each}`).get('x'))).toEqual(
        [clientId, secret].map((each) => each.toWellFormed()),
      );
      expect(Object.keys(formOf(world.asked[0])).sort()).toEqual(['grant_type', 'scope']);
    }),
    { numRuns: 300 },
  );
});

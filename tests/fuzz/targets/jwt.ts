import { createPrivateKey, createPublicKey } from 'node:crypto';
import { compactVerify, importJWK } from 'jose';
import { verifyJwt } from '../../../lib/identity/oidc/verify-jwt.ts';
import type { JsonObject } from '../../../lib/json.ts';
import {
  AUDIENCE,
  CLAIMS,
  CONNECTION,
  context,
  encode,
  HEADER,
  signature,
  type TestKey,
} from '../../identity/oidc/fixture.ts';
import { privateKey } from '../../identity/saml/idp.ts';
import { Finding, type FuzzTarget } from '../target.ts';

/** Keys that stay the same, so that an input is good for ever. */
function fixedKey(name: 'idp' | 'ec', members: JsonObject): TestKey {
  const key = createPrivateKey(privateKey(name));
  return { privateKey: key, jwk: { ...createPublicKey(key).export({ format: 'jwk' }), ...members } as JsonObject };
}

const rsa = fixedKey('idp', { kid: 'rsa', use: 'sig' });
const ec = fixedKey('ec', { kid: 'ec', alg: 'ES256' });
const CONNECTIONS = [
  CONNECTION,
  {
    ...CONNECTION,
    connection: 'strict',
    audience: [`${AUDIENCE}/strict`],
    reuse: 'once' as const,
    claims: { team: '/a/0/b' },
  },
];

/**
 * `signed\nHEADER\nCLAIMS` is signed here, by the key that belongs to its algorithm; anything else is the token itself.
 */
function tokenOf(input: string): string {
  if (!input.startsWith('signed\n')) return input;
  const [, header = '', ...claims] = input.split('\n');
  const signed = `${encode(header)}.${encode(claims.join('\n'))}`;
  const isElliptic = header.includes('ES256');
  return `${signed}.${encode(signature(signed, isElliptic ? 'ES256' : 'RS256', isElliptic ? ec : rsa))}`;
}

const input = (header: object, claims: object): string =>
  `signed\n${JSON.stringify(header)}\n${JSON.stringify(claims)}`;

export const target: FuzzTarget = {
  name: 'jwt',
  seeds: async () => {
    const signed = [
      input(HEADER, CLAIMS),
      input({ alg: 'ES256', kid: 'ec' }, { ...CLAIMS, aud: [AUDIENCE], azp: 'x' }),
      input(HEADER, {
        ...CLAIMS,
        aud: `${AUDIENCE}/strict`,
        a: [{ b: 'c' }],
        may_act: { sub: 'x' },
        act: { sub: 'y' },
      }),
      input(HEADER, {
        ...CLAIMS,
        nested: { list: [1, 2.5, null, true], text: 'é' },
        'https://x.example/groups': ['a', 'b'],
      }),
    ];
    return [...signed, ...signed.map(tokenOf)];
  },
  check: async (given) => {
    const token = tokenOf(given);
    const outcome = await verifyJwt(token, context({ connections: CONNECTIONS, keys: [rsa.jwk, ec.jwk] }));
    if (!outcome.ok) return 'refused';
    const claims = await independently(token);
    if (claims === null) throw new Finding('accepted what no key signed');
    if (claims['sub'] !== outcome.value.subject) throw new Finding('names another subject than was signed');
    return 'taken';
  },
};

/** The claims, where jose finds the signature good; else null. */
async function independently(token: string): Promise<Record<string, unknown> | null> {
  for (const { jwk } of [rsa, ec]) {
    try {
      const key = await importJWK({ ...jwk }, jwk['alg'] === 'ES256' ? 'ES256' : 'RS256');
      const { payload } = await compactVerify(token, key);
      return JSON.parse(new TextDecoder().decode(payload));
    } catch {
      // Another key's, or nobody's.
    }
  }
  return null;
}

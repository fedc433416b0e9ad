import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { ConfigurationDocuments } from '../../lib/configuration/documents/configuration.ts';
import { loadConfiguration } from '../../lib/configuration/load.ts';
import { systemClock } from '../../lib/host/clock.ts';
import { toEpochSeconds } from '../../lib/time.ts';
import { credentialsEvent } from '../issuance/event.ts';
import { BROKER, ROLE } from '../issuance/workload.ts';

const LIMITS = 'limits: { perPrincipal: 100000/1h, total: 1000000/1h }\n';
const SESSION = `grant: { type: aws-session, roleArn: "${ROLE}" }\n`;
const TOKEN = 'grant: { type: broker-token, audience: "https://api.acme.internal" }\n';
const ACTED = 'allow: [{ connection: once, actor: { connection: once } }]\n';

const connection = (idp: string, name: string, reuse: string): string =>
  `connection: ${name}\ntype: oidc\nissuer: ${idp}\njwksUri: ${idp}/jwks\naudience: ["https://${name}.example"]\nalgorithms: [ES256]\nreuse: ${reuse}\n`;

const files = (idp: string, jwks: object): Readonly<Record<string, string>> => ({
  'connections/again.yaml': connection(idp, 'again', 'allow'),
  'connections/once.yaml': connection(idp, 'once', 'once'),
  'clients/bot.yaml': `client: bot\njwks: ${JSON.stringify(jwks)}\n`,
  'scopes/plain.yaml': `scope: plain\nallow: [{ connection: again }]\n${SESSION}`,
  'scopes/limited.yaml': `scope: limited\nallow: [{ connection: again }]\n${LIMITS}${SESSION}`,
  'scopes/once.yaml': `scope: once\nallow: [{ connection: once }]\n${LIMITS}${SESSION}`,
  'scopes/claims-session.yaml': `scope: claims-session\n${ACTED}${LIMITS}${SESSION}`,
  'scopes/claims-token.yaml': `scope: claims-token\n${ACTED}${LIMITS}${TOKEN}`,
});

/** Requests of one kind, each with proofs of its own. */
export interface Kind {
  readonly name: string;
  readonly function: 'credentials' | 'token';
  readonly events: readonly object[];
}

export interface TripsWorkload {
  readonly keySet: string;
  readonly documents: ConfigurationDocuments;
  readonly kinds: readonly Kind[];
}

async function load(contents: Readonly<Record<string, string>>): Promise<ConfigurationDocuments> {
  const folder = mkdtempSync(join(tmpdir(), 'token-broker-bench-'));
  try {
    for (const [path, text] of Object.entries(contents)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const loaded = await loadConfiguration(folder, { issuer: BROKER, now: toEpochSeconds(systemClock.now()) });
    if ('problems' in loaded) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
    return loaded.documents;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const tokenEvent = (form: Readonly<Record<string, string>>): object => {
  const event = credentialsEvent('', '');
  const http = { ...event.requestContext.http, method: 'POST', path: '/oauth2/token' };
  return {
    ...event,
    routeKey: 'ANY /oauth2/token',
    rawPath: '/oauth2/token',
    headers: { ...event.headers, authorization: undefined, 'content-type': 'application/x-www-form-urlencoded' },
    requestContext: { ...event.requestContext, routeKey: 'ANY /oauth2/token', http },
    body: Buffer.from(new URLSearchParams(form).toString()).toString('base64'),
    isBase64Encoded: true,
  };
};

/** `count` requests of each kind that the issue names. */
export async function tripsWorkload(idp: string, count: number): Promise<TripsWorkload> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] };
  const signed = (claims: Readonly<Record<string, string>>): Promise<string> =>
    new SignJWT({ iss: idp, sub: 'alice', jti: crypto.randomUUID(), ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'JWT' })
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
  const many = (make: () => Promise<object>): Promise<readonly object[]> =>
    Promise.all(Array.from({ length: count }, make));
  const credentials = async (name: string, scope: string, aud: string): Promise<Kind> => ({
    ...{ name, function: 'credentials' },
    events: await many(async () => credentialsEvent(scope, await signed({ aud: `https://${aud}.example` }))),
  });
  const exchange = async (name: string, scope: string): Promise<Kind> => ({
    ...{ name, function: 'token' },
    events: await many(async () => {
      const type = 'urn:ietf:params:oauth:token-type:jwt';
      return tokenEvent({
        ...{ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', scope },
        ...{ subject_token: await signed({ aud: 'https://once.example' }), subject_token_type: type },
        ...{ actor_token: await signed({ aud: 'https://once.example' }), actor_token_type: type },
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await signed({ iss: 'bot', sub: 'bot', aud: BROKER }),
      });
    }),
  });
  return {
    keySet: JSON.stringify(jwks),
    documents: await load(files(idp, jwks)),
    kinds: [
      await credentials('a session', 'plain', 'again'),
      await credentials('  with two limits', 'limited', 'again'),
      await credentials('  `once` and two limits', 'once', 'once'),
      await exchange('  three claims and two limits', 'claims-session'),
      await exchange('a broker token, three claims and two limits', 'claims-token'),
    ],
  };
}

/**
 * How many round trips to AWS a request makes one after the other: the deployed bundles, with a turnstile in front of
 * DynamoDB, STS and Secrets Manager (docs/performance.md has the table).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type Endpoints, startEndpoints } from '../../../local/endpoints/embedded.ts';
import type { Endpoint } from '../../../local/endpoints/server.ts';
import { type Broker, type Folder, startBroker } from '../broker.ts';
import { type People, startPeople } from '../oauth/people.ts';
import { basic } from '../oauth/stage.ts';
import { behind, type Round, Turnstile } from './turnstile.ts';

const SECRET = 'the-secret-of-nightly-bot';
const ONE = 'limits: { perPrincipal: 1000/1h }\n';
const TWO = 'limits: { perPrincipal: 1000/1h, total: 10000/1h }\n';
const session = '  type: aws-session\n  roleArn: arn:aws:iam::111122223333:role/token-broker/demo\n';
const token = '  type: broker-token\n  audience: https://api.acme.internal\n';
const people = '  - connection: people\n';
const actors = '  - connection: people\n    actor: { connection: people }\n';
const scope = (name: string, allow: string, grant: string, limits = ''): Folder => ({
  [`scopes/${name}.yaml`]: `scope: ${name}\nallow:\n${allow}${limits}grant:\n${grant}`,
});
const connection = (name: string, reuse: string): Folder => ({
  [`connections/${name}.yaml`]: `connection: ${name}\ntype: oidc\nissuer: @PEOPLE@\njwksUri: @PEOPLE@/keys\naudience: ["https://${name}.example"]\nalgorithms: [ES256]\nreuse: ${reuse}\n`,
});

function folder(issuer: string, jwks: object): Folder {
  const files: Folder = {
    ...connection('people', 'allow'),
    ...connection('once', 'once'),
    'clients/nightly-bot.yaml': 'client: nightly-bot\nsecret: token-broker/clients/nightly-bot\n',
    'clients/jwt-bot.yaml': `client: jwt-bot\njwks: ${JSON.stringify(jwks)}\n`,
    ...scope('plain', people, session),
    ...scope('one', people, session, ONE),
    ...scope('two', people, session, TWO),
    ...scope('once', '  - connection: once\n', session),
    ...scope('once-two', '  - connection: once\n', session, TWO),
    ...scope('claims', actors.replaceAll('people', 'once'), token, TWO),
    ...scope('read', '  - client: nightly-bot\n', token),
    ...scope('write', '  - client: nightly-bot\n', token),
  };
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replaceAll('@PEOPLE@', issuer)]));
}

const turnstile = new Turnstile();
let inner: Endpoints;
let gates: readonly Endpoint[];
let issuer: People;
let broker: Broker;
let key: CryptoKey;

beforeAll(async () => {
  inner = await startEndpoints({}, 0);
  const { DYNAMODB, SECRETS_MANAGER, STS } = inner.urls;
  gates = await Promise.all([DYNAMODB, SECRETS_MANAGER, STS].map((url) => behind(turnstile, url)));
  const [dynamoDb, secretsManager, sts] = gates.map(({ url }) => url);
  issuer = await startPeople();
  const pair = await generateKeyPair('ES256', { extractable: true });
  key = pair.privateKey;
  const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] };
  broker = await startBroker({
    config: folder(issuer.url, jwks),
    endpoints: {
      ...{ AWS_ACCESS_KEY_ID: 'given', AWS_SECRET_ACCESS_KEY: 'given', AWS_REGION: 'eu-central-1' },
      AWS_ENDPOINT_URL_DYNAMODB: dynamoDb,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager,
      AWS_ENDPOINT_URL_STS: sts,
    },
  });
  await broker.putSecrets([{ name: 'token-broker/clients/nightly-bot', value: SECRET, host: null }]);
}, 120_000);

afterAll(async () => {
  await broker.stop();
  await Promise.all([...gates, issuer, inner].map((each) => each.stop()));
});

type Ask = () => Promise<Response>;

const proof = (of: 'people' | 'once'): Promise<string> =>
  issuer.token({ aud: `https://${of}.example`, sub: 'alice', jti: crypto.randomUUID() });

const credentials =
  (name: string, jwt: string): Ask =>
  () =>
    fetch(`${broker.url}/v1/credentials/${name}`, { headers: { authorization: `Bearer ${jwt}` } });

const tokens =
  (form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): Ask =>
  () =>
    fetch(`${broker.url}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form), headers });

const clientCredentials = (scopes: string): Ask =>
  tokens({ grant_type: 'client_credentials', scope: scopes }, { authorization: basic('nightly-bot', SECRET) });

/** A client assertion, a subject's token and an actor's, each good for once. */
async function threeClaims(): Promise<Ask> {
  const assertion = new SignJWT({ iss: 'jwt-bot', sub: 'jwt-bot', aud: broker.url })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime('1m');
  const type = 'urn:ietf:params:oauth:token-type:jwt';
  return tokens({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    scope: 'claims',
    ...{ subject_token: await proof('once'), subject_token_type: type },
    ...{ actor_token: await proof('once'), actor_token_type: type },
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await assertion.sign(key),
  });
}

async function measured(ask: Ask): Promise<{ readonly status: number; readonly rounds: readonly Round[] }> {
  const { answer, rounds } = await turnstile.of(ask);
  return { status: answer.status, rounds };
}

/** Of the pointer and of what is revoked. */
const READS = ['GetItem', 'GetItem'];
/** Rounds without what is read ahead of need, which stands beside others where it is a few seconds old. */
const withoutRefresh = ([first = [], ...others]: readonly Round[]): readonly Round[] => {
  const rest = first.filter((operation) => operation !== 'GetItem');
  const isRefreshed = rest.length > 0 && first.length - rest.length === READS.length;
  return [isRefreshed ? rest : first, ...others];
};
const PUT = ['PutItem'];
const MINT: readonly Round[] = [PUT, ['AssumeRole'], PUT];

describe('a client that comes to a cold process', () => {
  it('never waits for the ring: it is read beside who the client is', async () => {
    const { status, rounds } = await measured(clientCredentials('read'));
    const secret = ['DescribeSecret', 'GetSecretValue', 'GetSecretValue'];
    expect(status).toBe(200);
    expect(rounds).toEqual([READS, ['GetItem', ...secret].toSorted(), secret, ['GetItem'], ['PutItem']]);
  });
});

describe('round trips one after the other, warm', () => {
  const kinds: readonly (readonly [string, () => Promise<Ask>, readonly Round[]])[] = [
    ['a session', async () => credentials('plain', await proof('people')), MINT],
    ['with one limit', async () => credentials('one', await proof('people')), [['UpdateItem'], ...MINT]],
    ['with two limits', async () => credentials('two', await proof('people')), [['UpdateItem', 'UpdateItem'], ...MINT]],
    ['a proof of `once`', async () => credentials('once', await proof('once')), [PUT, ...MINT]],
    [
      'a proof of `once`, two limits',
      async () => credentials('once-two', await proof('once')),
      [['PutItem', 'UpdateItem', 'UpdateItem'], ...MINT],
    ],
    ["a client's token", async () => clientCredentials('read'), [PUT]],
    ['of two scopes', async () => clientCredentials('read write'), [['PutItem', 'PutItem']]],
    [
      'three claims and two limits, a token',
      threeClaims,
      [['PutItem', 'PutItem', 'PutItem', 'UpdateItem', 'UpdateItem'], PUT],
    ],
  ];

  it.each(kinds)('%s', async (_, make, expected) => {
    // The first of a kind reads what the second has in memory.
    await (await make())();
    const { status, rounds } = await measured(await make());
    expect(status).toBe(200);
    expect(withoutRefresh(rounds)).toEqual(expected);
  });
});

describe('a proof that was used before', () => {
  it('counts nothing, and makes one claim and one record', async () => {
    const ask = credentials('once-two', await proof('once'));
    expect((await ask()).status).toBe(200);
    const { status, rounds } = await measured(ask);
    expect([status, rounds]).toEqual([401, [PUT, ['UpdateItem']]]);
  });
});

describe("the configuration's pointer and the revocations", () => {
  it('are waited for, side by side, after a pause', async () => {
    await pause(5_200);
    const { rounds } = await measured(credentials('plain', await proof('people')));
    expect(rounds).toEqual([READS, ...MINT]);
  });

  it('are read beside a request that comes within its time', async () => {
    await credentials('plain', await proof('people'))();
    await pause(2_700);
    const { rounds } = await measured(credentials('plain', await proof('people')));
    expect(rounds).toEqual([[...READS, 'PutItem'], ...MINT.slice(1)]);
  });
});

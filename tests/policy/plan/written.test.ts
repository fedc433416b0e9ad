/** Whatever a plan says that a field is, it names the field as it stands in a file. */
import { join } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import type { Client } from '../../../lib/configuration/documents/clients.ts';
import type { Connection } from '../../../lib/configuration/documents/connections.ts';
import type { Scope } from '../../../lib/configuration/documents/scopes.ts';
import { jsonSchemas } from '../../../lib/configuration/json-schemas.ts';
import { loadConfiguration } from '../../../lib/configuration/load.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../lib/json.ts';
import type { Said } from '../../../lib/policy/plan/change.ts';
import { compareClients } from '../../../lib/policy/plan/client.ts';
import { compareConnections } from '../../../lib/policy/plan/connection.ts';
import { compareScopes } from '../../../lib/policy/plan/scope.ts';
import { compareWritten } from '../../../lib/policy/plan/written.ts';
import { documentsOf, ISSUER, NOW } from '../../configuration/folder-of.ts';
import { linesOf } from './said.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', '..', 'examples');

/** What no example has. */
const MORE = {
  'connections/corp.yaml':
    'connection: corp\ntype: oidc\nissuer: https://idp.example\naudience: [web]\nsignIn: { clientId: web, clientSecret: token-broker/sign-in/corp }\n',
  'clients/old.yaml': 'client: old\nsecret: token-broker/clients/old\nsecretOverlap: 1h\n',
  'clients/keys.yaml': 'client: keys\njwksUri: https://keys.example/jwks\n',
  'scopes/approved.yaml':
    'scope: approved\nallow: [{ connection: corp }]\nparameters: { stage: { pattern: "a*", default: a } }\nrequires: { approval: { from: [{ connection: corp }], within: 5m, personClaims: [email] } }\ngrant: { type: broker-token, audience: "https://a.example", claims: { stage: "${param.stage}" } }\n',
};

const KINDS = ['type', 'provider', 'kind', 'method', 'scope', 'connection', 'client'];
/** Told as who gains and who loses. */
const RULES = ['allow', 'deny', 'require', 'from', 'breakGlass'];

/** The document with each of its values another one, one at a time; what kind it is stays. */
function edits(value: JsonValue, name = ''): readonly JsonValue[] {
  if (KINDS.includes(name) || RULES.includes(name)) return [];
  if (Array.isArray(value)) {
    const [first = 'x', ...others] = value;
    return isJsonObject(first) ? editsOf(first).map((other) => [other, ...others]) : [[...value, 'x']];
  }
  if (typeof value === 'number') return [value + 1];
  if (typeof value === 'boolean') return [!value];
  return isJsonObject(value) ? editsOf(value) : [`${value ?? ''}x`];
}

const editsOf = (value: JsonObject): readonly JsonObject[] =>
  Object.entries(value).flatMap(([name, member]) =>
    (isJsonObject(member) ? editsOf(member) : edits(member ?? null, name)).map((other) => ({
      ...value,
      [name]: other,
    })),
  );

/** Whether a schema has a field of that path. */
function has(schema: JsonValue | undefined, [name, ...below]: readonly string[]): boolean {
  if (name === undefined) return true;
  if (!isJsonObject(schema)) return false;
  const { properties, additionalProperties, anyOf, oneOf } = schema;
  const own = isJsonObject(properties) ? properties[name] : undefined;
  const branches = [anyOf, oneOf].flatMap((each) => (Array.isArray(each) ? each : []));
  const isOpen = own === undefined && additionalProperties !== undefined && additionalProperties !== false;
  return has(own, below) || isOpen || branches.some((each) => has(each, [name, ...below]));
}

const fields = new Map<string, Set<string>>();

beforeAll(async () => {
  const loaded = await loadConfiguration(EXAMPLES, { issuer: ISSUER, now: NOW });
  if ('problems' in loaded) throw new Error('the examples do not load');
  const more = await documentsOf(MORE);
  const collect = <T extends object>(
    kind: string,
    documents: readonly T[],
    compare: (a: T, b: T) => readonly Said[],
  ) => {
    const said = documents.flatMap((one) =>
      editsOf(JSON.parse(JSON.stringify(one))).flatMap((other) => compare(one, JSON.parse(JSON.stringify(other)))),
    );
    const named = said.flatMap(({ what }) => /^(\S+) is .* instead of/.exec(what)?.[1] ?? []);
    fields.set(kind, new Set(named));
  };
  const { connections, clients, scopes } = loaded.documents;
  collect<Connection>('connection', [...connections, ...more.connections], compareConnections);
  collect<Client>('client', [...clients, ...more.clients], compareClients);
  collect<Scope>('scope', [...scopes, ...more.scopes], compareScopes);
});

it.each(['connection', 'client', 'scope'])('every field that is named of a %s stands in its JSON schema', (kind) => {
  const schema = jsonSchemas().get(`${kind}.schema.json`);
  const named = [...(fields.get(kind) ?? [])];
  expect(named.filter((path) => !has(schema, path.split('.')))).toEqual([]);
});

it.each([
  ['connection', ['issuer', 'jwksUri', 'signIn.clientId', 'signIn.clientSecret', 'signIn.scopes', 'principal']],
  ['client', ['secret', 'secretOverlap', 'jwksUri']],
  [
    'scope',
    [
      ...['grant.clientId', 'grant.clientSecret', 'grant.privateKey', 'grant.authentication', 'grant.keyId'],
      ...['grant.identityProvider.clientId', 'grant.identityProvider.tokenEndpoint', 'grant.signer.privateKey'],
      ...['requires.approval.within', 'parameters.stage.default', 'grant.roleArn'],
    ],
  ],
])('of a %s what is stored under another name is told by the name that people wrote', (kind, expected) => {
  expect([...(fields.get(kind) ?? [])]).toEqual(expect.arrayContaining(expected));
});

const keyed = (more: JsonObject): JsonObject => ({ client: { keyHeader: 'x5t', ...more } });
const issuers = (...more: readonly JsonObject[]): JsonObject => ({ issuers: [...more] });

it.each<[string, 'grant' | 'connection' | 'client' | 'approval', JsonObject, JsonObject, readonly string[]]>([
  ['one issuer', 'connection', issuers({ issuer: 'a' }), issuers({ issuer: 'b' }), ['issuer is b instead of a']],
  [
    'an issuer more',
    'connection',
    issuers({ issuer: 'a', jwksUri: null }),
    issuers({ issuer: 'a', jwksUri: null }, { issuer: 'b', jwksUri: null }),
    ['issuer is ["a","b"] instead of a'],
  ],
  [
    'the key set of one of several',
    'connection',
    issuers({ issuer: 'a' }, { issuer: 'b', jwksUri: 'j' }, { issuer: 'c', jwksUri: null }),
    issuers({ issuer: 'a' }, { issuer: 'b', jwksUri: 'k' }, { issuer: 'c', jwksUri: null }),
    ['jwksUri is k instead of j'],
  ],
  [
    'a key',
    'grant',
    keyed({ authentication: 'private_key_jwt', secret: 'a', algorithm: 'ES256' }),
    keyed({ authentication: 'private_key_jwt', secret: 'b', algorithm: 'RS256' }),
    ['algorithm is RS256 instead of ES256', 'privateKey is b instead of a'],
  ],
  [
    'a password of a sign-in',
    'connection',
    { signIn: keyed({ authentication: 'client_secret_basic', secret: 'a' }) },
    { signIn: keyed({ authentication: 'client_secret_basic', secret: 'b' }) },
    ['signIn.clientSecret is b instead of a'],
  ],
  [
    'the audience of the grant, which its client has too',
    'grant',
    { assertionAudience: 'a', ...keyed({ assertionAudience: 'b' }) },
    { assertionAudience: 'a', ...keyed({ assertionAudience: 'c' }) },
    [],
  ],
  ['a kind that other fields say', 'grant', { signer: { kind: 'a' } }, { signer: { kind: 'b' } }, []],
  [
    'how a client authenticates',
    'client',
    { authentication: { method: 'secret', overlap: 3600 } },
    { authentication: { method: 'jwks', jwks: { keys: [] }, audience: 'issuer' } },
    [
      'assertionAudience is issuer instead of nothing',
      'jwks is {"keys":[]} instead of nothing',
      'secretOverlap is nothing instead of 1h',
    ],
  ],
  ['a duration', 'grant', { expiresIn: 900 }, { expiresIn: 3600 }, ['expiresIn is 1h instead of 15m']],
  [
    'durations of an approval',
    'approval',
    { within: 60, for: 60, uses: 60 },
    { within: 90, for: 120, uses: 61 },
    ['at.for is 2m instead of 1m', 'at.uses is 61 instead of 60', 'at.within is 90s instead of 1m'],
  ],
  [
    'what presets fill in, by name',
    'grant',
    { tokenResponse: { type: 'a' }, defaultSubject: 'a' },
    { tokenResponse: { type: 'b' }, scopeIn: 'form' },
    [
      'what presets fill in (defaultSubject) is nothing instead of a',
      'what presets fill in (scopeIn) is form instead of nothing',
      'what presets fill in (tokenResponse) is {"type":"b"} instead of {"type":"a"}',
    ],
  ],
  ['what no preset fills in', 'grant', { scopeIn: null }, { defaultSubject: null }, []],
])('of %s is told what changed, and nothing else', (_, kind, before, after, expected) => {
  const said = linesOf(compareWritten(before, after, kind, kind === 'approval' ? 'at' : ''));
  expect(said).toEqual(expected.map((what) => `changes | ${what}`));
});

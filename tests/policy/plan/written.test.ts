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
import { documentsOf, ISSUER, NOW } from '../../configuration/folder-of.ts';

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

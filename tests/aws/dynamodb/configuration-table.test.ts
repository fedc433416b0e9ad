import { GetItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { applyConfiguration } from '../../../lib/aws/dynamodb/apply-configuration.ts';
import { configurationReader } from '../../../lib/aws/dynamodb/configuration-table.ts';
import { ConcurrentApply } from '../../../lib/aws/dynamodb/move-pointer.ts';
import type { ConfigurationDocuments } from '../../../lib/configuration/documents/configuration.ts';
import type { SamlConnection } from '../../../lib/configuration/documents/connections.ts';
import type { Scope } from '../../../lib/configuration/documents/scopes.ts';
import { Fault } from '../../../lib/outcome.ts';
import { epochMilliseconds, seconds } from '../../../lib/time.ts';
import { CONNECTION } from '../../identity/saml/verifying.ts';
import { noDeadline, standingClock, startTables, type TestTables } from './dynamodb.ts';

const ISSUER = 'https://broker.example.com';
const START = 1_795_000_000_000;

const scope = (name: string, enabled = true): Scope => ({
  scope: name,
  description: '',
  enabled,
  allow: [],
  deny: [],
  requires: { intent: false },
  limits: { perPrincipal: null, total: null },
  grant: { type: 'broker-token', audience: 'a', duration: seconds(600), claims: {} },
});

const documents = (...scopes: Scope[]): ConfigurationDocuments => ({ connections: [], clients: [], scopes });

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

const clock = standingClock(epochMilliseconds(START));
const at = () => ({ client: tables.client, table: tables.table('config'), issuer: ISSUER, clock });
const apply = (value: ConfigurationDocuments) => applyConfiguration(value, { ...at(), appliedBy: 'test' });

/** A client that counts its calls, and fails them while `down`. */
function watched() {
  const state = { calls: 0, down: false, hanging: false, last: Promise.resolve<unknown>(null) };
  const client = new Proxy(tables.client, {
    get(target, name) {
      if (name !== 'call') return Reflect.get(target, name) as unknown;
      return (...args: Parameters<typeof target.call>) => {
        state.calls += 1;
        if (state.hanging) return new Promise(() => {});
        const answer = state.down ? Promise.reject(new Error('down')) : target.call(...args);
        state.last = answer.catch(() => null);
        return answer;
      };
    },
  });
  return { state, reader: configurationReader({ ...at(), client }) };
}

beforeEach(() => {
  clock.time = epochMilliseconds(START);
});

describe('applying', () => {
  it('puts a new version in force each time, and nothing for the same documents', async () => {
    const first = await apply(documents(scope('a')));
    expect(first).toMatchObject({ change: 'applied' });
    const second = await apply(documents(scope('a'), scope('b')));
    expect(second).toMatchObject({ change: 'applied', previous: first.version });
    expect(second.version).toBeGreaterThan(first.version);
    expect(await apply(documents(scope('b'), scope('a')))).toMatchObject({
      change: 'unchanged',
      version: second.version,
    });
  });

  it('keeps the items of earlier versions as they were', async () => {
    const first = await apply(documents(scope('kept')));
    await apply(documents(scope('kept', false)));
    const Key = { pk: { S: `${first.version}#scope#kept` } };
    const { Item } = await tables.sdk.send(new GetItemCommand({ TableName: tables.table('config'), Key }));
    expect(JSON.parse(Item?.['doc']?.S ?? '')).toMatchObject({ enabled: true });
  });

  it('of two at once puts exactly one in force and tells the other', async () => {
    await apply(documents(scope('start')));
    const names = ['p', 'q', 'r', 's'];
    const results = await Promise.allSettled(names.map((name) => apply(documents(scope(name)))));
    const won = results.filter((result) => result.status === 'fulfilled');
    const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(won.length).toBeGreaterThanOrEqual(1);
    for (const reason of lost) expect(reason).toBeInstanceOf(ConcurrentApply);
    const current = await configurationReader(at()).current(noDeadline);
    const present = await Promise.all(names.map((name) => current.scope(name, noDeadline)));
    expect(present.filter((found) => found !== null)).toHaveLength(1);
    expect(won.map(({ value }) => value.version)).toContain(current.version);
  });

  it('changes nothing in force where the documents cannot be written', async () => {
    const before = await apply(documents(scope('safe')));
    const broken = documents(scope('x'.repeat(3000)));
    await expect(apply(broken)).rejects.toThrow(/too long/);
    expect((await configurationReader(at()).current(noDeadline)).version).toBe(before.version);
  });

  it('writes more documents than one batch takes', async () => {
    const many = Array.from({ length: 130 }, (_, index) => scope(`many-${index}`));
    const { version } = await apply(documents(...many));
    const scan = await tables.sdk.send(
      new ScanCommand({
        TableName: tables.table('config'),
        FilterExpression: 'begins_with(pk, :version)',
        ExpressionAttributeValues: { ':version': { S: `${version}#scope#` } },
      }),
    );
    expect(scan.Count).toBe(130);
  });
});

describe('reading', () => {
  it('finds what the version has, and null for what it has not', async () => {
    await apply(documents(scope('found')));
    const current = await configurationReader(at()).current(noDeadline);
    expect((await current.scope('found', noDeadline))?.scope).toEqual(scope('found'));
    expect(await current.scope('other', noDeadline)).toBeNull();
    expect(await current.client('found', noDeadline)).toBeNull();
    expect(await current.oidcIssuer('https://nobody.example', noDeadline)).toEqual([]);
    expect(await current.scope('x'.repeat(5000), noDeadline)).toBeNull();
  });

  it('reads a document once, and gives the same object while its version is in force', async () => {
    await apply(documents(scope('same')));
    const { state, reader } = watched();
    const first = await (await reader.current(noDeadline)).scope('same', noDeadline);
    await (await reader.current(noDeadline)).scope('absent', noDeadline);
    clock.time = epochMilliseconds(START + 5_001);
    const calls = state.calls;
    const current = await reader.current(noDeadline);
    expect(await current.scope('same', noDeadline)).toBe(first);
    expect(await current.scope('absent', noDeadline)).toBeNull();
    expect(state.calls - calls).toBe(1);
  });

  it('reads once for many at once', async () => {
    await apply(documents(scope('busy')));
    const { state, reader } = watched();
    const all = await Promise.all(
      Array.from({ length: 50 }, async () => (await reader.current(noDeadline)).scope('busy', noDeadline)),
    );
    expect(new Set(all).size).toBe(1);
    expect(state.calls).toBe(2);
  });

  it('sees a change once the pointer is 5 s old, where nobody came meanwhile', async () => {
    await apply(documents(scope('switch')));
    const { reader } = watched();
    await reader.current(noDeadline);
    await apply(documents(scope('switch', false)));
    clock.time = epochMilliseconds(START + 5_000);
    const current = await reader.current(noDeadline);
    expect(await current.scope('switch', noDeadline)).toMatchObject({ scope: { enabled: false } });
  });

  it('reads the pointer again beside a request once it is 2.5 s old, so that nobody waits for it', async () => {
    await apply(documents(scope('ahead')));
    const { state, reader } = watched();
    await reader.current(noDeadline);
    const off = await apply(documents(scope('ahead', false)));
    const before = state.calls;
    clock.time = epochMilliseconds(START + 2_499);
    expect((await reader.current(noDeadline)).version).toBe(off.previous);
    expect(state.calls).toBe(before);
    clock.time = epochMilliseconds(START + 2_500);
    const served = await Promise.all([1, 2, 3].map(() => reader.current(noDeadline)));
    expect(served.map(({ version }) => version)).toEqual([off.previous, off.previous, off.previous]);
    expect(state.calls).toBe(before + 1);
    await state.last;
    await new Promise((resolve) => setImmediate(resolve));
    expect((await reader.current(noDeadline)).version).toBe(off.version);
  });

  it('waits for no read that a frozen process left', async () => {
    await apply(documents(scope('frozen')));
    const { state, reader } = watched();
    await reader.current(noDeadline);
    state.hanging = true;
    clock.time = epochMilliseconds(START + 3_000);
    await reader.current(noDeadline);
    state.hanging = false;
    clock.time = epochMilliseconds(START + 60_000);
    await expect(reader.current(AbortSignal.timeout(1_000))).resolves.toHaveProperty('version');
  });

  it('serves what it knows for less than 10 s where the table fails, and then faults', async () => {
    await apply(documents(scope('outage')));
    const { state, reader } = watched();
    await reader.current(noDeadline);
    state.down = true;
    clock.time = epochMilliseconds(START + 9_999);
    await expect(reader.current(noDeadline)).resolves.toHaveProperty('version');
    clock.time = epochMilliseconds(START + 10_000);
    await expect(reader.current(noDeadline)).rejects.toMatchObject({ name: 'Fault', dependency: 'configuration' });
    state.down = false;
    await expect(reader.current(noDeadline)).resolves.toHaveProperty('version');
  });

  it('does not take a configuration that was applied for another issuer', async () => {
    await apply(documents(scope('foreign')));
    const reader = configurationReader({ ...at(), issuer: 'https://other.example.com' });
    await expect(reader.current(noDeadline)).rejects.toBeInstanceOf(Fault);
  });

  it('faults where nothing has been applied', async () => {
    const reader = configurationReader({ ...at(), table: tables.table('keys') });
    await expect(reader.current(noDeadline)).rejects.toThrow(/no configuration has been applied/);
  });

  it.each([
    [undefined, false],
    [['gcm'], false],
    [['gcm', 'cbc'], true],
    [['cbc'], true],
  ] as const)('knows whether any SAML connection lists CBC: %j', async (encryption, expected) => {
    const corp = { ...CONNECTION, ...(encryption === undefined ? {} : { encryption }) };
    const other: SamlConnection = { ...corp, connection: 'other', encryption: ['gcm'] };
    await apply({ ...documents(), connections: [corp, other] });
    const current = await configurationReader(at()).current(noDeadline);
    expect(await current.samlDecryptsCbc(noDeadline)).toBe(expected);
    const found = await current.samlAudience(CONNECTION.entityId, noDeadline);
    expect(found.map(({ connection }) => connection)).toEqual(['corp', 'other']);
  });

  it('faults where a document is not JSON', async () => {
    const { version } = await apply(documents(scope('fine')));
    const Item = { pk: { S: `${version}#scope#bad` }, doc: { S: '{' } };
    await tables.sdk.send(new PutItemCommand({ TableName: tables.table('config'), Item }));
    const current = await configurationReader(at()).current(noDeadline);
    await expect(current.scope('bad', noDeadline)).rejects.toMatchObject({ dependency: 'configuration' });
  });

  it.each([
    ['scope#bad', { ...scope('bad'), allow: [{ connections: ['a'], clients: null, actor: null, when: { Nope: {} } }] }],
    ['issuer#bad', [{ type: 'oidc', connection: 'bad', require: [], principal: '${', claims: {} }]],
    ['connection#bad', { type: 'saml', connection: 'bad', require: [], principal: '${sub}', claims: {} }],
  ])('faults where %s does not load, and keeps nothing of it', async (key, document) => {
    const { version } = await apply(documents(scope('fine'), scope(key.replace('#', '-'))));
    const Item = { pk: { S: `${version}#${key}` }, doc: { S: JSON.stringify(document) } };
    await tables.sdk.send(new PutItemCommand({ TableName: tables.table('config'), Item }));
    const current = await configurationReader(at()).current(noDeadline);
    const read = { scope: current.scope, issuer: current.oidcIssuer, connection: current.connection };
    const [kind] = key.split('#') as [keyof typeof read];
    for (const _ of ['first', 'again']) {
      await expect(read[kind]('bad', noDeadline)).rejects.toMatchObject({
        dependency: 'configuration',
        message: expect.stringContaining('does not load'),
      });
    }
  });

  it('stops waiting at its deadline', async () => {
    await apply(documents(scope('late')));
    await expect(configurationReader(at()).current(AbortSignal.abort())).rejects.toBeInstanceOf(Fault);
  });
});

import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { changes, type Said } from './change.ts';
import { canonical, compareFields, durationText, valueText } from './fields.ts';

/**
 * Where a stored field stands in the file that it was written in, both by their path; null: presets fill it in; '':
 * other fields say it. What is not named here has the name that people wrote.
 */
type Written = Readonly<Record<string, string | null>>;

/** The broker's own client at another server is one object here, and fields beside others in a file. */
const clientAt = (stored: string, written: string): Written => ({
  ...Object.fromEntries(
    ['clientId', 'authentication', 'assertionAudience', 'keyId', 'algorithm', 'clientSecret', 'privateKey'].map(
      (name) => [`${stored}.${name}`, `${written}${name}`],
    ),
  ),
  [`${stored}.keyHeader`]: null,
});

/** The whole of what is stored under another name, by kind of document. */
const WRITTEN = {
  grant: {
    ...clientAt('client', ''),
    ...clientAt('identityProvider.client', 'identityProvider.'),
    'signer.secret': 'signer.privateKey',
    'signer.kind': '',
    ...{ tokenResponse: null, defaultSubject: null, scopeIn: null },
  },
  connection: { ...clientAt('signIn.client', 'signIn.'), tokenIdClaim: null, roleAccount: null },
  client: {
    ...{ 'authentication.secret': 'secret', 'authentication.overlap': 'secretOverlap' },
    ...{ 'authentication.jwks': 'jwks', 'authentication.jwksUri': 'jwksUri' },
    'authentication.audience': 'assertionAudience',
    'authentication.method': '',
  },
  approval: {},
} as const satisfies Readonly<Record<string, Written>>;

/** Fields of a file that are durations, which are stored as seconds. */
const DURATIONS = new Set(['secretOverlap', 'expiresIn', 'within', 'for']);

type Building = Record<string, JsonValue>;

interface Apart {
  /** As people write it. */
  readonly fields: JsonObject;
  /** What presets filled in, by its stored path. */
  readonly filled: JsonObject;
}

/**
 * What differs between two documents of a kind, by the fields of the file; `at` is where they stand in it, '' at its
 * top. What presets fill in differs where another one is named, or where a release of the broker knows it better.
 */
export function compareWritten(
  before: JsonValue,
  after: JsonValue,
  kind: keyof typeof WRITTEN,
  at: string,
): readonly Said[] {
  const [old, now] = [asWritten(before, kind), asWritten(after, kind)];
  const names = [...new Set([...Object.keys(old.filled), ...Object.keys(now.filled)])].sort();
  return [
    ...compareFields(old.fields, now.fields, at),
    ...names.flatMap((name) => {
      const [had, has] = [old.filled[name] ?? null, now.filled[name] ?? null];
      const said = `what presets fill in (${name}) is ${valueText(has)} instead of ${valueText(had)}`;
      return canonical(had) === canonical(has) ? [] : [changes(said)];
    }),
  ];
}

function asWritten(document: JsonValue, kind: keyof typeof WRITTEN): Apart {
  const [fields, filled]: readonly [Building, Building] = [{}, {}];
  for (const [path, value] of leavesOf(withSecretNames(withIssuer(document)), WRITTEN[kind])) {
    const table: Written = WRITTEN[kind];
    const written = table[path] === undefined ? path : table[path];
    if (written === null) filled[path] = value;
    else if (written !== '') put(fields, written.split('.'), inUnits(written, value));
  }
  return { fields, filled };
}

const inUnits = (path: string, value: JsonValue): JsonValue =>
  typeof value === 'number' && DURATIONS.has(path) ? durationText(value) : value;

/** Fields by their paths: into an object only where the table names something below it. */
function leavesOf(value: JsonValue, table: Written, path = ''): readonly (readonly [string, JsonValue])[] {
  const isNamedBelow = path === '' || Object.keys(table).some((name) => name.startsWith(`${path}.`));
  if (!isJsonObject(value) || !isNamedBelow) return [[path, value]];
  return Object.entries(value).flatMap(([name, member]) =>
    leavesOf(member ?? null, table, path === '' ? name : `${path}.${name}`),
  );
}

/** A value that is there already stays: an assertion's audience is stored of the grant and of its client. */
function put(fields: Building, [name = '', ...below]: readonly string[], value: JsonValue): void {
  if (below.length === 0) {
    fields[name] ??= value;
    return;
  }
  const member = fields[name];
  const inner: Building = isJsonObject(member) ? { ...member } : {};
  put(inner, below, value);
  fields[name] = inner;
}

/** A client's secret is a key or a password, and has a field for each. */
function withSecretNames(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value;
  const inside = Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, withSecretNames(member ?? null)]),
  );
  if (!('keyHeader' in inside)) return inside;
  const { secret = null, ...client } = inside;
  return { ...client, [client['authentication'] === 'private_key_jwt' ? 'privateKey' : 'clientSecret']: secret };
}

/** One issuer, but for presets whose providers have several. */
function withIssuer(value: JsonValue): JsonValue {
  if (!isJsonObject(value) || !Array.isArray(value['issuers'])) return value;
  const { issuers, ...others } = value;
  const all = issuers.filter(isJsonObject);
  const each = (name: string): JsonValue => {
    const [first = null, ...more] = all.map((issuer) => issuer[name] ?? null).filter((one) => one !== null);
    return more.length === 0 ? first : [first, ...more];
  };
  return { ...others, issuer: each('issuer'), jwksUri: each('jwksUri') };
}

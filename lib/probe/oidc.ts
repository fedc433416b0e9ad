import type { OidcConnection, OidcIssuer } from '../configuration/documents/connections.ts';
import { algorithmNamed } from '../identity/oidc/algorithms.ts';
import { keyMisfit } from '../identity/oidc/jwk.ts';
import {
  DISCOVERY_LIMITS,
  discoveryFault,
  discoveryUrl,
  keySetFault,
  MAX_KEY_SET_BYTES,
  readDiscovery,
  readKeySet,
} from '../identity/oidc/key-document.ts';
import { parseFetchedJson } from '../identity/strict-json.ts';
import { type Answer, type Asker, clockFinding, failureOf } from './ask.ts';
import { type Finding, type Found, findingsOf } from './finding.ts';

/** What an OIDC connection's issuers serve, read as the runtime reads it. */
export async function checkOidc(connection: OidcConnection, asker: Asker, now: number): Promise<readonly Finding[]> {
  const found = findingsOf(connection.connection);
  const each = connection.issuers.map((issuer) => checkIssuer(connection, issuer, { asker, found, now }));
  return (await Promise.all(each)).flat();
}

interface Looking {
  readonly asker: Asker;
  readonly found: Found;
  readonly now: number;
}

async function checkIssuer(
  connection: OidcConnection,
  { issuer, jwksUri }: OidcIssuer,
  looking: Looking,
): Promise<readonly Finding[]> {
  const { asker, found, now } = looking;
  if (jwksUri !== null) return checkKeys(connection, jwksUri, 'any', looking);
  const url = discoveryUrl(issuer);
  const answer = await asker.ask(url, DISCOVERY_LIMITS.maxBytes);
  const failure = failureOf(answer);
  if (failure !== null) return [found('discovery', 'broken', `${url} ${failure}`)];
  const bytes = answer.result.ok ? answer.result.body : new Uint8Array();
  const keysAt = readDiscovery(bytes, issuer);
  if (keysAt === null) {
    return [found('discovery', 'broken', `${url} ${discoveryFault(bytes, issuer)}`)];
  }
  const isForeign = new URL(keysAt).hostname !== new URL(issuer).hostname;
  return [
    found('discovery', 'ok', `${url} names the keys at ${keysAt}`),
    ...algorithmFindings(connection, bytes, found),
    ...clockFinding(found, answer, connection.clockTolerance),
    ...(await asker.certificate(found, url, now)),
    ...(await checkKeys(connection, keysAt, isForeign ? 'public' : 'any', looking)),
  ];
}

/** What the provider says it signs with, beside what the connection takes. */
function algorithmFindings({ algorithms }: OidcConnection, bytes: Uint8Array, found: Found): readonly Finding[] {
  const listed = parseFetchedJson(bytes, DISCOVERY_LIMITS)?.['id_token_signing_alg_values_supported'];
  if (!Array.isArray(listed)) return [];
  const names = listed.filter((name) => typeof name === 'string');
  const known = names.map((name) => algorithmNamed(name)).filter((name) => name !== null);
  const taken = known.filter((name) => algorithms.includes(name));
  const signs = `it signs with ${names.join(', ') || 'nothing'}`;
  if (taken.length === 0) {
    return [found('algorithms', 'broken', `${signs}; the connection takes ${algorithms.join(', ')}`)];
  }
  return [found('algorithms', 'ok', `${signs}, of which ${taken.join(', ')} are taken`)];
}

async function checkKeys(
  connection: OidcConnection,
  url: string,
  address: 'any' | 'public',
  { asker, found }: Looking,
): Promise<readonly Finding[]> {
  const answer = await asker.ask(url, MAX_KEY_SET_BYTES, address);
  const failure = failureOf(answer);
  if (failure !== null) return [found('keys', 'broken', `${url} ${failure}`)];
  return [...keyFindings(connection, url, answer, found), ...clockOfKeys(connection, answer, found)];
}

/** Where there was no discovery, the keys' server tells the time. */
const clockOfKeys = (connection: OidcConnection, answer: Answer, found: Found): readonly Finding[] =>
  connection.issuers.some(({ jwksUri }) => jwksUri !== null)
    ? clockFinding(found, answer, connection.clockTolerance)
    : [];

function keyFindings(
  { algorithms }: OidcConnection,
  url: string,
  { result }: Answer,
  found: Found,
): readonly Finding[] {
  const bytes = result.ok ? result.body : new Uint8Array();
  const document = readKeySet(bytes);
  if (document === null) return [found('keys', 'broken', `${url} ${keySetFault(bytes)}`)];
  const { keys, skipped } = document;
  const usable = keys.filter((key) => algorithms.some((algorithm) => keyMisfit(key, algorithm) === null));
  const unusable = keys.flatMap((key) => {
    const misfits = algorithms.map((algorithm) => keyMisfit(key, algorithm));
    const broken = misfits.includes(null) ? null : (misfits.find((misfit) => misfit?.kind === 'unusable') ?? null);
    return broken === null ? [] : [`${kidText(key['kid'])} is no good: ${broken.found}`];
  });
  const left = [...unusable, ...skipped.map((key) => `${kidText(key.kid)} is left out: ${key.found}`)];
  const count = `${usable.length} of ${keys.length + skipped.length} keys at ${url}`;
  const status = usable.length === 0 ? 'broken' : 'ok';
  return [
    found('keys', status, `${count} verify ${algorithms.join(', ')}`),
    ...left.map((message) => found('keys', 'soon', `the key ${message}`)),
  ];
}

const kidText = (kid: unknown): string => (typeof kid === 'string' ? JSON.stringify(kid) : 'without a kid');

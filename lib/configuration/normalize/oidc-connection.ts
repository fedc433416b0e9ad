import { compileConditions } from '../../policy/conditions.ts';
import type { OidcConnection, OidcIssuer } from '../documents/connections.ts';
import type { JwsAlgorithm } from '../documents/jws-algorithm.ts';
import type { ConditionsDocument } from '../documents/rules.ts';
import { openIssuer, pinsOwner } from '../open-issuers.ts';
import { strayParameters } from '../preset-table.ts';
import { type Preset, type PresetFacts, plainFacts } from '../presets/preset.ts';
import { presetParameters, presets } from '../presets/table.ts';
import type { Report } from '../problem.ts';
import type { WrittenOidcConnection } from '../schema/connection.ts';
import { toList, toSeconds } from '../schema/values.ts';
import {
  checkAddress,
  checkAddressAt,
  checkComparedIssuer,
  type Deployment,
  neverAnIssuer,
  parseUrl,
} from '../web-address.ts';
import { normalizeConditions } from './conditions.ts';
import { normalizeSignIn } from './sign-in.ts';

/**
 * An OIDC connection with its preset filled in and defaults written out. The preset's `require` and the file's own both
 * hold.
 */
export function normalizeOidcConnection(
  written: WrittenOidcConnection,
  deployment: Deployment,
  report: Report,
): OidcConnection {
  const preset: Preset | null = written.preset === undefined ? null : presets[written.preset];
  const facts = preset?.facts(written, report) ?? plainFacts;
  for (const parameter of strayParameters(written, preset, presetParameters)) {
    report(
      [parameter],
      preset === null ? 'needs a preset' : `is not a field of the preset ${written.preset}`,
      'misplaced-field',
    );
  }
  const require = [...facts.require, ...(written.require ? [normalizeConditions(written.require)] : [])];
  const connection: OidcConnection = {
    connection: written.connection,
    type: 'oidc',
    preset: written.preset ?? null,
    issuers: normalizeIssuers(written, facts, deployment, report),
    audience: toList(written.audience),
    authorizedParties: written.authorizedParties ?? [],
    algorithms: written.algorithms ? normalizeAlgorithms(written.algorithms) : facts.algorithms,
    types: written.types ? written.types.map(normalizeType) : facts.types,
    claims: { ...facts.aliases, ...written.claims },
    maxTokenAge: written.maxTokenAge === undefined ? null : toSeconds(written.maxTokenAge),
    tokenIdClaim: facts.tokenIdClaim,
    roleAccount: facts.roleAccount,
    require,
    principal: written.principal ?? facts.principal,
    record: written.record ?? [],
    reuse: written.reuse ?? 'allow',
    clockTolerance: toSeconds(written.clockTolerance ?? '60s'),
    signIn: written.signIn === undefined ? null : normalizeSignIn(written.signIn, toList(written.audience), report),
  };
  checkAudience(connection, facts, report);
  checkShadows(written, facts, report);
  checkOpenIssuers(connection, preset, report);
  return connection;
}

function normalizeIssuers(
  written: WrittenOidcConnection,
  facts: PresetFacts,
  deployment: Deployment,
  report: Report,
): readonly OidcIssuer[] {
  const jwksUri = written.jwksUri ?? null;
  if (jwksUri !== null) checkAddressAt(jwksUri, deployment, report, ['jwksUri']);
  if (written.issuer === undefined) {
    if (facts.issuers === null) report(['issuer'], 'is required', 'missing-field');
    const issuers = facts.issuers ?? [];
    if (jwksUri !== null && issuers.length > 1) {
      report(['jwksUri'], 'needs an issuer: the preset has several, each with keys of its own');
    }
    return issuers.map((known) => ({ issuer: known.issuer, jwksUri: jwksUri ?? known.jwksUri }));
  }
  const compared = (message: string) => report(['issuer'], message, 'bad-address');
  const url =
    jwksUri === null
      ? checkFetchedIssuer(written.issuer, deployment, report)
      : checkComparedIssuer(written.issuer, compared);
  const never = url === null ? null : neverAnIssuer(written.issuer);
  if (never !== null) report(['issuer'], never, 'bad-address');
  // OpenID Connect Discovery 1.0 section 2: no query; a token's `iss` is compared with it character by character.
  if (url !== null && url.search !== '') report(['issuer'], 'must not have a query', 'bad-address');
  return [{ issuer: written.issuer, jwksUri }];
}

/** An issuer whose keys are not named beside it is where its discovery document is fetched. */
function checkFetchedIssuer(issuer: string, deployment: Deployment, report: Report): URL | null {
  const isPlainHttp = parseUrl(issuer)?.protocol === 'http:';
  return checkAddress(issuer, deployment, (message, code) =>
    report(
      ['issuer'],
      code === 'bad-address' && isPlainHttp ? `${message}; an issuer in plain http needs an https jwksUri` : message,
      code,
    ),
  );
}

/** RFC 9864 names Ed25519 what RFC 8037 named EdDSA; here both are Ed25519. */
const normalizeAlgorithms = (written: readonly (JwsAlgorithm | 'Ed25519')[]): readonly JwsAlgorithm[] => [
  ...new Set(written.map((algorithm) => (algorithm === 'Ed25519' ? 'EdDSA' : algorithm))),
];

/** RFC 7515 section 4.1.9: `application/` is left out of `typ`, and case does not count. */
const normalizeType = (type: string): string => type.toLowerCase().replace(/^application\//, '');

function checkAudience(connection: OidcConnection, facts: PresetFacts, report: Report): void {
  if (connection.audience.length > 0) return;
  if (facts.audience === 'required') {
    report(['audience'], 'is required: the audience that the tokens are issued for', 'missing-field');
  } else if (connection.authorizedParties.length === 0) {
    report(
      ['authorizedParties'],
      'is required: these tokens have no audience, so their clients are named instead',
      'missing-field',
    );
  }
}

/** An alias shadows the member of its name: it must not take away what the preset's own conditions test. */
function checkShadows(written: WrittenOidcConnection, facts: PresetFacts, report: Report): void {
  const tested = facts.require.flatMap((conditions: ConditionsDocument) =>
    Object.values(conditions).flatMap((keys) => Object.keys(keys).map((key) => key.replace(/^claims\./, ''))),
  );
  const held = new Set([...tested, ...Object.keys(facts.aliases)]);
  for (const alias of Object.keys(written.claims ?? {})) {
    if (held.has(alias)) report(['claims', alias], `is a name that the preset ${written.preset} uses itself`);
  }
}

function checkOpenIssuers(connection: OidcConnection, preset: Preset | null, report: Report): void {
  // Conditions that the compiler does not take pin nothing, which it says itself.
  if (connection.require.some((document) => compileConditions(document, { place: 'require' }).compiled === null))
    return;
  for (const { issuer } of connection.issuers) {
    const open = openIssuer(issuer, preset);
    if (open === null || pinsOwner(open, connection.require, connection.claims)) continue;
    const pins = Object.keys(open.pins).map((pointer) => `claims.${pointer.slice(1)}`);
    report(
      ['require'],
      `anybody can get a token of ${open.provider}: pin whose tokens are taken with StringEquals on one of ${pins.join(', ')}`,
      'open-issuer',
    );
    return;
  }
}

import type { OauthTokenGrant } from '../documents/oauth-token-grant.ts';
import { type DownstreamFacts, type DownstreamPreset, plainFacts } from '../downstream-presets/preset.ts';
import { downstreamParameters, downstreamPresets } from '../downstream-presets/table.ts';
import { strayParameters } from '../preset-table.ts';
import type { Report } from '../problem.ts';
import type { WrittenOauthTokenGrant } from '../schema/oauth-token-grant.ts';
import { toSeconds } from '../schema/values.ts';
import { checkAddressAt, type Deployment, parseUrl } from '../web-address.ts';
import { checkAssertionAudience } from './assertion-audience.ts';
import { normalizeAlgorithm, normalizeClient, requireClient } from './downstream-client.ts';
import { normalizeIdJag } from './id-jag-grant.ts';

type Field = keyof WrittenOauthTokenGrant;
type Provider = OauthTokenGrant['provider'];

const COMMON: readonly Field[] = ['type', 'preset', 'provider', 'tokenEndpoint', 'allowPrivateAddress'];
const ANSWER: readonly Field[] = ['expiresIn'];
const CLIENT: readonly Field[] = [
  ...(['clientId', 'clientSecret', 'privateKey', 'authentication', 'assertionAudience', 'keyId', 'algorithm'] as const),
  ...(['scope', 'audience', 'resource'] as const),
];

/** The fields that each provider takes; any other would be ignored, so it is an error. */
const FIELDS: Readonly<Record<Provider, readonly Field[]>> = {
  'client-credentials': [...COMMON, ...CLIENT, ...ANSWER],
  'token-exchange': [...COMMON, ...CLIENT, ...ANSWER, 'forward', 'requestedTokenType'],
  'jwt-bearer': [...COMMON, ...CLIENT, ...ANSWER, 'signer', 'subject'],
  'id-jag': [...COMMON, ...CLIENT, ...ANSWER, 'identityProvider'],
  'github-app': [...COMMON, 'appId', 'owner', 'privateKey', 'repositories', 'permissions'],
};

/**
 * An oauth-token grant with its preset filled in: where the token comes from, and how the broker authenticates there.
 */
export function normalizeOauthTokenGrant(
  written: WrittenOauthTokenGrant,
  deployment: Deployment,
  report: Report,
): OauthTokenGrant {
  const preset: DownstreamPreset | null = written.preset === undefined ? null : downstreamPresets[written.preset];
  const facts = preset?.facts(written, report) ?? plainFacts;
  if (preset === null && written.provider === undefined)
    report(['provider'], 'is required without a preset', 'missing-field');
  const provider = written.provider ?? facts.provider;
  checkFields(written, provider, preset, report);
  const tokenEndpoint = written.tokenEndpoint ?? facts.tokenEndpoint ?? '';
  if (tokenEndpoint !== '') checkAddressAt(tokenEndpoint, deployment, report, ['tokenEndpoint']);
  else if (preset === null) report(['tokenEndpoint'], 'is required without a preset', 'missing-field');
  checkResource(written, report);
  checkAssertionAudience(
    { ...written, provider, assertionAudience: written.assertionAudience ?? facts.assertionAudience },
    tokenEndpoint,
    report,
  );
  const expiresIn = written.expiresIn === undefined ? facts.expiresIn : toSeconds(written.expiresIn);
  const base = {
    type: 'oauth-token',
    preset: written.preset ?? null,
    tokenEndpoint,
    tokenResponse: facts.tokenResponse,
    scope: written.scope ?? null,
    audience: written.audience ?? null,
    resource: written.resource ?? null,
    allowPrivateAddress: written.allowPrivateAddress ?? false,
    ...(expiresIn === null ? {} : { expiresIn }),
  } as const;
  return { ...base, ...normalizeProvider(written, provider, facts, deployment, report) };
}

type Base =
  | ('type' | 'preset' | 'tokenEndpoint' | 'tokenResponse' | 'scope')
  | ('audience' | 'resource' | 'allowPrivateAddress' | 'expiresIn');

type Distributed<T> = T extends OauthTokenGrant ? Omit<T, Base> : never;

function normalizeProvider(
  written: WrittenOauthTokenGrant,
  provider: Provider,
  facts: DownstreamFacts,
  deployment: Deployment,
  report: Report,
): Distributed<OauthTokenGrant> {
  const assertionAudience = written.assertionAudience ?? facts.assertionAudience;
  switch (provider) {
    case 'client-credentials':
      return { provider, client: requireClient(written, facts, report) };
    case 'token-exchange':
      return {
        provider,
        client: normalizeClient(written, facts, report),
        forward: written.forward ?? 'assertion',
        assertionAudience,
        requestedTokenType: written.requestedTokenType ?? null,
      };
    case 'jwt-bearer':
      return {
        provider,
        client: normalizeClient(written, facts, report),
        assertionAudience,
        signer: normalizeSigner(written),
        subject: written.subject ?? null,
        defaultSubject: facts.defaultSubject,
        scopeIn: facts.scopeIn,
      };
    case 'id-jag':
      return { provider, ...normalizeIdJag(written, facts, deployment, report) };
    case 'github-app':
      return normalizeGithubApp(written, report);
  }
}

function checkFields(
  written: WrittenOauthTokenGrant,
  provider: Provider,
  preset: DownstreamPreset | null,
  report: Report,
): void {
  for (const parameter of strayParameters(written, preset, downstreamParameters)) {
    report(
      [parameter],
      preset === null ? 'needs a preset' : `is not a field of the preset ${written.preset}`,
      'misplaced-field',
    );
  }
  const taken: readonly string[] = FIELDS[provider];
  for (const field of Object.keys(written)) {
    if (Object.hasOwn(downstreamParameters, field) || taken.includes(field)) continue;
    report([field], `is not a field of the provider ${provider}`, 'misplaced-field');
  }
}

/** RFC 8707 section 2: an absolute URI without a fragment. */
function checkResource(written: WrittenOauthTokenGrant, report: Report): void {
  const { resource } = written;
  if (resource !== undefined && (parseUrl(resource) === null || resource.includes('#'))) {
    report(['resource'], 'must be an absolute URI without a fragment (RFC 8707 section 2)');
  }
}

function normalizeSigner(written: WrittenOauthTokenGrant): (OauthTokenGrant & { provider: 'jwt-bearer' })['signer'] {
  const { signer } = written;
  if (signer === undefined) return { kind: 'broker' };
  return {
    kind: 'secret',
    secret: signer.privateKey,
    issuer: signer.issuer,
    keyId: signer.keyId ?? null,
    algorithm: normalizeAlgorithm(signer.algorithm) ?? 'RS256',
  };
}

/** An installation token without repositories and permissions would be all that the installation has. */
function normalizeGithubApp(written: WrittenOauthTokenGrant, report: Report): Distributed<OauthTokenGrant> {
  for (const field of ['appId', 'owner', 'privateKey', 'repositories', 'permissions'] as const) {
    if (written[field] === undefined) report([field], 'is required by the provider github-app', 'missing-field');
  }
  if (written.permissions !== undefined && Object.keys(written.permissions).length === 0) {
    report(['permissions'], 'must not be empty');
  }
  return {
    provider: 'github-app',
    appId: written.appId ?? '',
    owner: written.owner ?? '',
    privateKey: written.privateKey ?? '',
    repositories: written.repositories ?? [],
    permissions: written.permissions ?? {},
  };
}

import type { DownstreamClient, JwsAlgorithm, OauthTokenGrant } from '../documents.ts';
import { type DownstreamFacts, type DownstreamPreset, plainFacts } from '../downstream-presets/preset.ts';
import { downstreamParameters, downstreamPresets } from '../downstream-presets/table.ts';
import { strayParameters } from '../preset-table.ts';
import type { Report } from '../problem.ts';
import type { WrittenOauthTokenGrant } from '../schema/oauth-token-grant.ts';
import { toSeconds } from '../schema/values.ts';
import { checkAddressAt, type Deployment, parseUrl } from '../web-address.ts';
import { checkAssertionAudience } from './assertion-audience.ts';

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
  return { ...base, ...normalizeProvider(written, provider, facts, report) };
}

type Base =
  | ('type' | 'preset' | 'tokenEndpoint' | 'tokenResponse' | 'scope')
  | ('audience' | 'resource' | 'allowPrivateAddress' | 'expiresIn');

type Distributed<T> = T extends OauthTokenGrant ? Omit<T, Base> : never;

function normalizeProvider(
  written: WrittenOauthTokenGrant,
  provider: Provider,
  facts: DownstreamFacts,
  report: Report,
): Distributed<OauthTokenGrant> {
  const assertionAudience = written.assertionAudience ?? facts.assertionAudience;
  switch (provider) {
    case 'client-credentials': {
      const client = normalizeClient(written, facts, report);
      if (client === null && strayCredential(written) === undefined) {
        report(['clientId'], 'is required: the client that the broker is at this server', 'missing-field');
      }
      return { provider, client: client ?? NO_CLIENT };
    }
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
    case 'github-app':
      return normalizeGithubApp(written, report);
  }
}

/** Only stands where an error was reported, so that the rest of a grant is still checked. */
const NO_CLIENT: DownstreamClient = {
  clientId: '',
  authentication: 'client_secret_basic',
  secret: null,
  assertionAudience: null,
  keyId: null,
  keyHeader: 'kid',
  algorithm: null,
};

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

/** A field that says nothing without `clientId`. */
const strayCredential = (written: WrittenOauthTokenGrant) =>
  (['clientSecret', 'privateKey', 'authentication', 'keyId', 'algorithm'] as const).find(
    (field) => written[field] !== undefined,
  );

/** The broker's own client at the server, or null where the grant names none. */
function normalizeClient(
  written: WrittenOauthTokenGrant,
  facts: DownstreamFacts,
  report: Report,
): DownstreamClient | null {
  const { clientId, clientSecret, privateKey } = written;
  if (clientId === undefined) {
    const stray = strayCredential(written);
    if (stray !== undefined) report(['clientId'], `is required beside ${stray}`, 'missing-field');
    return null;
  }
  const wanted = written.authentication ?? (privateKey !== undefined ? 'private_key_jwt' : facts.secretMethod);
  const secret = wanted === 'private_key_jwt' ? privateKey : clientSecret;
  const needed = wanted === 'private_key_jwt' ? 'privateKey' : 'clientSecret';
  const other = needed === 'privateKey' ? 'clientSecret' : 'privateKey';
  if (wanted === 'aws-web-identity') {
    for (const field of ['clientSecret', 'privateKey'] as const) {
      if (written[field] !== undefined)
        report([field], 'is not needed with authentication: aws-web-identity', 'misplaced-field');
    }
  } else {
    if (written[needed] === undefined) report([needed], `is required for ${wanted}`, 'missing-field');
    if (written[other] !== undefined) report([other], `is not used for ${wanted}`, 'misplaced-field');
  }
  const signs = wanted === 'private_key_jwt' || wanted === 'aws-web-identity';
  return {
    clientId,
    authentication: wanted,
    secret: wanted === 'aws-web-identity' ? null : (secret ?? null),
    assertionAudience: signs ? (written.assertionAudience ?? facts.assertionAudience) : null,
    keyId: written.keyId ?? null,
    keyHeader: facts.keyHeader,
    algorithm: normalizeAlgorithm(written.algorithm),
  };
}

const normalizeAlgorithm = (algorithm: JwsAlgorithm | 'Ed25519' | undefined): JwsAlgorithm | null => {
  if (algorithm === undefined) return null;
  return algorithm === 'Ed25519' ? 'EdDSA' : algorithm;
};

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

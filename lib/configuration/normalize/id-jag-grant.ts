import type { IdJagProvider, OauthTokenGrant } from '../documents/oauth-token-grant.ts';
import { type DownstreamFacts, plainFacts } from '../downstream-presets/preset.ts';
import { type Report, reportBelow } from '../problem.ts';
import type { WrittenOauthTokenGrant } from '../schema/oauth-token-grant.ts';
import { checkAddressAt, type Deployment } from '../web-address.ts';
import { checkAssertionAudience } from './assertion-audience.ts';
import { requireClient } from './downstream-client.ts';

type IdJagGrant = Extract<OauthTokenGrant, { provider: 'id-jag' }>;

/**
 * What `provider: id-jag` has beside the fields of every grant: the broker's client at the server that the ID-JAG is
 * for, and who makes it. `audience` is that server's issuer, which an ID-JAG is held against character by character.
 */
export function normalizeIdJag(
  written: WrittenOauthTokenGrant,
  facts: DownstreamFacts,
  deployment: Deployment,
  report: Report,
): Pick<IdJagGrant, 'client' | 'identityProvider'> {
  const { audience } = written;
  if (audience === undefined) {
    report(['audience'], 'is required: the issuer of the server that the ID-JAG is for', 'missing-field');
  } else if (checkAddressAt(audience, deployment, report, ['audience']) !== null && audience.includes('${')) {
    report(['audience'], 'takes no template with the provider id-jag: it is the issuer of one server');
  }
  return {
    client: requireClient(written, facts, report),
    identityProvider: normalizeProvider(written, deployment, report),
  };
}

function normalizeProvider(
  { identityProvider: written }: WrittenOauthTokenGrant,
  deployment: Deployment,
  report: Report,
): IdJagProvider {
  if (written === undefined) {
    report(['identityProvider'], 'is required by the provider id-jag', 'missing-field');
    const client = requireClient({}, plainFacts, () => undefined);
    return { connection: '', tokenEndpoint: '', allowPrivateAddress: false, issuer: null, client };
  }
  const { connection, tokenEndpoint, allowPrivateAddress = false, issuer = null, assertionAudience = null } = written;
  const below = reportBelow(report, ['identityProvider']);
  checkAddressAt(tokenEndpoint, deployment, below, ['tokenEndpoint']);
  if (issuer !== null) checkAddressAt(issuer, deployment, below, ['issuer']);
  checkAssertionAudience({ ...written, provider: 'id-jag', assertionAudience }, tokenEndpoint, below);
  return { connection, tokenEndpoint, allowPrivateAddress, issuer, client: requireClient(written, plainFacts, below) };
}

import { stsClient } from '../aws/sts/client.ts';
import { stsWebIdentities } from '../aws/sts/web-identities.ts';
import { type DownstreamTokens, downstreamTokens } from '../downstream/tokens.ts';
import { systemPauses } from '../host/pauses.ts';
import { systemRandom } from '../host/random.ts';
import type { TokenSigner } from '../ports/keys.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { Resources } from './resources.ts';

/**
 * What speaks to other authorization servers, in a module of its own so that it is loaded only where a scope needs it.
 */
export function liveDownstreamTokens(shared: Resources, secrets: Secrets, signer: TokenSigner): DownstreamTokens {
  const { settings, clock, fetcher } = shared;
  const webIdentities = stsWebIdentities(stsClient(settings));
  return downstreamTokens({
    ...{ issuer: settings.issuer, clock, random: systemRandom, fetcher },
    ...{ secrets, signer, webIdentities, pauses: systemPauses },
  });
}

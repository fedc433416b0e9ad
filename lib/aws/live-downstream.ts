import { setTimeout as sleep } from 'node:timers/promises';
import { type DownstreamTokens, downstreamTokens } from '../downstream/tokens.ts';
import type { Pauses, Secrets, TokenSigner } from '../ports.ts';
import { stsClient } from './clients.ts';
import { systemRandom } from './random.ts';
import { stsWebIdentities } from './web-identities.ts';
import type { World } from './world.ts';

const pauses: Pauses = {
  wait: (length, signal) =>
    sleep(length, true, { signal }).then(
      () => true,
      () => false,
    ),
};

/** What speaks to other authorization servers, in a module of its own so that it is loaded only where a scope needs it. */
export function liveDownstreamTokens(world: World, secrets: Secrets, signer: TokenSigner): DownstreamTokens {
  const { settings, clock, fetcher } = world;
  const webIdentities = stsWebIdentities(stsClient(settings));
  return downstreamTokens({
    ...{ issuer: settings.issuer, clock, random: systemRandom, fetcher },
    ...{ secrets, signer, webIdentities, pauses },
  });
}

import { stsClient } from '../aws/sts/client.ts';
import { stsWebIdentities } from '../aws/sts/web-identities.ts';
import { Circuits } from '../downstream/circuits.ts';
import { systemPauses } from '../host/pauses.ts';
import { systemRandom } from '../host/random.ts';
import type { OidcAnswerPorts } from '../sign-in/oidc/answer-oidc-sign-in.ts';
import { redeemAtProvider } from '../sign-in/oidc/redeem-at-provider.ts';
import { resources } from './resources.ts';

const circuits = new Circuits();

/** Redeems codes of OIDC issuers in this process: which of them fail is remembered over requests. */
export const liveRedeem: OidcAnswerPorts['redeem'] = async (provider, client, returned, signal) => {
  const { settings, clock, fetcher, secrets } = resources();
  const ports = {
    ...{ issuer: settings.issuer, clock, random: systemRandom, fetcher, circuits },
    ...{ secrets: await secrets(), webIdentities: stsWebIdentities(stsClient(settings)), pauses: systemPauses },
  };
  return redeemAtProvider(ports, provider, client, returned, signal);
};

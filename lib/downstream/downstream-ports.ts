import type { Clock, Fetcher, Pauses, Random, Secrets, TokenSigner, WebIdentities } from '../ports.ts';

/** What asking another authorization server needs of the world. */
export interface DownstreamPorts {
  /** This broker's issuer: `iss` of the assertions that it signs itself. */
  readonly issuer: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly fetcher: Fetcher;
  readonly secrets: Secrets;
  readonly signer: TokenSigner;
  readonly webIdentities: WebIdentities;
  readonly pauses: Pauses;
}

import type { Fetcher } from '../ports/documents.ts';
import type { Clock, Pauses, Random } from '../ports/host.ts';
import type { TokenSigner } from '../ports/keys.ts';
import type { Secrets } from '../ports/secrets.ts';
import type { WebIdentities } from '../ports/sessions.ts';

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

import type { OauthTokenGrant } from '../documents/oauth-token-grant.ts';
import type { Report } from '../problem.ts';
import type { WrittenOauthTokenGrant } from '../schema/oauth-token-grant.ts';
import { parseUrl } from '../web-address.ts';

/**
 * Audiences that are no address, and the one host that each stands for (learn.microsoft.com, "Workload identity
 * federation").
 */
const NAMED_AUDIENCES: ReadonlyMap<string, string> = new Map([
  ['api://AzureADTokenExchange', 'login.microsoftonline.com'],
  ['api://AzureADTokenExchangeUSGov', 'login.microsoftonline.us'],
  ['api://AzureADTokenExchangeChina', 'login.partner.microsoftonline.cn'],
]);

/** What is said of an assertion and its audience, with the preset's default filled in; null: the token endpoint. */
export interface Addressed extends Pick<WrittenOauthTokenGrant, 'authentication' | 'forward' | 'signer'> {
  readonly provider: OauthTokenGrant['provider'];
  readonly assertionAudience: string | null;
}

/**
 * An assertion that the broker's own key or role makes has no secret whose tag says where it may go: who it is
 * addressed to must be who gets it, else a server that a scope names could use it at another.
 */
export function checkAssertionAudience(grant: Addressed, tokenEndpoint: string, report: Report): void {
  const { assertionAudience } = grant;
  if (assertionAudience === null || !isMadeByBroker(grant)) return;
  const host = parseUrl(tokenEndpoint)?.host;
  if (host === undefined || NAMED_AUDIENCES.get(assertionAudience) === host) return;
  if (parseUrl(assertionAudience)?.host === host) return;
  report(
    ['assertionAudience'],
    `must have the host of the token endpoint (${host}): what the broker's own key signs is for nobody else`,
  );
}

function isMadeByBroker({ provider, authentication, forward, signer }: Addressed): boolean {
  if (authentication === 'aws-web-identity') return true;
  if (provider === 'token-exchange') return forward !== 'proof';
  return provider === 'jwt-bearer' && signer === undefined;
}

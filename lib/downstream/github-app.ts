import type { OauthTokenGrant } from '../configuration/documents/oauth-token-grant.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { epochSeconds, toEpochSeconds } from '../time.ts';
import { type Asking, ask } from './ask.ts';
import { type Attempt, signWithSecret } from './assertion.ts';
import type { Circuits } from './circuits.ts';
import type { DownstreamToken } from './downstream-request.ts';
import { readInstallationToken } from './installation-token-response.ts';
import { providerError, type ReadAnswer } from './provider-error.ts';

type GithubAppGrant = Extract<OauthTokenGrant, { provider: 'github-app' }>;

/**
 * docs.github.com, "Generating a JSON Web Token (JWT) for a GitHub App": 60 s in the past against clock drift, ten
 * minutes at most.
 */
const BACKDATED = 60;
const LIFETIME = 540;

interface GithubCall {
  readonly circuits: Circuits;
  /** Those of every request to this provider: circuits, host, addresses. */
  readonly asking: Pick<Asking, 'circuit' | 'host'>;
  readonly publicAddressOnly: boolean;
}

/**
 * An installation access token of a GitHub App, for the repositories and permissions of the grant and no others
 * (docs.github.com, "Generating an installation access token for a GitHub App"). `tokenEndpoint` is the root of the
 * REST API, so that GitHub Enterprise Server works alike.
 */
export async function installationToken(
  attempt: Attempt,
  grant: GithubAppGrant,
  call: GithubCall,
): Promise<Outcome<DownstreamToken>> {
  const installation = await findInstallation(attempt, grant, call);
  if (!installation.ok) return installation;
  const body = JSON.stringify({ repositories: grant.repositories, permissions: grant.permissions });
  const path = `/app/installations/${installation.value}/access_tokens`;
  const at = toEpochSeconds(attempt.ports.clock.now());
  const answer = await callApi(attempt, grant, call, { path, body });
  if (!answer.ok) return answer;
  if (answer.value.status >= 400) return apiError(answer.value, call);
  return readInstallationToken(answer.value, grant, { host: call.asking.host, at, secretVersion: attempt.secrets.id });
}

/** The app's installation on the owner, who is an organization or else a person. */
async function findInstallation(attempt: Attempt, grant: GithubAppGrant, call: GithubCall): Promise<Outcome<number>> {
  for (const kind of ['orgs', 'users'] as const) {
    const answer = await callApi(attempt, grant, call, { path: `/${kind}/${grant.owner}/installation`, body: null });
    if (!answer.ok) return answer;
    const { status, json } = answer.value;
    if (status === 404 && kind === 'orgs') continue;
    if (status >= 400) return apiError(answer.value, call);
    const id = json?.['id'];
    if (status === 200 && typeof id === 'number' && Number.isSafeInteger(id) && id > 0) return accept(id);
    break;
  }
  return refuse('provider_answer_invalid', { log: { host: call.asking.host, problem: 'installation' } });
}

/**
 * GitHub has no error codes: the status says it. The app's key is wrong, or the app is not installed there or may not
 * have that.
 */
const apiError = (answer: ReadAnswer, { asking }: GithubCall) => providerError(answer, asking.host, 'not');

function callApi(
  attempt: Attempt,
  grant: GithubAppGrant,
  { circuits, asking, publicAddressOnly }: GithubCall,
  { path, body }: { readonly path: string; readonly body: string | null },
): Promise<Outcome<ReadAnswer>> {
  const build = async () => {
    const token = await appToken(attempt, grant);
    if (!token.ok) return token;
    const headers = {
      authorization: `Bearer ${token.value}`,
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      'user-agent': 'token-broker',
    };
    const url = `${grant.tokenEndpoint.replace(/\/$/, '')}${path}`;
    const request = { url, headers, publicAddressOnly };
    if (body === null) return accept({ ...request, method: 'GET' } as const);
    const withBody = { ...headers, 'content-type': 'application/json' };
    return accept({ ...request, method: 'POST', headers: withBody, body } as const);
  };
  return ask(attempt.ports, circuits, { ...asking, repeat: 'any-outage', build }, attempt.signal);
}

function appToken(attempt: Attempt, grant: GithubAppGrant): Promise<Outcome<string>> {
  const now = toEpochSeconds(attempt.ports.clock.now());
  const claims = { iss: grant.appId, iat: epochSeconds(now - BACKDATED), exp: epochSeconds(now + LIFETIME) };
  return signWithSecret(attempt, { secret: grant.privateKey, algorithm: 'RS256', header: {} }, claims);
}

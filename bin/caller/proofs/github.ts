import { isLoopback } from '../../../lib/loopback.ts';
import { sha256Hex } from '../digest.ts';
import { ask } from '../http.ts';
import { compactToken, jwt } from './jwt.ts';
import type { ProofContext, ProofKind } from './proof.ts';

const ASK_MS = 10_000;

/**
 * `github`: the job's ID token, of the endpoint that GitHub Actions names to a job with `id-token: write` (GitHub,
 * "OpenID Connect reference": GET with `audience`, answered `{"value": …}`).
 */
export const github: ProofKind = {
  operand: null,
  operandIs: 'none',
  offered: (context) => (endpointOf(context) === null ? null : 'ACTIONS_ID_TOKEN_REQUEST_URL and …_TOKEN are set'),
  source: (_, context) => ({
    name: 'github',
    // The request token is one job's own: who it names is not asked of GitHub for every look into the cache.
    identity: async () => `github:${sha256Hex(JSON.stringify(endpointOrThrow(context)))}`,
    present: async (signal) => {
      const { url, bearer } = endpointOrThrow(context);
      const asked = new URL(url);
      if (asked.protocol !== 'https:' && !isLoopback(asked))
        throw new Error('ACTIONS_ID_TOKEN_REQUEST_URL has to begin with https://');
      asked.searchParams.set('audience', context.broker);
      const { status, body } = await ask(asked.href, {
        method: 'GET',
        headers: { authorization: `bearer ${bearer}` },
        signal: AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]),
      });
      if (status !== 200) throw new Error(`GitHub gave no ID token: it answered ${status}`);
      return jwt(compactToken(String(body['value'] ?? ''), "GitHub's answer"));
    },
  }),
};

function endpointOf({ env }: ProofContext): { readonly url: string; readonly bearer: string } | null {
  const url = env['ACTIONS_ID_TOKEN_REQUEST_URL'];
  const bearer = env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
  return url && bearer && URL.canParse(url) ? { url, bearer } : null;
}

function endpointOrThrow(context: ProofContext) {
  const endpoint = endpointOf(context);
  if (endpoint !== null) return endpoint;
  throw new Error('GitHub gives this job no ID token: the job needs `permissions: { id-token: write }`');
}

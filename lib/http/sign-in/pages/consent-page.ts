import type { Principal } from '../../../identity/principal.ts';
import type { SignedIn } from '../../../sign-in/answer-sign-in.ts';
import { isLoopbackRedirect } from '../../../sign-in/redirect-uri.ts';
import type { HttpAnswer } from '../../http-answer.ts';
import { definitions, escapeHtml, htmlPage } from './html-page.ts';

type Question = NonNullable<SignedIn['question']>;

/** Asks the person before anything is handed over: which program, where it is, which scope, as whom. */
export function consentPage(principal: Principal, question: Question, requestId: string): HttpAnswer {
  const { client, redirectUri, scopes, targets } = question.authorization;
  const { host } = new URL(redirectUri);
  const place = isLoopbackRedirect(redirectUri) ? `a program on this computer (${host})` : host;
  const rows = [
    ['Program', client],
    ['Goes to', place],
    [scopes.length === 1 ? 'Scope' : 'Scopes', scopes.join(', ')],
    ...(targets.length === 0 ? [] : [['For', targets.join(', ')] as const]),
    ['Signed in as', principal.name],
    ['Connection', principal.source.name],
  ] as const;
  const hidden = (name: string, value: string) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
  const body = `<p>If you allow it, <strong>${escapeHtml(client)}</strong> can get access in your name.
Allow it only if you started this program yourself, just now.</p>
${definitions(rows)}
<form method="post" action="/oauth2/authorize">
${hidden('sign_in', question.requestId)}
${hidden('secret', question.secret)}
<button class="allow" type="submit" name="decision" value="allow">Allow</button>
<button type="submit" name="decision" value="deny">Deny</button>
</form>`;
  return htmlPage({ status: 200, title: `Allow ${client}?`, body, formLeadsTo: formSource(redirectUri) }, requestId);
}

/**
 * The source expression for a redirect URI; an IPv6 address has none (CSP level 3, host-char), so that its scheme alone
 * stands for it.
 */
function formSource(redirectUri: string): string {
  const { hostname, origin, protocol } = new URL(redirectUri);
  return hostname.startsWith('[') ? protocol : origin;
}

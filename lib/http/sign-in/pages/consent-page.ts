import type { Principal } from '../../../identity/principal.ts';
import type { ActingServer } from '../../../sign-in/acting-servers.ts';
import { isLoopbackRedirect } from '../../../sign-in/redirect-uri.ts';
import type { SignedIn } from '../../../sign-in/settle-sign-in.ts';
import type { HttpAnswer } from '../../http-answer.ts';
import { deviceRows, PHISHING } from './device-pages.ts';
import { definitions, escapeHtml, htmlPage } from './html-page.ts';
import { programOf, programRows, targetRows } from './program-rows.ts';

type Question = NonNullable<SignedIn['question']>;

/** Asks the person before anything is handed over: which program, where it is, which scope, as whom. */
export function consentPage(principal: Principal, question: Question, requestId: string): HttpAnswer {
  const { client: clientId, redirectUri, scopes, targets, device } = question.authorization;
  const client = programOf(clientId);
  const rows = [
    ...programRows(clientId),
    ...(device === undefined ? [['Goes to', placeOf(redirectUri)] as const] : deviceRows(device)),
    [scopes.length === 1 ? 'Scope' : 'Scopes', scopes.join(', ')],
    ...targetRows(targets),
    ['Signed in as', principal.name],
    ['Connection', principal.source.name],
  ] as const;
  const hidden = (name: string, value: string) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
  const body = `<p>If you allow it, <strong>${escapeHtml(client)}</strong> can get access in your name.
Allow it only if you started this program yourself, just now.</p>
${definitions(rows)}
${actingText(question.servers)}${device === undefined ? '' : PHISHING}
<form method="post" action="/oauth2/authorize">
${hidden('sign_in', question.requestId)}
${hidden('secret', question.secret)}
<button class="allow" type="submit" name="decision" value="allow">Allow</button>
<button type="submit" name="decision" value="deny">Deny</button>
</form>`;
  const formLeadsTo = device === undefined ? formSource(redirectUri) : '';
  return htmlPage({ status: 200, title: `Allow ${client}?`, body, formLeadsTo }, requestId);
}

const MOST_SCOPES = 20;

/** Who else comes to act for the person, by the operator's own words: a server's name stands as a quotation. */
const actingText = (servers: readonly ActingServer[]): string =>
  servers
    .map(({ client, audience, scopes }) => {
      const who = `“${client}” (${audience})`;
      const more = scopes.length > MOST_SCOPES ? ` and ${scopes.length - MOST_SCOPES} others` : '';
      const what =
        scopes.length === 0
          ? 'By now no scope lets it in.'
          : `It can get, where their rules let it: ${scopes.slice(0, MOST_SCOPES).join(', ')}${more}. Each use is recorded with its name.`;
      return `<p>The program sends what it gets to the server ${escapeHtml(who)}, which <strong>may then act for you</strong> here,
until the program’s access ends. ${escapeHtml(what)}</p>
`;
    })
    .join('');

/** Where an answer goes, in a person's words. */
export function placeOf(redirectUri: string): string {
  const { host } = new URL(redirectUri);
  return isLoopbackRedirect(redirectUri) ? `a program on this computer (${host})` : host;
}

/**
 * The source expression for a redirect URI; an IPv6 address has none (CSP level 3, host-char), so that its scheme alone
 * stands for it.
 */
function formSource(redirectUri: string): string {
  const { hostname, origin, protocol } = new URL(redirectUri);
  return hostname.startsWith('[') ? protocol : origin;
}

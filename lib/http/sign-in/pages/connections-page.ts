import type { AuthorizationRequest } from '../../../sign-in/sign-ins.ts';
import type { HttpAnswer } from '../../http-answer.ts';
import { placeOf } from './consent-page.ts';
import { definitions, escapeHtml, htmlPage } from './html-page.ts';
import { programRows } from './program-rows.ts';

/**
 * Where to sign in, for a program that does not say it: a list of links, each of which is the request as it came with
 * one connection named. Nothing is kept until one of them is followed.
 */
export function connectionsPage(
  connections: readonly string[],
  asking: Pick<AuthorizationRequest, 'client' | 'redirectUri' | 'scopes' | 'targets'>,
  rawQuery: string,
  requestId: string,
): HttpAnswer {
  const { client, redirectUri, scopes, targets } = asking;
  const rows = [
    ...programRows(client),
    ['Goes to', placeOf(redirectUri)],
    ...(scopes.length === 0 ? [] : [[scopes.length === 1 ? 'Scope' : 'Scopes', scopes.join(', ')] as const]),
    ...(targets.length === 0 ? [] : [['For', targets.join(', ')] as const]),
  ] as const;
  const links = connections.map(
    (name) => `<li><a rel="noreferrer" href="${escapeHtml(linkOf(rawQuery, name))}">${escapeHtml(name)}</a></li>`,
  );
  const body = `<p>A program asks you to sign in. Choose the account that you have with your organization.
Go on only if you started this program yourself, just now.</p>
${definitions(rows)}
<nav aria-label="Where to sign in"><ul>
${links.join('\n')}
</ul></nav>`;
  return htmlPage({ status: 200, title: 'Where do you sign in?', body }, requestId);
}

function linkOf(rawQuery: string, connection: string): string {
  const query = new URLSearchParams(rawQuery);
  // It may stand there without a value, which counts as left out.
  query.set('connection', connection);
  return `/oauth2/authorize?${query}`;
}

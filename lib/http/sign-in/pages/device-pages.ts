import { type PendingDevice, shownUserCode } from '../../../sign-in/device/devices.ts';
import type { AskingDevice } from '../../../sign-in/sign-ins.ts';
import type { HttpAnswer } from '../../http-answer.ts';
import { definitions, escapeHtml, htmlPage } from './html-page.ts';
import { programRows, targetRows } from './program-rows.ts';

/** What somebody who was sent a code has to know (RFC 8628 section 5.4). */
export const PHISHING = `<p><strong>Did somebody send you this code or link, by mail, chat or telephone? Then stop here:
they would get access in your name.</strong> Go on only if you started the program yourself, just now, on a machine that you know.</p>`;

/** The machine in its own words: anybody may say anything, so it stands as a quotation, beside what the broker saw. */
export const deviceRows = ({ userCode, name, sourceIp }: Pick<AskingDevice, 'userCode' | 'name' | 'sourceIp'>) =>
  [
    ['Code', shownUserCode(userCode)],
    ['Device says it is', name === null ? 'nothing' : `“${name}”`],
    ['Asks from address', sourceIp],
  ] as const;

/** The form for a code; `code`: the one of the address, which is to be compared all the same. */
export function deviceCodePage(code: string | null, requestId: string): HttpAnswer {
  const value = code === null ? '' : ` value="${escapeHtml(shownUserCode(code))}"`;
  const asks =
    code === null ? 'Type the code that your device shows.' : 'Compare this code with the one that your device shows.';
  const body = `<p>${asks}</p>
${PHISHING}
<form method="post" action="/device">
<label>Code <input name="user_code" required autocomplete="off" autocapitalize="characters" spellcheck="false" size="12"${value}></label>
<button class="allow" type="submit">Continue</button>
</form>`;
  return htmlPage({ status: 200, title: 'Connect a device', body, formLeadsTo: '' }, requestId);
}

/** Which machine waits, before anybody signs in; the way on is a link, which leads to the identity provider. */
export function comparePage(
  pending: PendingDevice,
  { connection, location }: { readonly connection: string; readonly location: string },
  requestId: string,
): HttpAnswer {
  const body = `<p>Compare code and device with what you see there.</p>
${definitions([...waitingRows(pending), ['Connection', connection]])}
${PHISHING}
<p><a rel="noreferrer" href="${escapeHtml(location)}">It is mine: sign in at ${escapeHtml(connection)}</a></p>`;
  return htmlPage({ status: 200, title: 'Is this your device?', body }, requestId);
}

/** The same for a program that does not say where its person signs in: `comparePage` comes of what is chosen. */
export function chooseConnectionPage(
  pending: PendingDevice,
  connections: readonly string[],
  requestId: string,
): HttpAnswer {
  const buttons = connections.map(
    (name) =>
      `<li><button type="submit" name="connection" value="${escapeHtml(name)}">${escapeHtml(name)}</button></li>`,
  );
  const body = `<p>Compare code and device with what you see there. If it is yours, choose the account that you have with your organization.</p>
${definitions(waitingRows(pending))}
${PHISHING}
<form method="post" action="/device">
<input type="hidden" name="user_code" value="${escapeHtml(shownUserCode(pending.userCode))}">
<nav aria-label="Where to sign in"><ul>
${buttons.join('\n')}
</ul></nav>
</form>`;
  return htmlPage({ status: 200, title: 'Is this your device?', body, formLeadsTo: '' }, requestId);
}

function waitingRows(pending: PendingDevice): readonly (readonly [string, string])[] {
  const { client, scopes, targets } = pending;
  return [
    ...deviceRows(pending),
    ...programRows(client),
    ...(scopes.length === 0 ? [] : [[scopes.length === 1 ? 'Scope' : 'Scopes', scopes.join(', ')] as const]),
    ...targetRows(targets),
  ];
}

/** The end at the browser: the device goes on by itself. */
export const decidedPage = (decision: 'allow' | 'deny', requestId: string): HttpAnswer =>
  decision === 'allow'
    ? htmlPage(
        { status: 200, title: 'Allowed', body: '<p>Go back to your device. You can close this page.</p>' },
        requestId,
      )
    : htmlPage(
        { status: 200, title: 'Denied', body: '<p>The device gets nothing. You can close this page.</p>' },
        requestId,
      );

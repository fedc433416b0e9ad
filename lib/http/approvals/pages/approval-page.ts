import type { PreviousGrant } from '../../../approval/previous.ts';
import { type Review, type ReviewStatus, statusOf } from '../../../approval/review.ts';
import { lengthText, wordsOf } from '../../../approval/words.ts';
import type { PartyRecord } from '../../../ledger/record.ts';
import type { HttpAnswer } from '../../http-answer.ts';
import { definitions, escapeHtml, htmlPage } from '../../sign-in/pages/html-page.ts';

export interface ShownApproval {
  readonly review: Review;
  readonly previous: PreviousGrant | null;
  /** Of the scopes, as their authors wrote them. */
  readonly description: string;
  /** Label of who signed in. */
  readonly signedInAs: string;
  /** For the form. */
  readonly token: string;
}

const TITLES: Readonly<Record<ReviewStatus, string>> = {
  pending: 'Approve',
  approved: 'Approved',
  denied: 'Denied',
  expired: 'Expired',
  used: 'Approved and used',
  'break-glass': 'Gone on without approval',
};

/**
 * What somebody is asked to approve: who asks, for whom, through whom, what it could do in the broker's own words, and
 * how that differs from before. The caller's text stands in a quotation and nowhere else. Works by keyboard and without
 * script; the buttons come after everything that they are about.
 */
export function approvalPage(shown: ShownApproval, requestId: string): HttpAnswer {
  const { request } = shown.review;
  const status = statusOf(shown.review);
  const scope = request.scopes.join(', ');
  const title = status === 'pending' ? `${TITLES.pending} ${scope}?` : `${TITLES[status]}: ${scope}`;
  const body = `${definitions(rowsOf(shown))}
<h2>Why, in their words</h2>
${quotation(request.intent)}
<h2>What it could do</h2>
${list(wordsOf(request))}
<h2>Compared with before</h2>
${comparison(shown)}
${status === 'pending' ? decision(shown) : outcome(shown.review)}
<p>You are signed in as <strong>${escapeHtml(shown.signedInAs)}</strong>.</p>`;
  return htmlPage({ status: 200, title, body, formLeadsTo: status === 'pending' ? '' : null }, requestId);
}

function rowsOf({ review: { request, state }, description }: ShownApproval): readonly (readonly [string, string])[] {
  const { subject, actors, clients, parameters } = request;
  const [actor, ...before] = actors;
  const others = clients.filter((name) => name !== subject.client && !actors.some(({ client }) => client === name));
  return [
    ['For', party(subject)],
    ['Through', actor === undefined ? 'nobody: they act themselves' : party(actor)],
    ...before.map((each) => ['And before that', party(each)] as const),
    ...(others.length === 0 ? [] : [['Presented by', others.join(', ')] as const]),
    ['Scope', request.scopes.join(', ')],
    ...(description === '' ? [] : [['Which is', description] as const]),
    ...Object.entries(parameters).map(([name, value]) => [`Parameter ${name}`, value] as const),
    ['Asked from', request.sourceIp],
    ['Asked at', utc(request.asked)],
    ['Ends at', utc((state?.ends ?? request.ends) * 1000)],
    ['Good for', `${request.uses === 1 ? 'one use' : `${request.uses} uses`} within ${lengthText(request.lasts)}`],
  ];
}

const party = ({ connection, client, principal, subject }: PartyRecord): string =>
  connection === null
    ? `the client ${client ?? subject}`
    : `${principal} (${subject === principal ? '' : `${subject}, `}${connection})`;

const utc = (time: number): string => `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

const list = (lines: readonly string[]): string =>
  `<ul>\n${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('\n')}\n</ul>`;

/** Inert: no markup of theirs, and what would steer other text is shown as a box. */
const quotation = (intent: string | null): string =>
  intent === null
    ? '<p>They gave no reason.</p>'
    : `<blockquote dir="ltr"><bdi>${escapeHtml(intent)}</bdi></blockquote>`;

function comparison({ previous, review: { request } }: ShownApproval): string {
  if (previous === null) return '<p>As far as the ledger shows, they were never granted this scope so before.</p>';
  const when = `<p>Last granted at ${utc(previous.granted)}${previous.intent === request.intent ? ', for the same reason' : ''}.</p>`;
  if (previous.differs === null) return `${when}\n<p>What it could do then is not kept any more.</p>`;
  const { more, less } = previous.differs;
  if (more.length + less.length === 0) return `${when}\n<p>It is the same as then.</p>`;
  const part = (heading: string, lines: readonly string[]) =>
    lines.length === 0 ? '' : `\n<h3>${heading}</h3>\n${list(lines)}`;
  return `${when}${part('New this time', more)}${part('Not any more', less)}`;
}

function decision({ review: { request, admitted }, token }: ShownApproval): string {
  if (admitted.isParty) {
    return '<p><strong>You ask for this yourself, act in it, or are its client: somebody else has to decide.</strong></p>';
  }
  return `<form method="post" action="/approvals/${escapeHtml(request.id)}">
<input type="hidden" name="token" value="${escapeHtml(token)}">
<p class="field"><label for="reason">Your reason (recorded)</label>
<textarea id="reason" name="reason" rows="2" maxlength="1000"></textarea></p>
<button class="allow" type="submit" name="decision" value="approve">Approve</button>
<button type="submit" name="decision" value="deny">Deny</button>
</form>`;
}

function outcome({ state }: Review): string {
  const word = state?.decision ?? null;
  if (word === null) return '<p>Nobody can decide on it any more.</p>';
  const rows = [
    ['Decided by', party(word.approver)],
    ['At', utc(word.decided)],
    ['Reason', word.reason ?? 'none given'],
  ] as const;
  return `<h2>What was decided</h2>\n${definitions(rows)}`;
}

import type { Principal } from '../../../identity/principal.ts';
import type { JsonValue } from '../../../json.ts';
import type { HttpAnswer } from '../../http-answer.ts';
import { definitions, htmlPage } from './html-page.ts';

const MOST_CLAIMS = 60;
const LONGEST_VALUE = 500;

/**
 * The page at the end of a sign-in that nobody asked for: who the person is here, and nothing more. It shows them
 * their own claims, as conditions see them.
 */
export function signedInPage({ name, subject, source, claims }: Principal, requestId: string): HttpAnswer {
  const rows = [
    ['Signed in as', name],
    ['Connection', source.name],
    ['Subject', subject],
  ] as const;
  const seen = [...claims.values]
    .slice(0, MOST_CLAIMS)
    .map(([claim, value]) => [`claims.${claim}`, shown(value)] as const);
  const body = `<p>The sign-in works.
No program asked for it, so nothing was handed over, and you can close this page.</p>
${definitions(rows)}
<h2>What rules can see</h2>
${definitions(seen)}`;
  return htmlPage({ status: 200, title: 'You are signed in', body }, requestId);
}

const shown = (value: JsonValue): string =>
  (typeof value === 'string' ? value : Array.isArray(value) ? value.join(', ') : JSON.stringify(value)).slice(
    0,
    LONGEST_VALUE,
  );

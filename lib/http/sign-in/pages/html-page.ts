import { createHash } from 'node:crypto';
import { escapeXml } from '../../../xml.ts';
import { commonHeaders, type HttpAnswer } from '../../http-answer.ts';

/**
 * Text for an element or a quoted attribute. Whatever steers the direction or look of text around it is shown as a
 * box, so that no name can dress up as another.
 */
export const escapeHtml = (text: string): string => escapeXml(text.replace(/[\p{Cc}\p{Cf}]/gu, '\u25a1'));

const STYLE = `
:root{color-scheme:light dark;--line:#8886;--accent:#0b57d0;--on-accent:#fff}
@media(prefers-color-scheme:dark){:root{--accent:#a8c7fa;--on-accent:#062e6f}}
body{font:1rem/1.5 system-ui,sans-serif;margin:0;padding:2rem 1rem}
main{max-width:34rem;margin:0 auto}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}
dl{display:grid;grid-template-columns:fit-content(45%) 1fr;gap:.5rem 1.25rem;margin:1rem 0}
dl{border:1px solid var(--line);border-radius:.5rem;padding:1rem}
h2{font-size:1.15rem}
dt{font-weight:600;overflow-wrap:anywhere}
dd{margin:0;overflow-wrap:anywhere}
form{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.5rem 0}
.field{flex:1 0 100%;margin:0}
label{display:block;font-weight:600}
textarea{font:inherit;color:inherit;background:none;width:100%;box-sizing:border-box}
textarea{padding:.5rem;border-radius:.5rem;border:1px solid var(--line)}
textarea:focus-visible,a:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
blockquote{margin:1rem 0;padding:.25rem 1rem;border-left:.3rem solid var(--line);overflow-wrap:anywhere}
h3{font-size:1rem;margin:1rem 0 .25rem}
ul{padding-left:1.25rem}
li{overflow-wrap:anywhere}
button{font:inherit;color:inherit;background:none;cursor:pointer}
button{padding:.6rem 1.5rem;border-radius:.5rem;border:1px solid var(--line)}
input{font:inherit;letter-spacing:.1em;padding:.5rem;border:1px solid var(--line);border-radius:.5rem}
button.allow{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
footer{margin-top:2rem;font-size:.875rem;opacity:.75;overflow-wrap:anywhere}
code{font-family:ui-monospace,monospace}
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

export interface Page {
  readonly status: number;
  /** Plain text. */
  readonly title: string;
  /** HTML whose values are escaped. */
  readonly body: string;
  /** Where the page's form may lead, beside this broker: an origin, or null where it has no form. */
  readonly formLeadsTo?: string | null;
}

/**
 * A page without script, frame, image or font, that no cache keeps and no other site can frame. Its one style element
 * is named by its hash. A form leads to this broker, and by its redirect to the one origin that the page is about (CSP
 * level 3, form-action).
 */
export function htmlPage(page: Page, requestId: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  const { status, title, body, formLeadsTo = null } = page;
  const formAction = formLeadsTo === null ? "'none'" : `'self' ${formLeadsTo}`.trim();
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    `form-action ${formAction}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
  const escaped = escapeHtml(title);
  return {
    statusCode: status,
    headers: {
      ...commonHeaders(requestId),
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy,
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      ...headers,
    },
    body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped}</h1>
${body}
<footer>Token Broker. Request <code>${escapeHtml(requestId)}</code></footer>
</main>
</body>
</html>
`,
  };
}

/** Terms and what they stand for, as plain text. */
export const definitions = (rows: readonly (readonly [term: string, description: string])[]): string =>
  `<dl>\n${rows.map(([term, text]) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(text)}</dd>`).join('\n')}\n</dl>`;

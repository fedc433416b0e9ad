import type { HttpAnswer } from '../../http-answer.ts';
import { escapeHtml, htmlPage } from '../../sign-in/pages/html-page.ts';

/** Where approvers of this request sign in. It says nothing of what is asked. */
export function choosePage(id: string, connections: readonly string[], requestId: string): HttpAnswer {
  const items = connections.map((name) => {
    const href = `/approvals/${encodeURIComponent(id)}?connection=${encodeURIComponent(name)}`;
    return `<li><a href="${escapeHtml(href)}">${escapeHtml(name)}</a></li>`;
  });
  const body = `<p>Somebody has to approve a request. Sign in to see it.</p>\n<ul>\n${items.join('\n')}\n</ul>`;
  return htmlPage({ status: 200, title: 'Where do you sign in?', body }, requestId);
}

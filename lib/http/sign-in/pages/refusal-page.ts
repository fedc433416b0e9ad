import type { Refusal } from '../../../outcome.ts';
import type { RefusalClass } from '../../../refusals/kinds.ts';
import { refusalEntry } from '../../../refusals/registry.ts';
import { classOf, retryAfter, statusOf } from '../../describe-refusal.ts';
import type { RefusalRenderer } from '../../route.ts';
import { definitions, escapeHtml, htmlPage } from './html-page.ts';

function statusOfClass(refusalClass: RefusalClass): number {
  switch (refusalClass) {
    case 'request':
    case 'client':
    case 'unauthorized-client':
    case 'unsupported':
      return 400;
    case 'proof':
    case 'key-proof':
    case 'expired-proof':
    case 'scope':
    case 'pending':
    case 'declined':
    case 'target':
      return 403;
    case 'limit':
    case 'not-yet':
      return 429;
    case 'outage':
    case 'idp-outage':
    case 'provider-outage':
      return 503;
    case 'provider':
      return 502;
  }
}

const RETRYABLE = [429, 503];

/**
 * A refusal as a page: which check failed, what was expected of public values, and the code and id that an operator
 * asks for.
 */
export const refusalPage: RefusalRenderer = (refusal, requestId, headers) => {
  const { says } = refusalEntry(refusal.reason);
  const status = statusOf(refusal, statusOfClass(classOf(refusal)));
  const detail = refusal.detail === undefined || refusal.detail === says ? [] : [['Detail', refusal.detail] as const];
  const body = `<p>${escapeHtml(says)}</p>
${definitions([...detail, ['Reason', refusal.reason], ['Request', requestId]])}
<p>${nextStep(refusal, status)}</p>`;
  return htmlPage({ status, title: 'Sign-in failed', body }, requestId, { ...retryAfter(refusal), ...headers });
};

function nextStep({ told }: Refusal, status: number): string {
  if (told === 'device') {
    return `Your device gets nothing, and has been told: it waits no more. To get in with another account, begin again at the
device. If it is this one that should have access, give your administrator reason and request.`;
  }
  return RETRYABLE.includes(status)
    ? 'Something that is needed cannot be reached. Try again in a moment.'
    : 'Begin again in the program that sent you here. If it keeps failing, give your administrator reason and request.';
}

import type { Refusal } from '../../outcome.ts';
import type { RefusalClass } from '../../refusals/kinds.ts';
import { classOf, describe, retryAfter } from '../describe-refusal.ts';
import { type HttpAnswer, xml } from '../http-answer.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** Escapes text for an element; characters that XML 1.0 does not have become `?`. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Element name -> text, or nested elements; null leaves the element out. */
export interface XmlElements {
  readonly [element: string]: string | null | XmlElements;
}

function renderXml(elements: XmlElements): string {
  return Object.entries(elements)
    .map(([name, value]) => {
      if (value === null) return '';
      return `<${name}>${typeof value === 'string' ? escapeXml(value) : renderXml(value)}</${name}>`;
    })
    .join('');
}

/** `<XResponse><XResult>…</XResult><ResponseMetadata>…` as AWS STS answers the action. */
export function stsAnswer(action: string, result: XmlElements, requestId: string): HttpAnswer {
  const body = renderXml({ [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } });
  return xml(200, requestId, `<${action}Response xmlns="${NAMESPACE}">${body}</${action}Response>`);
}

interface StsCode {
  readonly status: number;
  readonly type: 'Sender' | 'Receiver';
  readonly code: string;
}

/** Codes as AWS STS (facts: an outage is never InvalidIdentityToken, because SDKs do not retry that one). */
function stsCode(refusalClass: RefusalClass): StsCode {
  switch (refusalClass) {
    case 'request':
      return { status: 400, type: 'Sender', code: 'ValidationError' };
    case 'unsupported':
      return { status: 400, type: 'Sender', code: 'InvalidAction' };
    case 'proof':
      return { status: 400, type: 'Sender', code: 'InvalidIdentityToken' };
    case 'expired-proof':
      return { status: 400, type: 'Sender', code: 'ExpiredTokenException' };
    case 'client':
    case 'unauthorized-client':
    case 'scope':
    case 'target':
      return { status: 403, type: 'Sender', code: 'AccessDenied' };
    case 'limit':
      return { status: 429, type: 'Sender', code: 'Throttling' };
    case 'idp-outage':
      return { status: 400, type: 'Sender', code: 'IDPCommunicationError' };
    case 'outage':
    case 'provider-outage':
    case 'provider':
      return { status: 503, type: 'Receiver', code: 'ServiceUnavailable' };
  }
}

const CODE_OF_REASON: Readonly<Record<string, StsCode>> = {
  parameter_missing: { status: 400, type: 'Sender', code: 'MissingParameter' },
  intent_required: { status: 403, type: 'Sender', code: 'AccessDenied' },
  policy_too_large: { status: 400, type: 'Sender', code: 'PackedPolicyTooLarge' },
  policy_refused: { status: 400, type: 'Sender', code: 'MalformedPolicyDocument' },
  region_disabled: { status: 403, type: 'Sender', code: 'RegionDisabledException' },
  request_too_large: { status: 413, type: 'Sender', code: 'ValidationError' },
  method_not_allowed: { status: 405, type: 'Sender', code: 'InvalidAction' },
};

/** `<ErrorResponse>` with the reason beside AWS's code, in the message, where SDKs show it. */
export function stsError(refusal: Refusal, requestId: string, headers: Record<string, string> = {}): HttpAnswer {
  const { status, type, code } = CODE_OF_REASON[refusal.reason] ?? stsCode(classOf(refusal));
  const error = { Type: type, Code: code, Message: `${describe(refusal)} (reason: ${refusal.reason})` };
  const body = renderXml({ Error: error, RequestId: requestId });
  return xml(status, requestId, `<ErrorResponse xmlns="${NAMESPACE}">${body}</ErrorResponse>`, {
    ...retryAfter(refusal),
    ...headers,
  });
}

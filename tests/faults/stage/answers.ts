import { decodeJwt } from 'jose';
import type { HttpAnswer } from './hosted-function.ts';
import type { FunctionName } from './lane.ts';

/** What an answer hands out, by what the ledger knows it by. */
export interface Granted {
  readonly accessKeyId: string | null;
  /** Of a broker token, or as the answer says it. */
  readonly issuance: string | null;
  /** Nothing that a log may have. */
  readonly secrets: readonly string[];
}

/** null: nothing is handed out. */
export function granted({ body = '' }: HttpAnswer): Granted | null {
  const accessKeyId = /ASIA[A-Z0-9]{12,}/.exec(body)?.[0] ?? null;
  if (body.startsWith('<')) {
    const secrets = [...body.matchAll(/<(?:SecretAccessKey|SessionToken)>([^<]+)</g)].map(([, secret]) => secret ?? '');
    return accessKeyId === null && secrets.length === 0 ? null : { accessKeyId, issuance: null, secrets };
  }
  const { SecretAccessKey: key, SessionToken: session, IssuanceId: id, access_token: token } = Object(JSON.parse(body));
  if (typeof token === 'string') {
    const jti = token.split('.').length === 3 ? decodeJwt(token).jti : undefined;
    return { accessKeyId, issuance: jti ?? null, secrets: [token] };
  }
  if (accessKeyId === null && key === undefined) return null;
  return { accessKeyId, issuance: typeof id === 'string' ? id : null, secrets: [String(key), String(session)] };
}

/** What a caller of that protocol tries again by itself: an outage, never a verdict on what it presented. */
export function isRetryable(name: FunctionName, answer: HttpAnswer): boolean {
  const { statusCode, body = '' } = answer;
  if (statusCode === 502 || statusCode === 503 || statusCode === 429) return true;
  if (name === 'sign-in' && statusCode === 303) return locationOf(answer).includes('error=temporarily_unavailable&');
  return name === 'sts' && statusCode === 400 && /<Code>(IDPCommunicationError|Throttling)<\/Code>/.test(body);
}

/** Status and reason, for people. */
export const brief = (answer: HttpAnswer): string => `${answer.statusCode} ${reasonIn(answer)}`.trim();

function reasonIn(answer: HttpAnswer): string {
  const { body = '' } = answer;
  const told = [
    /"reason":"([a-z_]+)"/.exec(body),
    /<Code>(\w+)/.exec(body),
    /<dt>Reason<\/dt>\s*<dd>([a-z_]+)/.exec(body),
  ];
  return told.find((found) => found !== null)?.[1] ?? /[?&]reason=([a-z_]+)/.exec(locationOf(answer))?.[1] ?? '';
}

/** One of these reasons is what the answer says. */
export const tells = ({ body = '' }: HttpAnswer, reasons: readonly string[]): boolean =>
  reasons.some((reason) => body.includes(reason));

const locationOf = ({ headers }: HttpAnswer): string => headers?.['location'] ?? '';

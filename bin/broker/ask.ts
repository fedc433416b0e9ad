import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import type { Presentable } from './proof-sources.ts';

/** The broker's answer; status 0: none came. */
export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

const TIMEOUT_MS = 30_000;

/** Shows the broker a proof, with a form, at one of its routes. Redirects are followed nowhere. */
export async function askBroker(
  url: string,
  proof: Presentable,
  form: Readonly<Record<string, string>>,
): Promise<Answer> {
  const subject = proof.kind === 'client' ? {} : { subject_token: proof.token, subject_token_type: proof.type };
  const init = { method: 'POST', body: new URLSearchParams({ ...subject, ...form }), headers: authorization(proof) };
  try {
    const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body: unknown = await response.json().catch(() => null);
    return { status: response.status, body: isJsonObject(body) ? body : {} };
  } catch {
    return { status: 0, body: {} };
  }
}

/** RFC 6749 section 2.3.1: both parts are form-encoded before they are joined. */
function authorization(proof: Presentable): Readonly<Record<string, string>> {
  if (proof.kind !== 'client') return {};
  const [id, secret] = [proof.client, proof.secret].map((part) => new URLSearchParams({ p: part }).toString().slice(2));
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}

/** A refusal in one line: what the broker says, the stable reason, and what its operators look up. */
export function refusalOf({ status, body }: Answer): string {
  if (status === 0) return 'no answer came from the broker';
  const [said, reason, request] = ['error_description', 'reason', 'request_id'].map((name) =>
    shown(String(body[name] ?? '')),
  );
  return `${said || `the broker answered HTTP ${status}`} (${reason || 'no reason'}, request ${request || 'unknown'})`;
}

/** What somebody else said, fit for a terminal. */
export const shown = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);

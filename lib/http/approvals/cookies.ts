import { isSecret } from '../../sign-in/secret.ts';
import type { HttpRequest } from '../http-request.ts';

/**
 * `session`: who signed in. `start`: the verifier of a sign-in under way (RFC 7636). `code`: what that sign-in came to,
 * on the way from the page that asks to the one that redeems it, both this broker's: it stands in no address.
 */
export type ApproverCookie = 'session' | 'start' | 'code';

const NAMES = { session: 'approver', start: 'approver-start', code: 'approver-code' } as const;

/**
 * `__Host-`: no other host can set it (RFC 6265bis section 4.1.3); the local stack, in plain http, has a plain name.
 */
const nameOf = (cookie: ApproverCookie, issuer: string): string =>
  `${issuer.startsWith('https:') ? '__Host-' : ''}${NAMES[cookie]}`;

/** null: there is none, or two. */
export function readCookie({ cookies }: HttpRequest, cookie: ApproverCookie, issuer: string): string | null {
  const prefix = `${nameOf(cookie, issuer)}=`;
  const [found, another] = cookies.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length));
  return found !== undefined && another === undefined && isSecret(found) ? found : null;
}

/** `SameSite=Lax`: it goes along with a link that somebody opens, and with no form of another site. */
export function setCookie(cookie: ApproverCookie, secret: string, issuer: string, maxAge: number): string {
  const secure = issuer.startsWith('https:') ? '; Secure' : '';
  return `${nameOf(cookie, issuer)}=${secret}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`;
}

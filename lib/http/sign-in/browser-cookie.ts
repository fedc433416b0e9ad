import { isSecret } from '../../sign-in/secret.ts';
import type { HttpRequest } from '../http-request.ts';

const MAX_AGE_SECONDS = 600;

/**
 * `__Host-`: no other host and no subdomain can set it (RFC 6265bis section 4.1.3). That needs https; the local stack
 * has a plain name.
 */
const nameOf = (issuer: string): string => (issuer.startsWith('https:') ? '__Host-sign-in' : 'sign-in');

/** The secret that binds a sign-in to its browser, or null. Of two cookies of the name neither counts. */
export function readBrowserCookie({ cookies }: HttpRequest, issuer: string): string | null {
  const prefix = `${nameOf(issuer)}=`;
  const [found, another] = cookies.filter((cookie) => cookie.startsWith(prefix)).map((one) => one.slice(prefix.length));
  return found !== undefined && another === undefined && isSecret(found) ? found : null;
}

/**
 * Sets it for ten minutes. The identity provider's answer is a POST from another site, to which only `SameSite=None`
 * cookies go along; on loopback http, where that is not allowed, both are the same site.
 */
export function browserCookie(secret: string, issuer: string): string {
  const attributes = `Path=/; Max-Age=${MAX_AGE_SECONDS}; HttpOnly`;
  const where = issuer.startsWith('https:') ? '; Secure; SameSite=None' : '';
  return `${nameOf(issuer)}=${secret}; ${attributes}${where}`;
}

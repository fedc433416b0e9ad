import { isJsonObject, type JsonObject } from '../../../lib/json.ts';
import { TOKEN_TYPE } from '../../../lib/oauth-urns.ts';
import type { Presented } from './proof.ts';

/** What differs between two tokens of one identity (RFC 7519 section 4.1). */
const OF_ONE_TOKEN = ['iat', 'nbf', 'exp', 'jti'];

/**
 * The token in `text`: blanks, line ends and a byte order mark around it are of the file, anything else makes it none.
 * `where` names it in messages.
 */
export function compactToken(text: string, where: string): string {
  const token = text.trim();
  if (token === '') throw new Error(`${where} is empty: no token is there`);
  if (/[\0\ufffd]/.test(token)) {
    throw new Error(`${where} is no text in UTF-8 (some shells write UTF-16): write the token as ASCII`);
  }
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Error(`${where} holds more than one word: a token is expected`);
  return token;
}

/** The claims of a JWT, unverified: the broker verifies. null: it is none that can be read (an opaque token). */
export function peekClaims(token: string): JsonObject | null {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return null;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return isJsonObject(claims) ? claims : null;
  } catch {
    return null;
  }
}

/** Who a token names: its claims but for those of one token alone, in one order; a token that is no JWT as it is. */
export function identityOf(token: string): string {
  const claims = peekClaims(token);
  if (claims === null) return token;
  const lasting = Object.entries(claims).filter(([name]) => !OF_ONE_TOKEN.includes(name));
  return JSON.stringify(lasting.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export const jwt = (token: string): Presented => ({ kind: 'token', token, type: TOKEN_TYPE.jwt });

import { isLoopback } from '../loopback.ts';

/** An http URI without a user name, taken apart at its port. */
const AT_PORT = /^(http:\/\/(?:\[[^\]/?\\]*\]|[^/?:@[\]\\]+))(?::([0-9]{1,5}))?([/?].*)?$/;

const MAX_LENGTH = 2_000;

/**
 * True if the client registered this redirect URI: character for character (RFC 9700 section 4.1.3), but for the port
 * of a loopback host, which the program learns only when it starts to listen (RFC 8252 section 7.3). `localhost` is
 * one: the RFC advises against the name (section 8.3), and programs register it all the same. A code goes to https or
 * to a loopback host alone, and to no script: what else is registered counts as left out.
 */
export function isRegistered(uri: string, registered: readonly string[]): boolean {
  if (uri.length > MAX_LENGTH || uri.includes('#') || !/^[\x21-\x7e]+$/.test(uri) || !URL.canParse(uri)) return false;
  if (!mayTakeCodes(new URL(uri))) return false;
  const plain = withoutPort(uri);
  return registered.some((one) => withRoot(one) === withRoot(uri) || (plain !== null && withoutPort(one) === plain));
}

/** By whom it was registered makes no difference: a file cannot say another one, a metadata document can. */
const mayTakeCodes = (url: URL): boolean =>
  url.username === '' &&
  url.password === '' &&
  (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url)));

/** An address without a path is that of the root, which URL parsers write out (RFC 3986 section 6.2.3). */
const withRoot = (uri: string): string => uri.replace(/^https?:\/\/[^/?#]+$/, '$&/');

/** null: not http to a loopback host, or a port that does not exist. */
function withoutPort(uri: string): string | null {
  const match = AT_PORT.exec(uri);
  if (match === null) return null;
  const [, origin = '', port = '80', rest = '/'] = match;
  if (!URL.canParse(origin) || !isLoopback(new URL(origin))) return null;
  return Number(port) >= 1 && Number(port) <= 65_535 ? origin + rest : null;
}

/** True where the code goes to a program on the person's own machine. */
export const isLoopbackRedirect = (uri: string): boolean => withoutPort(uri) !== null;

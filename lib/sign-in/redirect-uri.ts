/**
 * An http URI of a loopback address, taken apart at its port (RFC 8252 section 7.3). `localhost` is a name and not one
 * of them (section 8.3).
 */
const LOOPBACK = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::([0-9]{1,5}))?([/?].*)?$/;

const MAX_LENGTH = 2_000;

/**
 * True if the client registered this redirect URI: character for character (RFC 9700 section 4.1.3), but for the port
 * of a loopback address, which the program learns only when it starts to listen (RFC 8252 section 7.3).
 */
export function isRegistered(uri: string, registered: readonly string[]): boolean {
  if (uri.length > MAX_LENGTH || uri.includes('#') || !/^[\x21-\x7e]+$/.test(uri) || !URL.canParse(uri)) return false;
  const plain = withoutPort(uri);
  return registered.some((one) => one === uri || (plain !== null && withoutPort(one) === plain));
}

function withoutPort(uri: string): string | null {
  const match = LOOPBACK.exec(uri);
  if (match === null) return null;
  const [, origin = '', port = '80', rest = ''] = match;
  return Number(port) >= 1 && Number(port) <= 65_535 ? origin + rest : null;
}

/** True where the code goes to a program on the person's own machine. */
export const isLoopback = (uri: string): boolean => LOOPBACK.test(uri);

import { isLoopback } from '../../loopback.ts';

const MAX_LENGTH = 1_000;

/**
 * A `client_id` that is the address of a metadata document (draft-ietf-oauth-client-id-metadata-document section 3):
 * https, with a path that is written plainly, without fragment and user name. `loopback`: on a local stack, whose
 * documents may be in plain http on this machine. null: it is no such address.
 */
export function clientIdUrl(clientId: string, deployment: 'loopback' | 'public'): URL | null {
  if (clientId.length > MAX_LENGTH || clientId.includes('#')) return null;
  const url = URL.canParse(clientId) ? new URL(clientId) : null;
  if (url === null || url.username !== '' || url.password !== '' || url.pathname === '/') return null;
  // Written as a parser writes it: in visible ASCII, no dot segments, no capitals, no port that goes without saying.
  if (url.href !== clientId) return null;
  const plain = deployment === 'loopback' && url.protocol === 'http:' && isLoopback(url);
  return url.protocol === 'https:' || plain ? url : null;
}

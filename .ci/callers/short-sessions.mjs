/** A broker's sessions, cut short: what AWS would give for an hour ends here after seconds. */
import { createServer, request } from 'node:http';
import { nowMs } from './programs.mjs';

/**
 * Forwards everything to `upstream`, and says of each session that it ends in `seconds`. Where nobody listens there,
 * the connection ends without an answer, as it does where a broker is started again.
 *
 * @param {string} upstream an origin
 * @param {number} seconds
 * @returns {Promise<{ url: string, server: import('node:http').Server }>}
 */
export async function shortSessions(upstream, seconds) {
  const server = createServer((asked, answer) => {
    const { method, headers } = asked;
    const forwarded = request(`${upstream}${asked.url}`, { method, headers }, async (answered) => {
      const body = Buffer.concat(await answered.toArray()).toString('utf8');
      const end = new Date(nowMs() + seconds * 1000).toISOString().replace(/\.\d+/, '');
      const short = body.replace(/("Expiration":")[^"]+/g, `$1${end}`).replace(/(<Expiration>)[^<]+/g, `$1${end}`);
      const { 'content-length': _, ...kept } = answered.headers;
      answer.writeHead(answered.statusCode ?? 502, kept).end(short);
    });
    forwarded.on('error', () => answer.destroy());
    asked.pipe(forwarded);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', () => listening(undefined)));
  return { url: `http://127.0.0.1:${server.address().port}`, server };
}

import { connect } from 'node:tls';
import { type EpochMilliseconds, epochMilliseconds } from '../time.ts';

/**
 * When the certificate ends that an https server shows, within `timeoutMs` milliseconds; null where no connection
 * comes about, also because the certificate is not to be trusted.
 */
export function certificateEnd(host: string, port: number, timeoutMs: number): Promise<EpochMilliseconds | null> {
  return new Promise((resolve) => {
    const end = (at: EpochMilliseconds | null) => {
      clearTimeout(late);
      socket.destroy();
      resolve(at);
    };
    const socket = connect({ host, port, servername: host }, () => {
      const at = Date.parse(socket.getPeerCertificate().valid_to);
      end(Number.isNaN(at) ? null : epochMilliseconds(at));
    });
    const late = setTimeout(() => end(null), timeoutMs);
    socket.once('error', () => end(null));
  });
}

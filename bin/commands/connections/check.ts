import { loadConfiguration } from '../../../lib/configuration/load.ts';
import { certificateEnd } from '../../../lib/host/certificate-end.ts';
import { systemClock } from '../../../lib/host/clock.ts';
import { httpFetcher } from '../../../lib/host/fetcher.ts';
import { isLoopback } from '../../../lib/loopback.ts';
import { Asker } from '../../../lib/probe/ask.ts';
import { checkConnection } from '../../../lib/probe/check.ts';
import type { Finding } from '../../../lib/probe/finding.ts';
import type { Command } from '../../command.ts';
import { deployedAs, folderArgument, formatProblems, issuerArgument } from '../policy/folder.ts';

/** Somebody waits at a terminal: what has not answered by then is said to have not. */
const LONGEST_MS = 60_000;

export const command: Command = {
  arguments: '[dir]',
  description: `Asks every identity provider of a configuration folder for what the broker will ask it for, with the broker's own fetcher and readers:
discovery, keys, algorithms, metadata, the ends of certificates, clocks. Says of each what holds, what will break and when, and what is broken.`,
  options: [
    { flags: '--issuer <url>', description: 'the issuer of the deployment (default: TOKEN_BROKER_ISSUER)' },
    { flags: '--json', description: 'print {"checks": [{connection, check, status, message, until}]}' },
  ],
  notes:
    'Status: ok, soon (it works, and ends within 30 days or is not as it should be), broken. Exit code: 0 nothing is broken, 1 something is.',
  examples: ['token-broker connections check config/'],
  run: async (given, terminal) => {
    const issuer = issuerArgument(given, terminal);
    const loaded = await loadConfiguration(folderArgument(given, terminal), deployedAs(issuer));
    if ('problems' in loaded) {
      terminal.err(formatProblems(loaded.problems));
      return 1;
    }
    const loopback = issuer !== null && isLoopback(new URL(issuer));
    const ports = { fetcher: httpFetcher({ loopback }), clock: systemClock, certificateEnd };
    const asker = new Asker(ports, AbortSignal.timeout(LONGEST_MS));
    const now = systemClock.now();
    const checks = await Promise.all(loaded.documents.connections.map((each) => checkConnection(each, asker, now)));
    const findings = checks.flat();
    if (given.has('json')) terminal.out(`${JSON.stringify({ checks: findings })}\n`);
    else terminal.out(findings.map((finding) => lineOf(finding)).join(''));
    return findings.some(({ status }) => status === 'broken') ? 1 : 0;
  },
};

const lineOf = ({ connection, check, status, message, until }: Finding): string =>
  `${status.padEnd(6)}  ${connection}  ${check}: ${message}${until === null ? '' : `, until ${until}`}\n`;

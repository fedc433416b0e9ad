import type { Connection } from '../configuration/documents/connections.ts';
import type { Log } from '../ports/log.ts';
import { Asker, type AskerPorts } from './ask.ts';
import { checkConnection } from './check.ts';
import type { Finding } from './finding.ts';
import { type Trial, type TrialFinding, type TrialPorts, tryGrants } from './trial.ts';

export interface ProbePorts extends AskerPorts, TrialPorts {
  /** Those of the version in force. Throws `Fault('configuration')`. */
  connections(signal: AbortSignal): Promise<readonly Connection[]>;
  /** null: this deployment names none. */
  readonly trial: Trial | null;
  readonly log: Log;
}

/** How many findings of each kind there were. */
export interface ProbeCounts {
  readonly ok: number;
  readonly soon: number;
  readonly broken: number;
}

/** Identity providers that are asked at once. */
const LANES = 8;

/**
 * Looks at every connection of the version in force, and tries the grants of the trial; writes one line of log for each
 * finding and one at the end, from which metrics are counted. What cannot be asked before `signal` ends is broken.
 * Throws `Fault` where the configuration or the client's secret cannot be read: then there is no last line, and its
 * absence is an alarm.
 */
export async function probe(ports: ProbePorts, signal: AbortSignal): Promise<ProbeCounts> {
  const now = ports.clock.now();
  const asker = new Asker(ports, signal);
  const trying = ports.trial === null ? [] : tryGrants(ports.trial, ports, now, signal);
  const looking = ports.connections(signal).then((all) => checkAll(all, asker, now));
  const [tried, seen] = await Promise.all([trying, looking]);
  for (const finding of seen) logFinding(ports.log, finding);
  for (const finding of tried) logTrial(ports.log, finding);
  const counts = countsOf([...seen, ...tried].map(({ status }) => status));
  ports.log.info('probe_ended', { ...counts });
  return counts;
}

async function checkAll(connections: readonly Connection[], asker: Asker, now: number): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const left = connections.values();
  // They share the iterator, so that each connection is taken once.
  const lanes = Array.from({ length: LANES }, async () => {
    for (const connection of left) findings.push(...(await checkConnection(connection, asker, now)));
  });
  await Promise.all(lanes);
  return findings;
}

function logFinding(log: Log, { connection, check, status, message, until }: Finding): void {
  log.info('probed', { connection, check, finding: status, found: message, validUntil: until });
}

function logTrial(log: Log, { check, scope, status, message }: TrialFinding): void {
  log.info('probed', { scope, check, finding: status, found: message });
}

const countsOf = (all: readonly Finding['status'][]): ProbeCounts => {
  const count = (status: Finding['status']) => all.filter((one) => one === status).length;
  return { ok: count('ok'), soon: count('soon'), broken: count('broken') };
};

import { resolve } from 'node:path';
import type { ConfigurationDocuments } from '../../../lib/configuration/documents/configuration.ts';
import { formatProblem, type Problem } from '../../../lib/configuration/problem.ts';
import type { Deployment } from '../../../lib/configuration/web-address.ts';
import { systemClock } from '../../../lib/host/clock.ts';
import { isBrokerIssuer } from '../../../lib/loopback.ts';
import { toEpochSeconds } from '../../../lib/time.ts';
import { type Arguments, type Terminal, UsageError } from '../../command.ts';

/** The one folder that a command was given, absolute. */
export function folderArgument({ positionals }: Arguments, { cwd }: Terminal): string {
  const [folder = '.'] = positionals;
  return resolve(cwd, folder);
}

/**
 * The issuer of `--issuer`, else of TOKEN_BROKER_ISSUER, else null. One final slash is dropped, as people copy it from
 * a browser.
 */
export function issuerArgument(args: Arguments, { env }: Terminal): string | null {
  const given = args.value('issuer') ?? (env['TOKEN_BROKER_ISSUER'] || undefined);
  if (given === undefined) return null;
  const issuer = given.replace(/\/$/, '');
  if (!isBrokerIssuer(issuer)) throw new UsageError(`${given} is not an issuer: an https origin without a path`);
  return issuer;
}

/** A folder for the deployment with this issuer, as it is now. */
export const deployedAs = (issuer: string | null): Deployment => ({
  issuer,
  now: toEpochSeconds(systemClock.now()),
});

/** `3 connections, 1 client, 12 scopes`. */
export function formatCounts(documents: ConfigurationDocuments): string {
  const { connections, clients, scopes } = countDocuments(documents);
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  return [count(connections, 'connection'), count(clients, 'client'), count(scopes, 'scope')].join(', ');
}

export const countDocuments = ({ connections, clients, scopes }: ConfigurationDocuments) => ({
  connections: connections.length,
  clients: clients.length,
  scopes: scopes.length,
});

/** `2 errors, 1 warning`. */
export function formatProblemCounts(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  return warnings === 0 ? count(errors, 'error') : `${count(errors, 'error')}, ${count(warnings, 'warning')}`;
}

/** One line a problem. */
export const formatProblems = (problems: readonly Problem[]): string =>
  problems.map((problem) => `${formatProblem(problem)}\n`).join('');

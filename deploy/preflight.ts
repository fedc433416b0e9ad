import { checkAlarmTopic } from './checks/alarm-topic.ts';
import { checkCertificate } from './checks/certificate.ts';
import { checkConcurrency } from './checks/concurrency.ts';
import { checkHostedZone } from './checks/hosted-zone.ts';
import { checkKmsKey } from './checks/kms-key.ts';
import { checkNames } from './checks/names.ts';
import type { Clients } from './clients.ts';
import type { Deployment } from './deployment.ts';
import { codeOf, type Finding, warn } from './finding.ts';

/** A look that is not allowed is no reason to deploy nothing; whoever reads it knows what was not looked at. */
async function look(at: string, check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [warn(`${at} could not be looked at (${codeOf(error)}).`, 'Look yourself, or deploy with a role that may.')];
  }
}

/** What would otherwise fail late: looked at before anything is made. `now` in epoch milliseconds. */
export async function preflight(clients: Clients, of: Deployment, now: number): Promise<readonly Finding[]> {
  const looks = [
    look('Concurrency', () => checkConcurrency(clients.lambda, of)),
    look('The certificate', () => checkCertificate(clients.acm, of, now)),
    look('The hosted zone', () => checkHostedZone(clients.route53, of)),
    look('The key', () => checkKmsKey(clients.kms, of)),
    look('Names', () => checkNames(clients, of)),
  ];
  return [...(await Promise.all(looks)).flat(), ...checkAlarmTopic(of)];
}

/** `✗ …` and what to do about it, one finding a line or two. */
export function sayFindings(findings: readonly Finding[]): string {
  const marks = { ok: '✓', warning: '!', error: '✗' };
  return findings
    .map(({ level, says, fix }) => `${marks[level]} ${says}${fix === undefined ? '' : `\n    ${fix}`}\n`)
    .join('');
}

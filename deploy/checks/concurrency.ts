import { GetAccountSettingsCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { Deployment } from '../deployment.ts';
import { type Finding, fail, fine, warn } from '../finding.ts';

/** What Lambda keeps for functions without a reservation. */
const KEPT_UNRESERVED = 100;
/** New accounts have 10; below this a burst of callers is throttled at once. */
const LITTLE = 100;
const ASK =
  'Ask for more: aws service-quotas request-service-quota-increase --service-code lambda ' +
  '--quota-code L-B99A9384 --desired-value 1000';

/** Functions of the template that reserve MintConcurrency each. */
const reserving = ({ template }: Deployment): number =>
  Object.values(template.Resources).filter(
    ({ Properties }) => Properties?.['ReservedConcurrentExecutions'] !== undefined,
  ).length;

/** A reservation that the account's concurrency has no room for fails when the functions are made. */
export async function checkConcurrency(lambda: LambdaClient, of: Deployment): Promise<readonly Finding[]> {
  const mint = Number(of.parameters['MintConcurrency'] ?? 0);
  const warm = Number(of.parameters['WarmCredentials'] ?? 0);
  if (mint > 0 && warm > mint) {
    return [
      fail(
        `WarmCredentials is ${warm}, more than MintConcurrency, ${mint}.`,
        'Raise MintConcurrency, or keep fewer warm.',
      ),
    ];
  }
  const { AccountLimit: limit = {} } = await lambda.send(new GetAccountSettingsCommand({}));
  const { ConcurrentExecutions: all = 0, UnreservedConcurrentExecutions: unreserved = 0 } = limit;
  // An update has its own reservations already; a first deployment takes them now.
  const wanted = of.kind === 'create' ? Math.max(mint * reserving(of), warm) : 0;
  if (wanted > 0 && unreserved - wanted < KEPT_UNRESERVED) {
    return [
      fail(
        `MintConcurrency and WarmCredentials need ${wanted} of ${unreserved} concurrent executions; ` +
          `Lambda keeps ${KEPT_UNRESERVED} of these.`,
        ASK,
      ),
    ];
  }
  if (all < LITTLE) return [warn(`The account runs ${all} functions at once, as a new account does.`, ASK)];
  return [fine(`The account runs ${all} functions at once.`)];
}

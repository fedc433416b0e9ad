import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Clients } from './clients.ts';
import { type Deployment, parameterValues, readDocument } from './deployment.ts';
import { type Finding, fail } from './finding.ts';
import { type DeployOptions, readOptions, USAGE, UsageError } from './options.ts';
import { preflight, sayFindings } from './preflight.ts';
import { routesRemovedWithSettings, withoutSettings } from './removed-routes.ts';
import { checkStack, readDeployedTemplate, readStack, type StackState } from './stack-state.ts';

export interface World {
  /** The checkout. */
  readonly root: string;
  clients(region: string | null): Clients;
  /** Epoch milliseconds. */
  now(): number;
  newId(): string;
  say(text: string): void;
  /** Builds the bundles. */
  build(): Promise<void>;
  /** Runs the SAM CLI and returns its exit status. */
  sam(args: readonly string[]): Promise<number>;
  writeFile(path: string, text: string): void;
}

/** Until its API is there, a deployment without a domain does not know its name. */
const NOT_YET = 'https://not-yet.invalid';

/** Runs `npm run deploy` and returns the exit status: 0 done, 1 refused or failed, 2 wrong usage. */
export async function run(args: readonly string[], world: World): Promise<number> {
  const template = readDocument(world.root);
  try {
    return await deploy(readOptions(args, Object.keys(template.Parameters)), world);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    world.say(`${error.message}\n\n${USAGE}`);
    return 2;
  }
}

async function deploy(options: DeployOptions, world: World): Promise<number> {
  const clients = world.clients(options.region);
  const state = await readStack(clients.cloudFormation, options.stackName);
  const given = firstParameters(options, state, world);
  const of = await deploymentOf(options, state, given, clients, world);
  world.say(
    `${of.kind === 'create' ? 'First deployment' : 'Upgrade'} of ${of.stackName} in ${of.account}, ${of.region}\n`,
  );
  const findings = [
    ...checkStack(state, of.stackName),
    ...(await preflight(clients, of, world.now())),
    ...(await removedRoutes(of, clients, world)),
  ];
  world.say(sayFindings(findings));
  if (findings.some(({ level }) => level === 'error')) return 1;
  if (options.mode === 'check') return 0;
  await world.build();
  return state === null
    ? first(of, options, given, clients, world)
    : world.sam(samArguments(of, options, afterwards(given)));
}

/** What is given now, and what only a first deployment has to be given. */
function firstParameters(options: DeployOptions, state: StackState | null, world: World): Record<string, string> {
  if (state !== null) return { ...options.parameters };
  const { DomainName: domain = '', Issuer: issuer = '', RunbookUrl: runbook = '' } = options.parameters;
  if (runbook === '') throw new UsageError('the first deployment needs --runbook: alarms link to docs/operations.md');
  return {
    ExternalId: world.newId(),
    ...(domain === '' && issuer === '' ? { Issuer: NOT_YET } : {}),
    ...options.parameters,
  };
}

async function deploymentOf(
  { stackName }: DeployOptions,
  state: StackState | null,
  given: Readonly<Record<string, string>>,
  { sts, lambda }: Clients,
  world: World,
): Promise<Deployment> {
  const { Account: account = '', Arn: arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
  const template = readDocument(world.root);
  return {
    account,
    region: await lambda.config.region(),
    partition: arn.split(':')[1] ?? 'aws',
    stackName,
    kind: state === null ? 'create' : 'update',
    parameters: parameterValues(template, given, state?.parameters ?? {}),
    template,
  };
}

/** Settings that have to go before their routes do; their first update is written down beside the bundles. */
async function removedRoutes(of: Deployment, clients: Clients, world: World): Promise<readonly Finding[]> {
  if (of.kind === 'create') return [];
  const deployed = await readDeployedTemplate(clients.cloudFormation, of.stackName);
  const keys = routesRemovedWithSettings(deployed, readFileSync(join(world.root, 'template.yaml'), 'utf8'));
  if (keys.length === 0) return [];
  const path = 'dist/without-settings.yaml';
  world.writeFile(join(world.root, path), withoutSettings(deployed, keys));
  return [
    fail(
      `This version removes ${keys.join(', ')}; API Gateway takes no update that removes a route with its settings.`,
      `First: sam deploy --template-file ${path} --stack-name ${of.stackName}; then this again.`,
    ),
  ];
}

/** The tables are protected from the second update on. */
const afterwards = (given: Readonly<Record<string, string>>) => ({ DeletionProtection: 'true', ...given });

function samArguments(
  of: Deployment,
  options: DeployOptions,
  given: Readonly<Record<string, string>>,
): readonly string[] {
  const overrides = Object.entries(given).map(([name, value]) => `${name}=${value}`);
  return [
    'deploy',
    ...['--template-file', 'template.yaml', '--stack-name', of.stackName, '--region', of.region],
    ...(options.confirm === 'never' ? ['--no-confirm-changeset'] : []),
    ...(overrides.length === 0 ? [] : ['--parameter-overrides', ...overrides]),
  ];
}

/** Twice: what protects the tables, and the issuer of a deployment without a domain, come once the first is done. */
async function first(
  of: Deployment,
  options: DeployOptions,
  given: Readonly<Record<string, string>>,
  { cloudFormation }: Clients,
  world: World,
): Promise<number> {
  const made = await world.sam(samArguments(of, options, given));
  if (made !== 0) {
    world.say('The first deployment failed; nothing of it is kept. docs/deploy.md, "The first deployment failed".\n');
    return made;
  }
  const state = await readStack(cloudFormation, of.stackName);
  const { ApiEndpoint: endpoint = '' } = state?.outputs ?? {};
  const issuer: Record<string, string> = given['Issuer'] === NOT_YET ? { Issuer: endpoint } : {};
  const protectedNow = await world.sam(
    samArguments(of, { ...options, confirm: 'never' }, { ...afterwards({}), ...issuer }),
  );
  if (protectedNow !== 0) return protectedNow;
  const url = issuer['Issuer'] ?? (await readStack(cloudFormation, of.stackName))?.outputs['IssuerUrl'] ?? '';
  world.say(
    `\n${url} is there. External id: ${given['ExternalId']}\n` +
      `Next: docs/deploy.md, "The first scope", then npm run smoke -- ${url} …\n`,
  );
  return 0;
}

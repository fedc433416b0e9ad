import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createTables } from '../lib/aws/dynamodb/create-tables.ts';
import { sdkDynamoDb } from '../lib/aws/dynamodb/sdk-client.ts';
import { awsSettings, outsideEndpoints, regionOf, type Service } from './aws-settings.ts';
import { createBucket } from './bucket.ts';
import { putInForce } from './configuration.ts';
import { type Endpoints, startEndpoints } from './endpoints/embedded.ts';
import { type FunctionHost, hostFunction, type RunningFunction } from './gateway/function-host.ts';
import { type Gateway, startGateway } from './gateway/server.ts';
import { readTemplate, type Template } from './gateway/template.ts';
import { checkSecrets, checkTables } from './held-by-another.ts';
import { startLedgerStream } from './ledger-stream.ts';
import { makeSecrets } from './rotation.ts';
import { runSchedules } from './schedules.ts';
import { fillSecrets, type LocalSecret } from './secrets-file.ts';

export const TABLE_PREFIX = 'token-broker';
export const EXTERNAL_ID = 'local';

type Environment = Readonly<Record<string, string | undefined>>;

export interface StackSettings {
  /** The checkout, built. */
  readonly root: string;
  /** 0: any free port. */
  readonly port: number;
  /** Only `AWS_*` of it is read. */
  readonly environment: Environment;
  /**
   * What is there already of somebody else's, at an outside endpoint; default: `refuse`, before anything is written.
   */
  readonly others?: 'refuse' | 'take-over';
  /**
   * First part of the tables' names; default `token-broker`. Several stacks may share an outside DynamoDB under
   * different ones.
   */
  readonly tablePrefix?: string;
  /** Whether archive and events follow the ledger; default: `still`, until somebody calls their functions. */
  readonly archive?: 'follows' | 'still';
  /** Further parameters of the template. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** What runs the functions; default: threads of this process. */
  readonly host?: FunctionHost;
  /** Takes what the functions print, in lines. */
  readonly log: (line: string) => void;
}

/** A broker that answers and has no configuration in force yet, or the one that a shared DynamoDB holds. */
export interface Stack {
  /** The issuer: `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  readonly tablePrefix: string;
  /** What an AWS SDK or `token-broker` needs in its environment to see what this broker sees. */
  readonly aws: Readonly<Record<string, string>>;
  /** The embedded STS refuses roles for their names; an outside one took its place otherwise. */
  readonly sts: 'embedded' | 'outside';
  /** Names of key rings whose first rotation failed: what needs them refuses. */
  readonly failedRotations: readonly string[];
  /** The bucket of the archive; null: the endpoint for S3 makes none, so that there are no receipts. */
  readonly archive: string | null;
  /** Applies a configuration folder as a new version. Returns its problems, if any; then nothing changed. */
  configure(folder: string): Promise<readonly string[]>;
  /** Rejects with `HeldByAnother` where a secret is another's, before anything is written. */
  checkSecrets(secrets: readonly LocalSecret[]): Promise<void>;
  putSecrets(secrets: readonly LocalSecret[]): Promise<void>;
  /** Runs the probe once, as its schedule does, and returns what it counted. null: it ended in a fault. */
  probe(): Promise<unknown>;
  /** Ends everything that was started, requests in flight too. */
  stop(): Promise<void>;
}

/** Credentials as the SDK's clients take them. */
function credentialsOf(aws: Readonly<Record<string, string>>) {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId = '',
    AWS_SECRET_ACCESS_KEY: secretAccessKey = '',
    AWS_SESSION_TOKEN: sessionToken,
  } = aws;
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

interface Clients {
  readonly dynamoDb: DynamoDBClient;
  readonly secretsManager: SecretsManagerClient;
}

function clientsFor(endpoints: Endpoints, aws: Readonly<Record<string, string>>): Clients {
  const options = { region: aws['AWS_REGION'] ?? '', credentials: credentialsOf(aws) };
  return {
    dynamoDb: new DynamoDBClient({ ...options, endpoint: endpoints.urls.DYNAMODB }),
    secretsManager: new SecretsManagerClient({ ...options, endpoint: endpoints.urls.SECRETS_MANAGER }),
  };
}

interface Functions {
  readonly running: ReadonlyMap<string, RunningFunction>;
  /** A second one of the same function with other `AWS_*` settings. */
  over(logicalId: string, aws: Readonly<Record<string, string>>): RunningFunction;
  stop(): Promise<void>;
}

function hostFunctions(template: Template, settings: StackSettings, aws: Readonly<Record<string, string>>): Functions {
  const host = (logicalId: string, given: Readonly<Record<string, string>>): RunningFunction => {
    const of = template.functions.find((each) => each.logicalId === logicalId);
    if (of === undefined) throw new Error(`template.yaml has no function ${logicalId}`);
    const bundle = join(settings.root, 'dist', 'functions', of.name, 'index.mjs');
    return (settings.host ?? hostFunction)(of, {
      bundle,
      region: regionOf(settings.environment),
      aws: given,
      log: settings.log,
    });
  };
  const running = new Map(template.functions.map(({ logicalId }) => [logicalId, host(logicalId, aws)]));
  return {
    running,
    over: host,
    async stop() {
      await Promise.all([...running.values()].map((each) => each.stop()));
    },
  };
}

async function prepare(
  template: Template,
  endpoints: Endpoints,
  functions: Functions,
  clients: Clients,
  stack: { readonly aws: Readonly<Record<string, string>>; readonly tablePrefix: string },
): Promise<Pick<Stack, 'failedRotations' | 'archive'>> {
  await createTables(clients.dynamoDb, stack.tablePrefix);
  const region = stack.aws['AWS_REGION'] ?? '';
  const at = { endpoint: endpoints.urls.S3, region, credentials: credentialsOf(stack.aws) };
  const made = await Promise.all(template.buckets.map((bucket) => createBucket(bucket, at)));
  const failedRotations = await makeSecrets(template.secrets, {
    client: clients.secretsManager,
    embedded: endpoints.secretsManager,
    rotation: (logicalId) => functions.running.get(logicalId) ?? null,
    rotationOver: (logicalId, url) =>
      functions.over(logicalId, { ...stack.aws, AWS_ENDPOINT_URL_SECRETS_MANAGER: url }),
  });
  const [archive = null] = template.buckets;
  return { failedRotations, archive: made.includes(false) ? null : archive };
}

async function assemble(settings: StackSettings, gateway: Gateway, ends: (() => Promise<unknown>)[]): Promise<Stack> {
  const { root, environment, others = 'refuse', tablePrefix = TABLE_PREFIX } = settings;
  const url = `http://127.0.0.1:${gateway.port}`;
  const parameters = { ...settings.parameters, Issuer: url, ExternalId: EXTERNAL_ID, TablePrefix: tablePrefix };
  const template = readTemplate(join(root, 'template.yaml'), parameters, regionOf(environment));
  const endpoints = await startEndpoints(environment, settings.port === 0 ? 0 : gateway.port);
  ends.push(endpoints.stop);
  const aws = awsSettings(environment, endpoints.urls);
  const clients = clientsFor(endpoints, aws);
  ends.push(async () => {
    for (const client of Object.values(clients)) client.destroy();
  });
  const isOutside = (service: Service): boolean => outsideEndpoints(environment).endpoint(service) !== null;
  if (others === 'refuse' && isOutside('DYNAMODB')) await checkTables(clients.dynamoDb, tablePrefix, url);
  const functions = hostFunctions(template, settings, aws);
  ends.push(functions.stop);
  const { failedRotations, archive } = await prepare(template, endpoints, functions, clients, { aws, tablePrefix });
  if (settings.archive === 'follows') {
    const sweeper = archive === null ? null : (functions.running.get('Archive') ?? null);
    const followers = [sweeper, functions.running.get('Events')].flatMap((each) => each ?? []);
    const follows = { client: clients.dynamoDb, table: `${tablePrefix}-ledger`, followers, sweeper };
    ends.push(startLedgerStream(follows).stop);
  }
  gateway.open({ routes: template.routes, functions: functions.running });
  const schedules = runSchedules(template.schedules, functions.running);
  ends.push(async () => schedules.stop());
  const sts = isOutside('STS') ? 'outside' : 'embedded';
  return {
    sts,
    ...{ url, port: gateway.port, tablePrefix, aws, failedRotations, archive },
    configure: (folder) => putInForce(sdkDynamoDb(clients.dynamoDb), tablePrefix, folder, url),
    checkSecrets: async (secrets) => {
      if (others === 'refuse' && isOutside('SECRETS_MANAGER')) await checkSecrets(clients.secretsManager, secrets);
    },
    putSecrets: (secrets) => fillSecrets(clients.secretsManager, secrets),
    probe: async () => {
      const result = await functions.running.get('Probe')?.invoke('{}');
      return result?.kind === 'result' ? JSON.parse(result.result) : null;
    },
    stop: () => endAll(ends),
  };
}

/** In the reverse order of the starts: nobody calls what has ended already. */
async function endAll(ends: (() => Promise<unknown>)[]): Promise<void> {
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
}

/**
 * Starts the broker on 127.0.0.1: the built functions behind the routes of `template.yaml`, and the endpoints that no
 * outside one takes the place of, with tables and key rings made. Rejects, with nothing left running, where the port is
 * taken (`EADDRINUSE`), an outside endpoint does not answer, or its tables hold another issuer's configuration
 * (`HeldByAnother`).
 */
export async function startStack(settings: StackSettings): Promise<Stack> {
  const ends: (() => Promise<unknown>)[] = [];
  try {
    const gateway = await startGateway(settings.port);
    ends.push(gateway.stop);
    return await assemble(settings, gateway, ends);
  } catch (error) {
    await endAll(ends);
    throw error;
  }
}

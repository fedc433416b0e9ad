import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentOf } from '../../local/gateway/function-host.ts';
import { REGION, readTemplate } from '../../local/gateway/template.ts';
import { way } from '../aws/wire/loopback.ts';
import { type Broker, ROOT, startBroker } from '../e2e/broker.ts';
import { type Emulated, type EmulatedSettings, startEmulated } from './emulator.ts';

export type Way = Awaited<ReturnType<typeof way>>;

export interface EnvironmentOptions extends Pick<EmulatedSettings, 'log' | 'inside'> {
  /** Default: the template's. */
  readonly timeoutSeconds?: number;
}

/** A broker whose endpoints one function reaches by ways that can be spoiled, under the emulator. */
export interface World {
  readonly broker: Broker;
  readonly ways: { readonly dynamoDb: Way; readonly sts: Way };
  /** An execution environment of the function; `changes` replaces variables, undefined takes one away. */
  environment(
    name: string,
    changes?: Readonly<Record<string, string | undefined>>,
    options?: EnvironmentOptions,
  ): Promise<Emulated>;
  /** The event of `GET /v1/credentials/demo` with a fresh proof. */
  event(): Promise<string>;
  stop(): Promise<void>;
}

const portOf = (url: string | undefined): number => Number(new URL(url ?? '').port);

export async function startWorld(): Promise<World> {
  const broker = await startBroker();
  const dynamoDb = await way(portOf(broker.aws['AWS_ENDPOINT_URL_DYNAMODB']));
  const sts = await way(portOf(broker.aws['AWS_ENDPOINT_URL_STS']));
  const running: Emulated[] = [];
  const parameters = { Issuer: broker.url, ExternalId: 'local', TablePrefix: broker.tablePrefix };
  const { functions } = readTemplate(join(ROOT, 'template.yaml'), parameters, REGION);
  return {
    broker,
    ways: { dynamoDb, sts },
    environment: async (name, changes = {}, { timeoutSeconds, log, inside = [] } = {}) => {
      const of = functions.find((each) => each.name === name);
      if (of === undefined) throw new Error(`template.yaml has no function ${name}`);
      const folder = join(ROOT, 'dist', 'functions', name);
      const aws = {
        ...broker.aws,
        AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url.href,
        AWS_ENDPOINT_URL_STS: sts.url.href,
      };
      const surroundings = { bundle: join(folder, 'index.mjs'), region: REGION, aws, log: log ?? (() => {}) };
      const variables = Object.entries({ ...environmentOf(of, surroundings), ...changes }).flatMap(([key, value]) =>
        value === undefined ? [] : [[key, value] as const],
      );
      const started = await startEmulated({
        ...{ folder, handler: of.handler, environment: Object.fromEntries(variables), log: surroundings.log, inside },
        timeoutSeconds: timeoutSeconds ?? of.timeoutSeconds,
      });
      running.push(started);
      return started;
    },
    event: async () => {
      const event = JSON.parse(readFileSync(join(ROOT, 'events', 'credentials-get.json'), 'utf8'));
      const authorization = await broker.idp.token('web-main');
      return JSON.stringify({
        ...event,
        rawPath: '/v1/credentials/demo',
        headers: { ...event.headers, authorization },
        pathParameters: { scope: 'demo' },
      });
    },
    stop: async () => {
      await Promise.all(running.map((each) => each.stop()));
      await Promise.all([dynamoDb.stop(), sts.stop()]);
      await broker.stop();
    },
  };
}

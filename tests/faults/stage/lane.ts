import { setTimeout as pause } from 'node:timers/promises';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Endpoint } from '../../../local/endpoints/server.ts';
import { isRetryable } from './answers.ts';
import { type Called, HostedFunction } from './hosted-function.ts';
import { type Idp, startIdp } from './idp.ts';
import type { Fault, Service } from './kinds.ts';
import { CallLog, startFaultProxy } from './proxy.ts';

export type FunctionName = 'credentials' | 'sts' | 'token' | 'sign-in';

const PAUSE_MS = 300;

/** Where the services are that the proxies of a lane stand before. */
export type Upstreams = Readonly<Record<Exclude<Service, 'idp'>, string>>;

/**
 * One broker of several that share their tables: functions in processes of their own, each call of theirs through a
 * proxy. One request at a time.
 */
export class Lane {
  readonly number: number;
  readonly idp: Idp;
  readonly log: CallLog;
  readonly #proxies: Readonly<Record<Service, Endpoint>>;
  readonly #current: { asked: FunctionName };
  readonly #functions = new Map<FunctionName, HostedFunction>();
  #environments: Readonly<Record<string, Readonly<Record<string, string>>>> = {};

  private constructor(
    number: number,
    parts: {
      idp: Idp;
      log: CallLog;
      proxies: Readonly<Record<Service, Endpoint>>;
      current: { asked: FunctionName; kill: () => void };
    },
  ) {
    this.number = number;
    this.idp = parts.idp;
    this.log = parts.log;
    this.#proxies = parts.proxies;
    this.#current = parts.current;
    parts.current.kill = () => this.#functions.get(this.#current.asked)?.kill();
  }

  static async start(number: number, upstreams: Upstreams): Promise<Lane> {
    const idp = await startIdp();
    const log = new CallLog();
    const current = { asked: 'credentials' as FunctionName, kill: () => {} };
    const proxy = (service: Service, upstream: string) =>
      startFaultProxy({ service, upstream, log, kill: () => current.kill() });
    const [dynamodb, sts, secretsmanager, idpProxy] = await Promise.all([
      proxy('dynamodb', upstreams.dynamodb),
      proxy('sts', upstreams.sts),
      proxy('secretsmanager', upstreams.secretsmanager),
      proxy('idp', idp.url),
    ]);
    return new Lane(number, { idp, log, proxies: { dynamodb, sts, secretsmanager, idp: idpProxy }, current });
  }

  /** Origin of a service as the functions of this lane see it. */
  url(service: Service): string {
    return this.#proxies[service].url;
  }

  /** The environments of the functions, but for the endpoints, which are this lane's own. */
  use(environments: Readonly<Record<string, Readonly<Record<string, string>>>>): void {
    const endpoints = {
      AWS_ENDPOINT_URL_DYNAMODB: this.url('dynamodb'),
      AWS_ENDPOINT_URL_STS: this.url('sts'),
      AWS_ENDPOINT_URL_SECRETS_MANAGER: this.url('secretsmanager'),
    };
    this.#environments = Object.fromEntries(
      Object.entries(environments).map(([name, environment]) => [name, { ...environment, ...endpoints }]),
    );
  }

  /** Sends one request, with this going wrong; resolves once nothing of it is on its way any more. */
  async send(name: FunctionName, event: APIGatewayProxyEventV2, fault: Fault | null): Promise<Called> {
    this.#current.asked = name;
    const running = this.#functions.get(name) ?? new HostedFunction(name, this.#environments[name] ?? {});
    this.#functions.set(name, running);
    this.log.begin(fault);
    const called = await running.invoke(event);
    if (called === 'killed') this.#functions.delete(name);
    await Promise.allSettled(this.log.held);
    this.log.fault = null;
    return called;
  }

  /**
   * Without a fault, as an SDK does it: again after an answer that says so. What began before the last fault ended may
   * still be waited for, and a machine may be slow.
   */
  async answeredInTime(name: FunctionName, event: APIGatewayProxyEventV2, tries = 4): Promise<Called> {
    for (let attempt = 1; ; attempt += 1) {
      const called = await this.send(name, event, null);
      // A process that outlived its request by a moment was killed during this one.
      const again = called === 'killed' || ('answer' in called && isRetryable(name, called.answer));
      if (attempt === tries || !again) return called;
      await pause(PAUSE_MS);
    }
  }

  /** The next request to the function finds a process that has just begun. */
  restart(name: FunctionName): void {
    this.#functions.get(name)?.kill();
    this.#functions.delete(name);
  }

  /** What the functions printed since this was last asked. */
  takeOutput(): string {
    let taken = '';
    for (const running of this.#functions.values()) {
      taken += running.output;
      running.output = '';
    }
    return taken;
  }

  async stop(): Promise<void> {
    for (const running of this.#functions.values()) running.kill();
    await Promise.all([...Object.values(this.#proxies), this.idp].map((endpoint) => endpoint.stop()));
  }
}

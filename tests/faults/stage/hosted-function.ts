import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

const CHILD = fileURLToPath(new URL('./function-process.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly cookies?: readonly string[];
}

/** What came of a call: an answer, what the handler threw, or the end of the process. */
export type Called = { readonly answer: HttpAnswer } | { readonly threw: string } | 'killed';

/** A deployed function's bundle in a process of its own. */
export class HostedFunction {
  readonly #process: ChildProcess;
  readonly #ready: Promise<void>;
  readonly #waiting = new Map<number, (called: Called) => void>();
  #lastId = 0;
  /** All that it printed. */
  output = '';

  constructor(name: string, environment: Readonly<Record<string, string>>) {
    this.#process = fork(CHILD, [join(ROOT, 'dist', 'functions', name, 'index.mjs')], {
      env: { ...environment, AWS_LAMBDA_FUNCTION_NAME: name },
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (data) => {
        this.output += String(data);
      });
    }
    this.#ready = new Promise((resolve) => this.#waiting.set(0, () => resolve()));
    this.#process.on('message', (message) => this.#heard(Object(message)));
    this.#process.on('exit', () => {
      for (const settle of this.#waiting.values()) settle('killed');
      this.#waiting.clear();
    });
  }

  async invoke(event: APIGatewayProxyEventV2): Promise<Called> {
    await this.#ready;
    if (!this.#process.connected) return 'killed';
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      // A process that was killed a moment ago may not be known to be gone.
      this.#process.send({ id, event }, (error) => {
        if (error !== null) resolve('killed');
      });
    });
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #heard({ id, result, error }: { readonly id: number; readonly result: HttpAnswer; readonly error?: string }): void {
    this.#waiting.get(id)?.(error === undefined ? { answer: result } : { threw: error });
    this.#waiting.delete(id);
  }
}

import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ACCOUNT, type TemplateFunction } from './template.ts';

export interface WorkerSettings {
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMegabytes: number;
  /** URL of the bundle. */
  readonly bundle: string;
  readonly exportName: string;
}

/** One call of a function, as it crosses to its thread. */
export interface Invocation {
  readonly id: number;
  readonly requestId: string;
  /** JSON. */
  readonly event: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
}

export type InvocationResult =
  | { readonly id: number; readonly ok: true; readonly result: string }
  | { readonly id: number; readonly ok: false; readonly error: string };

export type FunctionResult =
  /** JSON text of what the handler returned. */
  | { readonly kind: 'result'; readonly result: string }
  /** It threw, or its thread ended. */
  | { readonly kind: 'error' }
  | { readonly kind: 'timeout' };

export interface RunningFunction {
  invoke(eventText: string): Promise<FunctionResult>;
  stop(): Promise<void>;
}

/** Makes a function that can be called out of its definition and its bundle. */
export type FunctionHost = (of: TemplateFunction, surroundings: FunctionSurroundings) => RunningFunction;

export interface FunctionSurroundings {
  /** Path of the bundle. */
  readonly bundle: string;
  readonly region: string;
  /** `AWS_*` settings: endpoints and credentials. Nothing else of this process reaches a function. */
  readonly aws: Readonly<Record<string, string>>;
  /** Takes what the function prints, in lines. */
  readonly log: (line: string) => void;
}

/** What a function finds in its environment: the template's variables, `AWS_*`, and what Lambda sets. */
export const environmentOf = (of: TemplateFunction, { region, aws }: FunctionSurroundings): Record<string, string> => ({
  ...of.environment,
  ...aws,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: of.name,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(of.memoryMegabytes),
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${of.name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  LAMBDA_TASK_ROOT: '/var/task',
  TZ: ':UTC',
  _HANDLER: of.handler,
});

function forwardLines(stream: NodeJS.ReadableStream, log: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') log(line);
  });
}

function startWorker(of: TemplateFunction, surroundings: FunctionSurroundings): Worker {
  const settings: WorkerSettings = {
    functionName: of.name,
    functionArn: `arn:aws:lambda:${surroundings.region}:${ACCOUNT}:function:${of.name}`,
    memoryMegabytes: of.memoryMegabytes,
    bundle: pathToFileURL(surroundings.bundle).href,
    exportName: of.handler.split('.').at(-1) ?? 'handler',
  };
  const worker = new Worker(new URL('./function-worker.ts', import.meta.url), {
    workerData: settings,
    env: environmentOf(of, surroundings),
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: of.memoryMegabytes },
  });
  forwardLines(worker.stdout, surroundings.log);
  forwardLines(worker.stderr, surroundings.log);
  return worker;
}

/** One live thread and the calls that wait for it. */
interface Environment {
  readonly worker: Worker;
  readonly waiting: Map<number, (result: FunctionResult) => void>;
}

/**
 * Runs a function in a worker thread with an environment of its own: the variables of the template, `AWS_*`, and what
 * Lambda sets. The thread starts with the first call (a cold start) and again after a crash or a timeout, as Lambda's
 * environments do. Calls that come at once share the thread, where Lambda would start more: state that leaks from one
 * request into another shows here first.
 */
export function hostFunction(of: TemplateFunction, surroundings: FunctionSurroundings): RunningFunction {
  let environment: Environment | null = null;
  let lastId = 0;
  let stopped = false;

  const start = (): Environment => {
    const started: Environment = { worker: startWorker(of, surroundings), waiting: new Map() };
    const end = (): void => {
      if (environment === started) environment = null;
      for (const settle of started.waiting.values()) settle({ kind: 'error' });
      started.waiting.clear();
    };
    started.worker.on('message', (message: InvocationResult) => {
      if (!message.ok) surroundings.log(`${of.name}: ${message.error}`);
      const settle = started.waiting.get(message.id);
      started.waiting.delete(message.id);
      settle?.(message.ok ? { kind: 'result', result: message.result } : { kind: 'error' });
    });
    started.worker.on('error', (error) =>
      surroundings.log(`${of.name}: ${error instanceof Error ? error.stack : error}`),
    );
    started.worker.on('exit', end);
    return started;
  };

  const timeOut = (late: Environment, id: number): void => {
    late.waiting.get(id)?.({ kind: 'timeout' });
    late.waiting.delete(id);
    surroundings.log(`${of.name}: Task timed out after ${of.timeoutSeconds.toFixed(2)} seconds`);
    // It ends a little later: the next call must not go there.
    if (environment === late) environment = null;
    void late.worker.terminate();
  };

  return {
    invoke(eventText) {
      if (stopped) return Promise.resolve({ kind: 'error' });
      environment ??= start();
      const here = environment;
      lastId += 1;
      const id = lastId;
      const limit = of.timeoutSeconds * 1000;
      return new Promise((resolve) => {
        const timer = setTimeout(() => timeOut(here, id), limit);
        here.waiting.set(id, (result) => {
          clearTimeout(timer);
          resolve(result);
        });
        const invocation: Invocation = { id, requestId: randomUUID(), event: eventText, deadline: Date.now() + limit };
        here.worker.postMessage(invocation);
      });
    },
    async stop() {
      stopped = true;
      await environment?.worker.terminate();
    },
  };
}

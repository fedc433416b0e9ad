import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../modules/root.ts';
import { type Answer, type Ask, asAnswer } from './protocol.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
/** What a module graph leaves behind in its process is not all collected. */
const MOST_ASKED = 400;
const MOST_BYTES = 1_200_000_000;

/**
 * A worker process that is started when it is first needed, replaced when it is used up, and killed when it does not
 * answer in time.
 */
export class Child {
  #process: ChildProcess | null = null;
  #asked = 0;
  #rss = 0;

  /** True where the next question goes to a new process. */
  get usedUp(): boolean {
    return this.#process === null || this.#asked >= MOST_ASKED || this.#rss > MOST_BYTES;
  }

  /** `late`: no answer within `limitMs`, or the process ended: it is gone then. */
  async ask(ask: Ask, limitMs: number): Promise<Answer | 'late'> {
    if (this.usedUp) this.#start();
    const child = this.#process;
    if (child === null) return 'late';
    this.#asked += 1;
    const answer = await answered(child, ask, limitMs);
    if (answer === 'late') this.stop();
    else if (answer.kind === 'try') this.#rss = answer.rss;
    return answer;
  }

  stop(): void {
    this.#process?.kill('SIGKILL');
    this.#process = null;
  }

  #start(): void {
    this.stop();
    this.#asked = 0;
    this.#rss = 0;
    this.#process = fork(WORKER, {
      cwd: ROOT,
      execArgv: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', '--max-old-space-size=2048'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
  }
}

function answered(child: ChildProcess, ask: Ask, limitMs: number): Promise<Answer | 'late'> {
  return new Promise((resolve) => {
    const done = (answer: Answer | 'late'): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      resolve(answer);
    };
    const timer = setTimeout(() => done('late'), limitMs);
    child.once('message', (message) => done(asAnswer(message)));
    child.once('exit', () => done('late'));
    child.once('error', () => done('late'));
    child.send(ask, (error) => {
      if (error !== null) done('late');
    });
  });
}

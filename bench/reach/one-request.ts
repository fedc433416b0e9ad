/**
 * A process that loads `functions/credentials.ts` from its sources, issues a few times, and then watches one more
 * issuance: which of the project's own files were loaded, and which of them ran a function for it (V8's precise
 * coverage).
 */
import { Session } from 'node:inspector/promises';
import { pathToFileURL } from 'node:url';
import { answer, given } from '../child.ts';
import { credentialsEvent } from '../issuance/event.ts';

export interface ReachInput {
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly tokens: readonly string[];
}

export interface Reach {
  /** Paths below the root. */
  readonly loaded: readonly string[];
  readonly executed: readonly string[];
}

const { root, environment, tokens } = (await given()) as ReachInput;
Object.assign(process.env, environment);
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
const { handler } = await import(pathToFileURL(`${root}/functions/credentials.ts`).href);

async function issueOnce(token: string): Promise<void> {
  const { statusCode } = await handler(credentialsEvent('deploy-web', token), {});
  if (statusCode !== 200) throw new Error(`the issuance was answered ${statusCode}`);
}

async function filesRun(): Promise<{ readonly all: readonly string[]; readonly ran: readonly string[] }> {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const own = result
    .filter(({ url }) => url.startsWith(pathToFileURL(root).href) && !url.includes('/node_modules/'))
    .map(({ url, functions }) => ({
      path: url.slice(pathToFileURL(root).href.length + 1),
      ran: functions.some(({ functionName, ranges }) => functionName !== '' && (ranges[0]?.count ?? 0) > 0),
    }))
    .filter(({ path }) => /^(?:lib|functions)\//.test(path));
  return { all: own.map(({ path }) => path), ran: own.filter(({ ran }) => ran).map(({ path }) => path) };
}

const [watched = '', ...warmUp] = tokens;
for (const token of warmUp) await issueOnce(token);
const { all } = await filesRun();
await issueOnce(watched);
const { ran } = await filesRun();
answer({ loaded: all.toSorted(), executed: ran.toSorted() } satisfies Reach);

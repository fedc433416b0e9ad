/** `npm run fuzz`: the readers of what comes from outside, on inputs that grow by the branches they take. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ModuleGraph } from '../modules/graph.ts';
import { randomOf } from '../modules/random.ts';
import { ROOT } from '../modules/root.ts';
import { instrumented, newHits } from './instrument.ts';
import { type Found, fuzz, tried } from './loop.ts';
import type { FuzzTarget } from './target.ts';
import { TARGETS, type TargetName } from './targets/table.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '66' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
    replay: { type: 'string' },
  },
});

const NAMES = Object.keys(TARGETS).filter((name): name is TargetName => name in TARGETS);

/** The target over the readers with a count at each branch. */
async function load(name: TargetName) {
  const hits = newHits();
  const graph = new ModuleGraph((source) =>
    source.path.startsWith('lib/') ? instrumented(source, hits) : source.code,
  );
  const { namespace } = await graph.load(TARGETS[name].path);
  const target: FuzzTarget = Object(namespace).target;
  return { target, hits };
}

/** The case as a file that `npm test` runs once it is committed. */
function keep(found: Found): string {
  const name = `${found.target}-${createHash('sha256').update(found.input).digest('hex').slice(0, 8)}.json`;
  const folder = join(ROOT, 'tests', 'fuzz', 'cases');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `${JSON.stringify(found, null, 2)}\n`);
  return `tests/fuzz/cases/${name}`;
}

async function replay(path: string): Promise<number> {
  const { target: name, input } = JSON.parse(readFileSync(path, 'utf8'));
  const { target } = await load(name);
  const what = await tried(target, input);
  console.log(what ?? 'all held');
  return what === null ? 0 : 1;
}

async function main(): Promise<number> {
  if (values.replay !== undefined) return replay(values.replay);
  const chosen = NAMES.filter((name) => values.target === undefined || values.target === name);
  const shares = chosen.reduce((sum, name) => sum + TARGETS[name].share, 0);
  let bad = 0;
  for (const name of chosen) {
    const { target, hits } = await load(name);
    const budgetMs = (1000 * Number(values.seconds) * TARGETS[name].share) / shares;
    const { executions, corpus, branches, found } = await fuzz(target, {
      budgetMs,
      random: randomOf(Number(values.seed)),
      hits,
    });
    console.log(
      `${name}: ${executions} inputs in ${Math.round(budgetMs / 1000)} s, ${branches} of ${hits.size} branches, ${corpus} kept, ${found.length} findings`,
    );
    for (const each of found) console.log(`  ${each.what.slice(0, 300)}\n  ${keep(each)}`);
    bad += found.length;
  }
  return bad === 0 ? 0 : 1;
}

process.exitCode = await main();

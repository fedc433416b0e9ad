/**
 * `npm run faults`: every call that the broker makes goes wrong in every way, on the bundles, and what is promised must
 * hold.
 */
import { parseArgs } from 'node:util';
import { dropAwsVariables } from '../aws-variables.ts';
import { allCases, type CaseResult, chosen, describeCase, run } from './stage/campaign.ts';
import { startStage } from './stage/stage.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1200' },
    least: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '6' },
    only: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});

async function main(): Promise<number> {
  const began = performance.now();
  const stage = await startStage(Number(values.lanes));
  try {
    const { only } = values;
    const all = (await allCases(stage)).filter((each) => only === undefined || describeCase(each).includes(only));
    const cases = chosen(all, Number(values.cases), Number(values.seed));
    console.log(`${cases.length} of ${all.length} faults; seed ${values.seed}`);
    const broken: CaseResult[] = [];
    const outcomes = new Map<string, number>();
    let done = 0;
    let befell = 0;
    await run(stage, cases, (result) => {
      done += 1;
      if (result.befell) befell += 1;
      const first = `${result.case.fault.kind}: ${result.answers[0]}`;
      outcomes.set(first, (outcomes.get(first) ?? 0) + 1);
      if (result.broken.length > 0) broken.push(result);
      if (values.verbose) console.log(`${describeCase(result.case)} => ${result.answers.join(' | ')}`);
      if (done % 100 === 0) console.log(`${done}, ${Math.round((performance.now() - began) / 1000)} s`);
    });
    for (const [outcome, count] of [...outcomes].sort()) console.log(`${String(count).padStart(5)} ${outcome}`);
    for (const { case: each, answers, broken: what } of broken) {
      console.log(`FAILED ${describeCase(each)}\n    ${what.join('; ')} [${answers.join(' | ')}]`);
    }
    const seconds = Math.round((performance.now() - began) / 1000);
    console.log(`${befell} faults befell ${done} requests; ${broken.length} failed; ${seconds} s`);
    return broken.length === 0 && befell >= Number(values.least) ? 0 : 1;
  } finally {
    await stage.stop();
  }
}

dropAwsVariables();
process.exitCode = await main();

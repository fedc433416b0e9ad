import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { allCases, type CaseResult, chosen, describeCase, run } from '../faults/stage/campaign.ts';
import { type Stage, startStage } from '../faults/stage/stage.ts';

/** A few of the faults that `npm run faults` has: the same every time, so that a failure here is a change. */
const COUNT = 14;
const SEED = 1;

let stage: Stage;

beforeAll(async () => {
  stage = await startStage(3);
}, 60_000);

afterAll(() => stage.stop());

it('keeps what is promised whatever becomes of a call to a dependency', async () => {
  const cases = chosen(await allCases(stage), COUNT, SEED);
  const results: CaseResult[] = [];
  await run(stage, cases, (result) => results.push(result));
  const broken = results.filter((result) => result.broken.length > 0);
  expect(broken.map(({ case: each, answers, broken: what }) => [describeCase(each), answers, what])).toEqual([]);
  expect(results.filter(({ befell }) => befell).length).toBeGreaterThan(COUNT / 2);
}, 120_000);

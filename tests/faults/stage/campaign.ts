import { setTimeout as pause } from 'node:timers/promises';
import { randomOf } from '../../modules/random.ts';
import { brief, type Granted, granted, isReplayed, isRetryable } from './answers.ts';
import type { Called, HttpAnswer } from './hosted-function.ts';
import { type Fault, isKill, KINDS } from './kinds.ts';
import type { Lane } from './lane.ts';
import { type Presented, SCENARIOS, type Scenario } from './scenarios.ts';
import type { Stage } from './stage.ts';

/**
 * One request of one flow, and what goes wrong with it. `cold`: in a process that has just begun, which reads
 * everything first.
 */
export interface Case {
  readonly scenario: Scenario;
  readonly temperature: 'cold' | 'warm';
  readonly fault: Fault;
}

export interface CaseResult {
  readonly case: Case;
  /** What was answered: to the request that the fault befell, to the same again, and to another. */
  readonly answers: readonly string[];
  /** False: the call was not made this time. */
  readonly befell: boolean;
  /** Empty: all that is promised held. */
  readonly broken: readonly string[];
}

/** Every call of every flow with everything that may befall it, as one run without faults shows them. */
export async function allCases({ lanes, issuer }: Stage): Promise<readonly Case[]> {
  const cases: Case[] = [];
  const [lane] = lanes;
  if (lane === undefined) return [];
  for (const scenario of SCENARIOS) {
    for (const temperature of ['cold', 'warm'] as const) {
      const { event } = await scenario.present(lane, issuer);
      if (temperature === 'cold') lane.restart(scenario.function);
      const called = await lane.send(scenario.function, event, null);
      if (answerOf(called) === null || granted(answerOf(called) ?? NOTHING) === null) {
        throw new Error(`${scenario.name}: refused without any fault: ${JSON.stringify(called)}`);
      }
      const calls = [...lane.log.calls];
      for (const call of calls)
        for (const kind of KINDS) {
          for (const extent of isKill(kind) ? (['once'] as const) : (['once', 'lasting'] as const)) {
            cases.push({ scenario, temperature, fault: { call, kind, extent } });
          }
        }
    }
  }
  return cases;
}

const NOTHING: HttpAnswer = { statusCode: 0 };

/** The first `count` of all cases in an order that the seed decides. */
export function chosen(cases: readonly Case[], count: number, seed: number): readonly Case[] {
  const random = randomOf(seed);
  return cases
    .map((each) => ({ each, by: random() }))
    .sort((a, b) => a.by - b.by)
    .slice(0, count)
    .map(({ each }) => each);
}

/** Runs the cases, one at a time in each lane. */
export async function run(stage: Stage, cases: readonly Case[], done: (result: CaseResult) => void): Promise<void> {
  const queue = [...cases];
  await Promise.all(
    stage.lanes.map(async (lane) => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) done(await runCase(stage, lane, next));
    }),
  );
}

/** The request that the fault befalls, the same again as an SDK would, and another one, each looked at. */
async function runCase(stage: Stage, lane: Lane, which: Case): Promise<CaseResult> {
  const { scenario, temperature, fault } = which;
  const broken: string[] = [];
  const presented = await scenario.present(lane, stage.issuer);
  if (temperature === 'cold') lane.restart(scenario.function);
  else await warmUp(stage, lane, scenario);

  const first = await lane.send(scenario.function, presented.event, fault);
  const befell = lane.log.calls.includes(fault.call);
  const handedOut = await looked(stage, presented, first, broken);
  const refused = answerOf(first);
  if (refused !== null && handedOut === null && !isRetryable(scenario.function, refused)) {
    broken.push(`an outage is answered as a verdict: ${brief(refused)}`);
  }

  const second = await answeredInTime(lane, scenario, presented);
  const again = await looked(stage, presented, second, broken);
  broken.push(...secondUse(scenario, handedOut, again, answerOf(second)));

  const third = await answeredInTime(lane, scenario, await scenario.present(lane, stage.issuer));
  if (granted(answerOf(third) ?? NOTHING) === null) broken.push('another request afterwards is refused');
  broken.push(...(await recorded(stage, scenario, presented)));
  broken.push(...leaked(lane, [handedOut, again]));
  return { case: which, answers: [first, second, third].map(said), befell, broken };
}

const TRIES = 4;
const PAUSE_MS = 300;

/**
 * As an SDK does it: again after an answer that says so. What began before the fault ended may still be waited for, and
 * a machine may be slow.
 */
async function answeredInTime(lane: Lane, scenario: Scenario, { event }: Presented): Promise<Called> {
  for (let attempt = 1; ; attempt += 1) {
    const called = await lane.send(scenario.function, event, null);
    const answer = answerOf(called);
    // A process that outlived its request by a moment was killed during this one.
    const again = called === 'killed' || (answer !== null && isRetryable(scenario.function, answer));
    if (attempt === TRIES || !again) return called;
    await pause(PAUSE_MS);
  }
}

async function warmUp(stage: Stage, lane: Lane, scenario: Scenario): Promise<void> {
  await lane.send(scenario.function, (await scenario.present(lane, stage.issuer)).event, null);
}

/** What reached the caller, which the ledger has as issued. */
async function looked(
  stage: Stage,
  { principal }: Presented,
  called: Called,
  broken: string[],
): Promise<Granted | null> {
  const answer = answerOf(called);
  if (called !== 'killed' && 'threw' in called) broken.push(`the handler threw: ${called.threw}`);
  const what = answer === null ? null : granted(answer);
  if (what === null) return null;
  const { accessKeyId, issuance } = what;
  const records =
    issuance !== null
      ? [await stage.record(issuance)]
      : await stage.find(accessKeyId !== null ? { accessKeyId } : { principal: principal ?? '' });
  const issued = records.find((record) => record?.outcome === 'issued');
  const same = accessKeyId === null || issued?.credential?.accessKeyId === accessKeyId;
  if (issued === undefined || !same) broken.push('what reached the caller is not issued in the ledger');
  return what;
}

/** What the same proof may get a second time. */
function secondUse(
  { reuse }: Scenario,
  first: Granted | null,
  second: Granted | null,
  answer: HttpAnswer | null,
): readonly string[] {
  if (reuse === 'once' && first !== null && second !== null) return ['what may be used once was granted twice'];
  if (second !== null) return [];
  if (answer === null) return ['the same request again is not answered'];
  if (reuse === 'once') return isReplayed(answer) ? [] : [`the same request again: ${brief(answer)}`];
  return [`the same request again is refused: ${brief(answer)}`];
}

/** The ledger has at most one issuance for a proof that may be used once. */
async function recorded(stage: Stage, { reuse }: Scenario, { principal }: Presented): Promise<readonly string[]> {
  if (reuse !== 'once' || principal === null) return [];
  const issued = (await stage.find({ principal })).filter(({ outcome }) => outcome === 'issued');
  return issued.length > 1 ? ['the ledger has two issuances for what may be used once'] : [];
}

function leaked(lane: Lane, handedOut: readonly (Granted | null)[]): readonly string[] {
  const output = lane.takeOutput();
  const secrets = handedOut.flatMap((what) => what?.secrets ?? []);
  return secrets.some((secret) => output.includes(secret)) ? ['a secret is in the log'] : [];
}

const answerOf = (called: Called): HttpAnswer | null =>
  called !== 'killed' && 'answer' in called ? called.answer : null;

const said = (called: Called): string => {
  if (called === 'killed') return 'killed';
  return 'threw' in called ? 'threw' : granted(called.answer) === null ? brief(called.answer) : 'granted';
};

export const describeCase = ({ scenario, temperature, fault }: Case): string =>
  `${scenario.name} (${temperature}); ${fault.call} ${fault.kind}, ${fault.extent}`;

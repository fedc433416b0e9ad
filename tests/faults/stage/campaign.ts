import { randomOf } from '../../modules/random.ts';
import { brief, type Granted, granted, isRetryable, tells } from './answers.ts';
import type { Called, HttpAnswer } from './hosted-function.ts';
import { type Fault, isKill, KINDS } from './kinds.ts';
import type { Lane } from './lane.ts';
import type { Presented, Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import type { Stage } from './stage.ts';

const TEMPERATURES = ['first', 'cold', 'warm'] as const;

/**
 * One request of one flow, and what goes wrong with it. `cold`: in a process that has just begun, which reads
 * everything first; `first`: and no process before it has left keys or metadata of the identity provider.
 */
export interface Case {
  readonly scenario: Scenario;
  readonly temperature: (typeof TEMPERATURES)[number];
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
export async function allCases(stage: Stage): Promise<readonly Case[]> {
  const cases: Case[] = [];
  const [lane] = stage.lanes;
  if (lane === undefined) return [];
  for (const scenario of SCENARIOS) {
    for (const temperature of TEMPERATURES) {
      const calls = await callsOf(stage, lane, scenario, temperature);
      // Where nothing is asked of an identity provider, the first is as the others.
      if (temperature === 'first' && !calls.some(isOfDocuments)) continue;
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

/** Keys or metadata of an identity provider. */
const isOfDocuments = (call: string): boolean => call.startsWith('idp /') && !call.startsWith('idp /token ');

/** The calls of a flow when nothing goes wrong. */
async function callsOf(
  stage: Stage,
  lane: Lane,
  scenario: Scenario,
  temperature: Case['temperature'],
): Promise<readonly string[]> {
  const presented = await scenario.present(lane, stage.issuer);
  await bringTo(temperature, stage, lane, scenario);
  const called = await lane.send(scenario.function, presented.event, null);
  const calls = [...lane.log.calls];
  if ((await cameTo({ stage, lane, scenario, presented }, called)) === null) {
    throw new Error(`${scenario.name}: refused without any fault: ${JSON.stringify(called)}`);
  }
  return calls;
}

async function bringTo(temperature: Case['temperature'], stage: Stage, lane: Lane, scenario: Scenario): Promise<void> {
  if (temperature === 'warm') {
    await lane.send(scenario.function, (await scenario.present(lane, stage.issuer)).event, null);
    return;
  }
  lane.restart(scenario.function);
  if (temperature === 'first') await stage.forget(lane.url('idp'));
}

/**
 * So many of all cases as the seed decides: of each call of each flow one before of any another one, and so on, so that
 * a long flow does not crowd out a short one.
 */
export function chosen(cases: readonly Case[], count: number, seed: number): readonly Case[] {
  const random = randomOf(seed);
  const drawn = cases.map((each) => ({ each, by: random() })).sort((a, b) => a.by - b.by);
  const had = new Map<string, number>();
  return drawn
    .map(({ each, by }) => {
      const call = `${each.scenario.name}; ${each.temperature}; ${each.fault.call}`;
      const round = had.get(call) ?? 0;
      had.set(call, round + 1);
      return { each, by: round + by };
    })
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
  const asked = { stage, lane, scenario, presented };
  await bringTo(temperature, stage, lane, scenario);

  const first = await lane.send(scenario.function, presented.event, fault);
  const befell = lane.log.calls.includes(fault.call);
  const handedOut = await looked(asked, first, broken);
  const refused = answerOf(first);
  if (refused !== null && handedOut === null && !isRetryable(scenario.function, refused)) {
    broken.push(`an outage is answered as a verdict: ${brief(refused)}`);
  }

  // An identity provider of whom nothing is known yet is asked again after a pause of two seconds at most.
  const tries = isOfDocuments(fault.call) ? 12 : 4;
  const second = await lane.answeredInTime(scenario.function, presented.event, tries);
  const again = await looked(asked, second, broken);
  broken.push(...secondUse(scenario, handedOut, again, answerOf(second)));

  const another = await scenario.present(lane, stage.issuer);
  const third = await lane.answeredInTime(scenario.function, another.event);
  if ((await cameTo({ ...asked, presented: another }, third)) === null) {
    broken.push('another request afterwards is refused');
  }
  broken.push(...(await recorded(stage, scenario, presented)));
  broken.push(...leaked(lane, [handedOut, again]));
  return { case: which, answers: [first, second, third].map(said), befell, broken };
}

/** One request of a flow. */
interface AskedOnce {
  readonly stage: Pick<Stage, 'issuer' | 'find' | 'record'>;
  readonly lane: Lane;
  readonly scenario: Scenario;
  readonly presented: Presented;
}

/** What an answer hands out; of a step on the way, what it leads to. null: nothing. */
async function cameTo({ stage, lane, scenario, presented }: AskedOnce, called: Called): Promise<Granted | null> {
  const answer = answerOf(called);
  if (answer === null || scenario.goOn === undefined) return answer === null ? null : granted(answer);
  const went = await scenario.goOn(lane, stage.issuer, presented, answer);
  const what = went === null ? null : granted(went.last);
  return what === null ? null : { ...what, secrets: [...what.secrets, ...(went?.secrets ?? [])] };
}

/** What reached the caller, which the ledger has as issued. */
async function looked(asked: AskedOnce, called: Called, broken: string[]): Promise<Granted | null> {
  if (called !== 'killed' && 'threw' in called) broken.push(`the handler threw: ${called.threw}`);
  const what = await cameTo(asked, called);
  if (what === null) return null;
  const { stage, presented } = asked;
  const { accessKeyId, issuance } = what;
  const records =
    issuance !== null
      ? [await stage.record(issuance)]
      : await stage.find(accessKeyId !== null ? { accessKeyId } : { principal: presented.principal ?? '' });
  const issued = records.find((record) => record?.outcome === 'issued');
  const same = accessKeyId === null || issued?.credential?.accessKeyId === accessKeyId;
  if (issued === undefined || !same) broken.push('what reached the caller is not issued in the ledger');
  return what;
}

/** What the same proof may get a second time. */
function secondUse(
  { reuse, spent = ['replayed'] }: Scenario,
  first: Granted | null,
  second: Granted | null,
  answer: HttpAnswer | null,
): readonly string[] {
  if (reuse === 'once' && first !== null && second !== null) return ['what may be used once was granted twice'];
  if (second !== null) return [];
  if (answer === null) return ['the same request again is not answered'];
  if (reuse === 'once') return tells(answer, spent) ? [] : [`the same request again: ${brief(answer)}`];
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
  return 'threw' in called ? 'threw' : brief(called.answer);
};

export const describeCase = ({ scenario, temperature, fault }: Case): string =>
  `${scenario.name} (${temperature}); ${fault.call} ${fault.kind}, ${fault.extent}`;

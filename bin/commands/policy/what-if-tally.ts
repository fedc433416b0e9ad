import type { IssuanceRecord } from '../../../lib/ledger/record.ts';
import type { NotReplayed, Replay, Verdict } from '../../../lib/rehearsal/replay.ts';
import { plainText } from '../issuances/text.ts';

/** Decisions that are alike: of one scope, about one principal and actor, with the same outcome before and after. */
interface Turn {
  readonly scope: string;
  /** Connection or client that the principal is of. */
  readonly source: string;
  readonly principal: string;
  readonly actor: string | null;
  readonly before: Verdict;
  readonly after: Verdict;
  /** The rule that decides now; null: none does. */
  readonly rule: number | null;
  readonly decisions: number;
  /** One of them, the latest. */
  readonly example: string;
}

interface Unplayed extends NotReplayed {
  readonly scope: string;
  readonly decisions: number;
  readonly example: string;
}

const WHY: Readonly<Record<NotReplayed['why'], string>> = {
  'several-in-one': 'one record stands for many denials',
  'broker-token': 'a broker token brought it, and its chain is not recorded',
  approval: "the record is an approver's word",
  erased: 'whoever asked was erased',
  'may-act': 'whom its `may_act` names is not recorded',
  'not-recorded': 'not recorded',
};

/** What came of all replays; it grows with kinds of decisions, not with their number. */
export class Tally {
  decisions = 0;
  replayed = 0;
  unchanged = 0;
  readonly #turns = new Map<string, Turn>();
  readonly #unplayed = new Map<string, Unplayed>();

  count(record: IssuanceRecord, replay: Replay): void {
    this.decisions += 1;
    const { scope, id: example } = record;
    if (!replay.replayed) {
      const { why, keys } = replay.because;
      countIn(this.#unplayed, JSON.stringify([scope, why, keys]), { ...{ scope, why, keys, example }, decisions: 0 });
      return;
    }
    this.replayed += 1;
    const { before, after, rule } = replay;
    if (before === after) this.unchanged += 1;
    else {
      const who = { source: record.connection ?? record.client ?? '', principal: record.principal };
      const turn = { scope, ...who, actor: record.actor?.principal ?? null, before, after, rule };
      countIn(this.#turns, JSON.stringify(turn), { ...turn, example, decisions: 0 });
    }
  }

  get notReplayed(): readonly Unplayed[] {
    return byNumber([...this.#unplayed.values()]);
  }

  get gains(): readonly Turn[] {
    return this.#turned(({ after }) => after === 'allowed');
  }

  get loses(): readonly Turn[] {
    return this.#turned(({ before }) => before === 'allowed');
  }

  get otherwiseRefused(): readonly Turn[] {
    return this.#turned(({ before, after }) => before !== 'allowed' && after !== 'allowed');
  }

  toJson() {
    const { decisions, replayed, unchanged, notReplayed, gains, loses, otherwiseRefused } = this;
    return { decisions, replayed, unchanged, notReplayed, gains, loses, otherwiseRefused };
  }

  #turned(is: (turn: Turn) => boolean): readonly Turn[] {
    return byNumber([...this.#turns.values()].filter(is));
  }
}

function countIn<T extends { readonly decisions: number }>(counts: Map<string, T>, key: string, first: T): void {
  const known = counts.get(key) ?? first;
  counts.set(key, { ...known, decisions: known.decisions + 1 });
}

const byNumber = <T extends { readonly decisions: number }>(all: readonly T[]): readonly T[] =>
  all.toSorted((a, b) => b.decisions - a.decisions);

const times = (count: number): string => `${count} ${count === 1 ? 'decision' : 'decisions'}`;

/** For people: how much of what happened this speaks of, before what it says. */
export function tallyText(tally: Tally): string {
  const { decisions, replayed, unchanged, notReplayed, gains, loses, otherwiseRefused } = tally;
  const unplayed = notReplayed.map(
    ({ scope, why, keys, decisions: count, example }) =>
      `  ${times(count)} about ${plainText(scope || 'several scopes')}: ${WHY[why]}${
        keys.length === 0 ? '' : `: ${plainText(keys.join(', '))}`
      } (${example})\n`,
  );
  const verdict = [
    ...gains.map((turn) => `  + ${whoOf(turn)} would get ${plainText(turn.scope)}${ruleOf(turn)}: ${countOf(turn)}\n`),
    ...loses.map(
      (turn) => `  - ${whoOf(turn)} would not get ${plainText(turn.scope)} (${turn.after}): ${countOf(turn)}\n`,
    ),
    ...otherwiseRefused.map(
      (turn) =>
        `  ~ ${whoOf(turn)} would be refused ${plainText(turn.scope)} by ${turn.after}, not ${turn.before}: ${countOf(turn)}\n`,
    ),
  ];
  const end = verdict.length === 0 ? 'Nobody gains and nobody loses.\n' : verdict.join('');
  return `${replayed} of ${times(decisions)} can be replayed, ${unchanged} of them come out as they did\n${unplayed.join('')}${end}`;
}

const whoOf = ({ source, principal, actor }: Turn): string =>
  plainText(`${principal} (${source})${actor === null ? '' : `, with ${actor} acting`}`);

const ruleOf = ({ rule }: Turn): string => (rule === null ? '' : ` by rule ${rule}`);

const countOf = ({ decisions, example }: Turn): string => `${times(decisions)}, the latest ${example}`;

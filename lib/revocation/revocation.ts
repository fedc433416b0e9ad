import { boundedIdentity } from '../ledger/bounds.ts';
import type { EpochMilliseconds, EpochSeconds } from '../time.ts';

/** What a revocation may be of: one issuance, or all that is issued to, by, through or under a name. */
export const REVOCABLE = ['issuance', 'principal', 'actor', 'client', 'scope', 'connection'] as const;
export type Revocable = (typeof REVOCABLE)[number];

/** Who did it and why, as a record says it. */
export interface RevokedBy {
  /** `<connection>:<subject>` or `client:<name>`, as in `sub`. */
  readonly by: string;
  readonly reason: string;
  readonly time: EpochMilliseconds;
}

/** How far the denial of live AWS sessions has come: each revocation is taken up again until it is `done`. */
export type SessionsStage = 'pending' | 'done';

/** A revocation of everything that a name stands for. In force from `time` on, until it is lifted. */
export interface Revocation extends RevokedBy {
  /** `rev_` and 26 characters, as an issuance's id. */
  readonly id: string;
  readonly kind: Revocable;
  /** A principal or an actor by its identity, `<connection>:<subject>` or `client:<name>`; others by name or id. */
  readonly name: string;
  /** When it can be forgotten: nothing lives longer that it ended. null: it stands until it is lifted. */
  readonly ends: EpochSeconds | null;
  /** Who lifted it. What was issued until then stays ended; what comes later is issued again. null: it stands. */
  readonly lifted: RevokedBy | null;
  readonly sessions: SessionsStage;
  /** The accounts, `<partition>:<id>`, in which sessions are or were denied for it. */
  readonly accounts: readonly string[];
}

/** What something was issued to, by, through and under: one text for each name, as `markOf` writes it. */
export type Marks = readonly string[];

export const markOf = (kind: Revocable, name: string): string => `${kind}\0${name}`;

/** Of what a revocation names: as requests and tokens have it, and as records do, which cut long names. */
export const marksOfNamed = ({ kind, name }: Pick<Revocation, 'kind' | 'name'>): Marks => [
  ...new Set([name, boundedIdentity(name)].map((each) => markOf(kind, each))),
];

/** The revocations that are known, by what they are of. */
export class StandingRevocations {
  readonly all: readonly Revocation[];
  readonly #byMark: ReadonlyMap<string, readonly Revocation[]>;

  constructor(all: readonly Revocation[]) {
    this.all = all;
    const byMark = all.flatMap((revocation) => marksOfNamed(revocation).map((mark) => ({ mark, revocation })));
    this.#byMark = new Map(
      [...Map.groupBy(byMark, ({ mark }) => mark)].map(([mark, of]) => [mark, of.map((each) => each.revocation)]),
    );
  }

  /** The first that stands and is of one of these: nothing may be issued then. null: none. */
  inForce(marks: Marks): Revocation | null {
    return this.#find(marks, ({ lifted }) => lifted === null);
  }

  /**
   * The first that ended what was issued at `issuedAt`: one that stands ends all that it is of, one that was lifted
   * what was issued before it was. null: none.
   */
  ended(marks: Marks, issuedAt: EpochMilliseconds): Revocation | null {
    return this.#find(marks, ({ lifted }) => lifted === null || issuedAt <= lifted.time);
  }

  #find(marks: Marks, holds: (revocation: Revocation) => boolean): Revocation | null {
    if (this.all.length === 0) return null;
    for (const mark of marks) {
      const found = this.#byMark.get(mark)?.find(holds);
      if (found !== undefined) return found;
    }
    return null;
  }
}

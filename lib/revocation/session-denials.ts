/** Which live AWS sessions of one account are denied, and the policy that says so there (contract section 7). */
import type { JsonObject } from '../json.ts';
import { type EpochSeconds, epochSeconds, type Seconds, seconds, toRfc3339 } from '../time.ts';

/** The session tag that a denial names (`lib/credential/session-tags.ts`); `all`: every session of the broker's. */
export type DeniedTag = 'issuance' | 'actor' | 'scope' | 'all';

export interface SessionDenial {
  /** Which revocation it came of. */
  readonly revocation: string;
  readonly tag: DeniedTag;
  readonly value: string;
  /** The scope of an issuance: what is denied instead where there are too many issuances. */
  readonly scope: string;
  /** Sessions that began up to then; null: a tag that one session alone has. */
  readonly before: EpochSeconds | null;
  /** No session that it is of lives longer. */
  readonly ends: EpochSeconds;
  /** It stands for issuances that were too many to be kept, and denies more than those. */
  readonly widened?: true;
}

/** Sessions of a chained role end after an hour (AWS STS, AssumeRole); clocks differ, and SDKs answer late. */
export const LONGEST_SESSION = seconds(3_600);
export const KEPT_BEYOND: Seconds = seconds(300);

/** Of an issuance's id (`lib/ledger/id.ts`). */
const TAIL_CHARACTERS = 16;

/** IAM quotas: characters of a managed policy, white space not counted. */
export const MOST_CHARACTERS = 6_144;

/** `exact`: by what was revoked itself. `scope-and-time`: it did not fit, and more is denied than was revoked. */
export type Precision = 'exact' | 'scope-and-time' | 'all-before';

export interface RevocationPolicy {
  readonly document: JsonObject;
  readonly precision: Precision;
  /** Scopes all of whose sessions from before are denied, though they were not revoked as such. */
  readonly widened: readonly string[];
}

/** Without those that are over. */
export const pruned = (denials: readonly SessionDenial[], now: EpochSeconds): readonly SessionDenial[] =>
  denials.filter(({ ends }) => ends + KEPT_BEYOND > now);

/** Denials of an account that are kept: twice what a policy names, and far from the 400 KB that an item may have. */
const MOST_KEPT = 600;

/**
 * What is kept of more denials than that: in place of issuances, the scopes with the most of them up to `now`; where
 * the scopes are too many as well, every session up to `now`. Each is of the revocations whose issuances it is for.
 */
export function keptDenials(denials: readonly SessionDenial[], now: EpochSeconds): readonly SessionDenial[] {
  const scopes = scopesByIssuances(denials);
  const all = { ...wholeScope('', now), tag: 'all' } as const;
  // Each of them is one denial at least, however it is said: none has to be tried.
  if (scopes.length > MOST_KEPT) {
    return instead(denials, (each) => each.tag === 'issuance' || each.widened === true, all);
  }
  let kept = denials;
  for (const scope of scopes) {
    if (kept.length <= MOST_KEPT) return kept;
    kept = instead(kept, (each) => each.tag === 'issuance' && each.scope === scope, wholeScope(scope, now));
  }
  if (kept.length <= MOST_KEPT) return kept;
  return instead(kept, (each) => each.widened === true, all);
}

/** One denial for each revocation of those that it takes the place of, the one that it had before among them. */
function instead(
  denials: readonly SessionDenial[],
  isReplaced: (denial: SessionDenial) => boolean,
  whole: SessionDenial,
): readonly SessionDenial[] {
  const revocations = new Set(denials.filter(isReplaced).map(({ revocation }) => revocation));
  const isEarlier = ({ widened, tag, value, revocation }: SessionDenial): boolean =>
    widened === true && tag === whole.tag && value === whole.value && revocations.has(revocation);
  const others = denials.filter((each) => !isReplaced(each) && !isEarlier(each));
  return [...others, ...[...revocations].map((revocation) => ({ ...whole, revocation, widened: true as const }))];
}

/**
 * The policy of an account: one Deny for all issuances, one for the actors and one for the scopes of each time. Where
 * that is larger than a managed policy may be, the scopes with the most issuances are denied up to `now` instead; where
 * even that does not fit, every session of the broker's that began up to `now` is.
 */
export function revocationPolicy(denials: readonly SessionDenial[], now: EpochSeconds): RevocationPolicy {
  const before = denials.filter((each) => each.widened === true);
  const widened = [...new Set(before.filter(({ tag }) => tag === 'scope').map(({ value }) => value))];
  const isAll = before.some(({ tag }) => tag === 'all');
  const least: Precision = isAll ? 'all-before' : before.length > 0 ? 'scope-and-time' : 'exact';
  const exact = [document(denials, 'whole'), document(denials, 'tails')].find(fits);
  if (exact !== undefined) return { document: exact, precision: least, widened };
  let left = denials;
  for (const scope of scopesByIssuances(denials)) {
    if (!widened.includes(scope)) widened.push(scope);
    left = [...left.filter((denial) => denial.tag !== 'issuance' || denial.scope !== scope), wholeScope(scope, now)];
    const policy = document(left, 'tails');
    if (fits(policy)) return { document: policy, precision: isAll ? least : 'scope-and-time', widened };
  }
  return { document: allBefore(now), precision: 'all-before', widened };
}

const wholeScope = (scope: string, now: EpochSeconds): SessionDenial => ({
  ...{ revocation: '', tag: 'scope', value: scope, scope },
  ...{ before: now, ends: epochSeconds(now + LONGEST_SESSION) },
});

function scopesByIssuances(denials: readonly SessionDenial[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { tag, scope } of denials) if (tag === 'issuance') counts.set(scope, (counts.get(scope) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one).map(([scope]) => scope);
}

/** `tails`: an issuance by the 80 random bits of its id alone, which no two have alike; half as long again fit so. */
function document(denials: readonly SessionDenial[], ids: 'whole' | 'tails'): JsonObject {
  const issuances = valuesOf(denials.filter(({ tag }) => tag === 'issuance'));
  const named = issuances.length === 0 ? ['none'] : issuances;
  const condition =
    ids === 'whole'
      ? { StringEquals: { [tagKey('issuance')]: named } }
      : { StringLike: { [tagKey('issuance')]: named.map((id) => `*${id.slice(-TAIL_CHARACTERS)}`) } };
  const timed = [
    ...Map.groupBy(
      denials.filter(({ before }) => before !== null),
      ({ tag, before }) => `${tag} ${before}`,
    ).values(),
  ];
  return {
    Version: '2012-10-17',
    Statement: [
      // A policy has one statement at least: this value is no issuance's.
      deny(condition),
      ...timed.map((each) => {
        const [{ tag, before } = { tag: 'scope' as const, before: null }] = each;
        const until = before ?? epochSeconds(0);
        if (tag === 'all') return denyAll(until);
        return deny({ StringEquals: { [tagKey(tag)]: valuesOf(each) }, ...issuedUpTo(until) });
      }),
    ],
  };
}

const allBefore = (now: EpochSeconds): JsonObject => ({ Version: '2012-10-17', Statement: [denyAll(now)] });

const deny = (Condition: JsonObject): JsonObject => ({ Effect: 'Deny', Action: '*', Resource: '*', Condition });

/** Every session that carries the broker's tags. */
const denyAll = (before: EpochSeconds): JsonObject =>
  deny({ Null: { [tagKey('issuance')]: 'false' }, ...issuedUpTo(before) });

const issuedUpTo = (time: EpochSeconds): JsonObject => ({
  DateLessThanEquals: { 'aws:TokenIssueTime': toRfc3339(time) },
});

const tagKey = (tag: Exclude<DeniedTag, 'all'>): string => `aws:PrincipalTag/token-broker:${tag}`;

const valuesOf = (denials: readonly SessionDenial[]): readonly string[] =>
  [...new Set(denials.map(({ value }) => value))].sort();

const fits = (policy: JsonObject): boolean => JSON.stringify(policy).replace(/\s/g, '').length <= MOST_CHARACTERS;

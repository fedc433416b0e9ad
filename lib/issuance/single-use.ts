import { createHash } from 'node:crypto';
import type { ProofReuse } from '../identity/principal.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { ReplayClaim, Replays } from '../ports/replays.ts';
import type { Reason } from '../refusals/registry.ts';
import { epochSeconds, seconds } from '../time.ts';
import type { Authenticated } from './authenticate.ts';
import type { Authorized } from './authorize.ts';

/**
 * A proof is checked at one time and claimed at another: a request that began in the last second of its proof claims it
 * later, and a claim that had ended by then would be free for the next one. API Gateway waits 30 s for an answer; the
 * rest is for clocks of other instances.
 */
const LONGEST_REQUEST = seconds(60);

/** A proof that does not stay as good as it was. */
type SpentProof = ProofReuse & { readonly reuse: ReplayClaim['reuse'] };

const isSpent = (proof: ProofReuse | null): proof is SpentProof => proof !== null && proof.reuse !== 'allow';

/** One proof of a request that may be used once, and what its second use is refused with. */
export interface SingleUse {
  readonly claim: ReplayClaim;
  readonly refusal: Reason;
}

/**
 * Claims every proof of the request that may be used once, after the decision and before anybody is asked to mint, so
 * that a denial does not lock its caller out. The first that is refused is the answer: those before it stay claimed,
 * those behind it are given back. They are claimed side by side, with two exceptions: one of `bind` cannot be given
 * back, so it waits until all before it hold; and nothing is claimed beside a proof that this process has met before.
 */
export async function claimProofs(
  replays: Replays,
  uses: readonly SingleUse[],
  signal: AbortSignal,
): Promise<Outcome<null>> {
  for (const together of besideEachOther(replays, uses)) {
    const answers = await allOf(together.map(({ claim }) => replays.claim(claim, signal)));
    const at = answers.indexOf('replayed');
    const refused = together[at];
    if (refused === undefined) continue;
    const behind = together.filter((_, index) => index > at && answers[index] === 'claimed');
    await releaseProofs(replays, behind, signal);
    return refuse(refused.refusal);
  }
  return accept(null);
}

function besideEachOther(replays: Replays, uses: readonly SingleUse[]): readonly (readonly SingleUse[])[] {
  const groups: SingleUse[][] = [];
  for (const use of uses) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    const waits = last === undefined || use.claim.reuse === 'bind' || !isLikely(replays, last);
    if (group === undefined || waits) groups.push([use]);
    else group.push(use);
  }
  return groups;
}

/** Whether the claim will most probably hold, as far as this process knows. */
export const isLikely = (replays: Replays, { claim }: SingleUse): boolean => replays.isLikely?.(claim) === true;

/** All of them, or the first failure, once none is under way any more: what comes after it gives back. */
async function allOf<T>(under: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(under);
  return Promise.all(under);
}

/** That issuance failed: its proofs may be claimed again. Best effort; what cannot be released stays claimed. */
export async function releaseProofs(replays: Replays, uses: readonly SingleUse[], signal: AbortSignal): Promise<void> {
  await Promise.allSettled(uses.map(({ claim }) => replays.release(claim, signal)));
}

/**
 * Claims a proof that is presented for something other than an issuance, under an id of the request's own; true where
 * it may be used.
 */
export async function claimOnce(
  replays: Pick<Replays, 'claim'>,
  proof: ProofReuse | null,
  requestId: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (!isSpent(proof)) return true;
  const claim = claimOf(proof, requestId, `request:${requestId}`);
  return (await replays.claim(claim, signal)) === 'claimed';
}

const claimOf = ({ issuer, tokenId, reuse, until }: SpentProof, binding: string, issuance: string): ReplayClaim => ({
  issuer,
  tokenId,
  reuse,
  binding,
  issuance,
  until: epochSeconds(until + LONGEST_REQUEST),
});

/** The proofs of the request that may be used once, in the order in which they are claimed. */
export function singleUses(issuance: string, who: Authenticated, what: Authorized): readonly SingleUse[] {
  const binding = bindingOf(who, what);
  const uses: SingleUse[] = [];
  const add = (proof: ProofReuse | null, refusal: Reason) => {
    if (isSpent(proof)) uses.push({ claim: claimOf(proof, binding, issuance), refusal });
  };
  add(who.client?.reuse ?? null, 'client_assertion_replayed');
  add(who.principal.reuse, 'replayed');
  add(who.actor?.reuse ?? null, 'replayed');
  add(who.key?.reuse ?? null, 'dpop_proof_replayed');
  return uses;
}

/** What `bind` compares: scope, duration and actor. JSON, so that no name can run into the next. */
function bindingOf(who: Authenticated, what: Authorized): string {
  const actor = who.actor === null ? null : [who.actor.connection, who.actor.client, who.actor.subject];
  const bound = JSON.stringify([what.scopes.map(({ scope }) => scope.scope), what.duration, actor]);
  return createHash('sha256').update(bound).digest('hex');
}

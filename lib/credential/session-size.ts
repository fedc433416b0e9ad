import type { Outcome } from '../outcome.ts';
import { tagCharacters } from '../policy/packed-size.ts';
import type { AssumeRole } from '../ports/sessions.ts';

/** How much STS has to pack of a session, in characters, as it is sent. */
export interface SessionSize {
  readonly policy: number;
  readonly policyArns: number;
  /** Keys and values. */
  readonly tags: number;
}

type Sized = Pick<AssumeRole, 'policy' | 'policyArns'> & Partial<Pick<AssumeRole, 'tags'>>;

export const sessionSize = ({ policy, policyArns, tags = [] }: Sized): SessionSize => ({
  policy: policy?.length ?? 0,
  policyArns: policyArns.join('').length,
  tags: tagCharacters(tags),
});

/** An answer of STS; one that says that it was too much to pack tells whoever asked how much of what there was. */
export function sizedAnswer<T>(asked: Sized, answer: Outcome<T>): Outcome<T> {
  if (answer.ok || answer.refusal.reason !== 'policy_too_large') return answer;
  const { policy, policyArns, tags } = sessionSize(asked);
  const detail = `STS packs policy (here ${policy} characters), ARNs (${policyArns}) and tags (${tags}) of a session into one: more than it takes.`;
  return { ok: false, refusal: { ...answer.refusal, detail } };
}

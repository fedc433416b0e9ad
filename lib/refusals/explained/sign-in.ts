import type { signInRefusals } from '../sign-in.ts';
import type { Explanations } from './kinds.ts';

/** What brings about each refusal of `../sign-in.ts`, and what to change. */
export const signInExplanations: Explanations<typeof signInRefusals> = {};

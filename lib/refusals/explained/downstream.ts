import type { downstreamRefusals } from '../downstream.ts';
import type { Explanations } from './kinds.ts';

/** What brings about each refusal of `../downstream.ts`, and what to change. */
export const downstreamExplanations: Explanations<typeof downstreamRefusals> = {};

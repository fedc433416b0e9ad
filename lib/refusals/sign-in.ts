import { registry } from './kinds.ts';

export const signInRefusals = registry({});

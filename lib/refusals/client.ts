import { registry } from './kinds.ts';

export const clientRefusals = registry({});

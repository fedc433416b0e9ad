import { registry } from './kinds.ts';

export const samlRefusals = registry({});

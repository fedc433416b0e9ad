import { registry } from './kinds.ts';

export const downstreamRefusals = registry({});

import type { JsonObject } from '../../lib/json.ts';

/**
 * A program that asks the broker for access: a client of the demonstration identity provider, and what its tokens say.
 */
export interface Workload {
  readonly claims: JsonObject;
}

const acmeWeb = { repository: 'acme/web', repository_id: '1296269', groups: ['deployers', 'web'] };

/** By name. The first one is what `GET /token` gives. */
export const workloads: Readonly<Record<string, Workload>> = {
  'web-main': { claims: { ...acmeWeb, ref: 'refs/heads/main', sha: '7fd1a60b01f91b314f59955a4e4d4e80d8edf11d' } },
  'web-feature': { claims: { ...acmeWeb, ref: 'refs/heads/feature', sha: '553c2077f0edc3d5dc5d17262f6aa498e69d6f8e' } },
};

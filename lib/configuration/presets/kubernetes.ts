import { ANY_TEXT, claim, REGISTERED } from './claims.ts';
import { definePreset } from './preset.ts';

/**
 * Projected service account tokens of a Kubernetes cluster (kubernetes.io, "Managing Service Accounts"). Every cluster
 * is an issuer of its own; where its discovery cannot be reached from here, name its keys with `jwksUri`. `sub` is
 * `system:serviceaccount:<namespace>:<name>`.
 */
export const kubernetes = definePreset({
  documentation: {
    needs: '`issuer`',
    fillsIn: 'RS256 and ES256, aliases `namespace`, `serviceAccount`, `serviceAccountUid`, `pod`, `podUid`, `node`',
  },
  claims: {
    provider: 'Kubernetes',
    source: 'https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/',
    isIssuer: ({ hostname }) => /^oidc\.eks\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/.test(hostname),
    names: 'closed',
    elsewhere: 'closed',
    prefixes: [],
    audience: 'caller',
    claims: {
      ...REGISTERED,
      sub: claim(ANY_TEXT),
      'kubernetes.io': claim(ANY_TEXT),
    },
  },
  facts: () => ({
    algorithms: ['RS256', 'ES256'],
    aliases: {
      namespace: '/kubernetes.io/namespace',
      serviceAccount: '/kubernetes.io/serviceaccount/name',
      serviceAccountUid: '/kubernetes.io/serviceaccount/uid',
      pod: '/kubernetes.io/pod/name',
      podUid: '/kubernetes.io/pod/uid',
      node: '/kubernetes.io/node/name',
    },
  }),
});

import type { Granted, GrantInput } from '../../lib/credential/grant.ts';
import type { Actor, Claims, Principal, ProofEvidence } from '../../lib/identity/principal.ts';
import type { JsonValue } from '../../lib/json.ts';
import { accept } from '../../lib/outcome.ts';
import type { AwsFederatedGrant } from '../../lib/policy/grants/aws-federated.ts';
import type { AwsSessionGrant } from '../../lib/policy/grants/aws-session.ts';
import { compileGrant } from '../../lib/policy/grants/compiled-grant.ts';
import type { Grant, GrantType } from '../../lib/policy/grants/kinds.ts';
import type { AwsSession, Sessions } from '../../lib/ports/sessions.ts';
import { epochMilliseconds, epochSeconds, seconds } from '../../lib/time.ts';

export const NOW = epochMilliseconds(Date.parse('2026-11-21T09:00:00.500Z'));
export const ISSUANCE = 'iss_01KAJ0000000000000000000ZZ';

export const sessionGrant: AwsSessionGrant = {
  type: 'aws-session',
  roleArn: 'arn:aws:iam::111122223333:role/token-broker/deploy-web',
  externalId: null,
  duration: seconds(1800),
  maxDuration: seconds(3600),
  policy: null,
  policyArns: [],
  tags: {},
  sourceIdentity: 'required',
};

export const federatedGrant: AwsFederatedGrant = {
  type: 'aws-federated',
  via: 'web-identity',
  roleArn: 'arn:aws:iam::111122223333:role/federated',
  principalArn: null,
  duration: seconds(3600),
  maxDuration: seconds(43_200),
  policy: null,
  policyArns: [],
};

/** What a scope with this grant hands out; a template finds nothing unless `more` has a lookup. */
export function grantedOf<T extends GrantType>(
  type: T,
  grant: Grant<T>,
  more: Partial<Pick<Granted<T>, 'scope' | 'lookup'>> = {},
): Granted<T> {
  const { compiled, problems } = compileGrant(type, grant);
  if (compiled === null) throw new TypeError(JSON.stringify(problems));
  return { scope: 'deploy-web', grant: compiled, lookup: () => undefined, ...more };
}

const evidence: ProofEvidence = { kind: 'oidc', issuer: null, tokenId: null, sha256: null, expires: null };

export const claimsOf = (values: Record<string, JsonValue>): Claims => ({
  values: new Map(Object.entries(values)),
  unavailable: new Map(),
});

export const principalOf = (
  name: string,
  subject: string,
  kind: 'connection' | 'client' = 'connection',
): Principal => ({
  source: { kind, name },
  subject,
  name: 'label',
  claims: claimsOf({}),
  proof: evidence,
  reuse: null,
  record: [],
  mayAct: undefined,
  lineage: null,
});

export const actorOf = (connection: string | null, client: string | null, subject: string): Actor => ({
  via: connection === null ? 'client' : 'actor-token',
  connection,
  client,
  subject,
  name: 'label',
  claims: claimsOf({}),
  proof: evidence,
  reuse: null,
  lineage: null,
});

export const inputOf = (more: Partial<GrantInput> = {}): GrantInput => ({
  issuance: ISSUANCE,
  principal: principalOf('github', 'repo:acme/web:ref:refs/heads/main'),
  actor: null,
  client: null,
  requestedDuration: null,
  key: null,
  now: NOW,
  narrowing: null,
  proof: { kind: 'jwt', token: 'header.payload.signature', declared: 'jwt' },
  endsBy: null,
  ...more,
});

export const session: AwsSession = {
  credentials: {
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'very-secret',
    sessionToken: 'very-secret-too',
    expires: epochSeconds(Date.parse('2026-11-21T09:30:00Z') / 1000),
  },
  assumedRoleArn: `arn:aws:sts::111122223333:assumed-role/deploy-web/${ISSUANCE}`,
  assumedRoleId: `AROAEXAMPLEEXAMPLE12:${ISSUANCE}`,
  packedPolicySize: 12,
  sourceIdentity: null,
};

/** Answers every call alike and keeps what was asked. */
export function recordingSessions(answer: Awaited<ReturnType<Sessions['assumeRole']>> = accept(session)) {
  const asked: { readonly action: keyof Sessions; readonly input: object }[] = [];
  const record = (action: keyof Sessions) => async (input: object) => {
    asked.push({ action, input });
    return answer;
  };
  const sessions: Sessions = {
    assumeRole: record('assumeRole'),
    assumeRoleWithWebIdentity: record('assumeRoleWithWebIdentity'),
    assumeRoleWithSaml: record('assumeRoleWithSaml'),
  };
  return { sessions, asked };
}

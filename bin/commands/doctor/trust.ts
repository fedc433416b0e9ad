import { isJsonObject, type JsonObject } from '../../../lib/json.ts';
import { type PolicyDocument, readPolicyDocument } from '../../../lib/policy/iam/document.ts';
import { evaluateAccess, readAccessRequest } from '../../../lib/policy/iam/evaluate.ts';
import { type Finding, ok, skipped, wrong } from './finding.ts';

/** Of a role's trust what an identity policy has too: whom it trusts is looked at apart. */
interface Trust {
  readonly document: PolicyDocument;
  readonly principals: readonly string[];
  /** Every external id that a condition names. */
  readonly externalIds: readonly string[];
}

const EXAMPLE = 'see examples/target-role.yaml';
const ANOTHER = 'somebody-else';

/** Tries the trust with what the broker sends for the scope, then with what others would send. */
export function lookAtTrust(policy: JsonObject, arn: string, scope: string | null): readonly Finding[] {
  const trust = readTrust(policy);
  if (typeof trust === 'string') return [skipped('role', `its trust is not understood here: ${trust}`)];
  if (scope === null)
    return [skipped('role', 'give --scope too: the trust is tried with what the broker sends for it')];
  const externalId = trust.externalIds[0] ?? ANOTHER;
  const refused = ACTIONS.filter(({ action, keys }) => !allows(trust, action, keys(scope, externalId)));
  if (refused.length > 0)
    return refused.map(({ action, fix }) => wrong('role', `its trust does not allow ${action} for ${scope}`, fix));
  const [assume] = ACTIONS;
  return [
    ok('role', `its trust allows ${scope} to ${trust.principals.join(', ') || 'nobody'}`),
    ...(trust.principals.includes('*')
      ? [wrong('role', 'its trust names everybody (*)', 'name the output MintingRoleArns')]
      : []),
    ...(allows(trust, assume.action, assume.keys(scope, ANOTHER))
      ? [wrong('role', 'its trust asks for no external id', `sts:ExternalId: the parameter ExternalId; ${EXAMPLE}`)]
      : []),
    ...(allows(trust, assume.action, assume.keys(ANOTHER, externalId))
      ? [
          wrong(
            'role',
            'any scope of the broker may use it',
            `pin aws:RequestTag/token-broker:scope to ${scope}; ${EXAMPLE}`,
          ),
        ]
      : []),
    ...(arn.includes(':role/token-broker/')
      ? []
      : [
          skipped(
            'role',
            'its path is not /token-broker/: the parameter AssumableRoles of the deployment has to name it',
          ),
        ]),
  ];
}

const tags = (scope: string): Readonly<Record<string, string>> => ({
  'aws:RequestTag/token-broker:scope': scope,
  'aws:RequestTag/token-broker:issuance': 'iss_0',
});

/** What one AssumeRole of the broker needs, each with the condition keys that AWS gives that action. */
const ACTIONS = [
  {
    action: 'sts:AssumeRole',
    keys: (scope: string, externalId: string) => ({
      ...tags(scope),
      'sts:ExternalId': externalId,
      'sts:SourceIdentity': 'somebody',
      'sts:RoleSessionName': 'iss_0',
    }),
    fix: `Action sts:AssumeRole under the external id and aws:RequestTag/token-broker:scope; ${EXAMPLE}`,
  },
  {
    action: 'sts:TagSession',
    keys: (scope: string) => ({ ...tags(scope), 'aws:TagKeys': ['token-broker:scope', 'token-broker:issuance'] }),
    fix: `a statement of its own for sts:TagSession, without sts:ExternalId, which that action has not; ${EXAMPLE}`,
  },
  {
    action: 'sts:SetSourceIdentity',
    keys: () => ({ 'sts:SourceIdentity': 'somebody' }),
    fix: `a statement of its own for sts:SetSourceIdentity, without tags and external id; ${EXAMPLE}`,
  },
] as const;

function allows(
  { document }: Trust,
  action: string,
  keys: Readonly<Record<string, string | readonly string[]>>,
): boolean {
  const request = readAccessRequest(action, '*', keys);
  return evaluateAccess({ identity: [document], session: null }, request).extent === 'all';
}

function readTrust(policy: JsonObject): Trust | string {
  const statements = [policy['Statement'] ?? []].flat().filter(isJsonObject);
  const reading = readPolicyDocument({
    ...policy,
    Statement: statements.map(({ Principal: _, ...statement }) => ({ ...statement, Resource: '*' })),
  });
  if (!reading.ok) return reading.problem;
  const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
  return {
    document: reading.document,
    principals: [...new Set(allowed.flatMap(({ Principal }) => principalsOf(Principal)))],
    externalIds: allowed.flatMap(({ Condition }) => externalIdsOf(Condition)),
  };
}

function principalsOf(principal: unknown): readonly string[] {
  if (principal === '*') return ['*'];
  return isJsonObject(principal) ? [principal['AWS'] ?? []].flat().map(String) : [];
}

function externalIdsOf(condition: unknown): readonly string[] {
  if (!isJsonObject(condition)) return [];
  const keys = Object.values(condition)
    .filter(isJsonObject)
    .flatMap((block) => Object.entries(block));
  const named = keys.filter(([key]) => key.toLowerCase() === 'sts:externalid');
  return named.flatMap(([, value]) => [value ?? []].flat().map(String));
}

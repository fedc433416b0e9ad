import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, JsonValue } from '../../../lib/json.ts';
import type { RehearsalContext } from '../../../lib/rehearsal/proof.ts';
import {
  type Rehearsal,
  type RehearsedGrant,
  type RehearsedRequest,
  rehearse,
} from '../../../lib/rehearsal/rehearse.ts';
import { accessNote, type TestedSession, unmetAccess } from './test-access.ts';
import type { Expectation, TestCase } from './test-case.ts';
import { requestOf, rolePolicies, UnusableTest } from './test-request.ts';

/** What came of one test. `problems` is empty where it passed. */
export interface TestResult {
  readonly test: TestCase;
  readonly problems: readonly string[];
  readonly notes: readonly string[];
  /** `allowed`, the reason of the refusal, or null where the test could not be run. */
  readonly outcome: string | null;
  /** null where the test could not be run. */
  readonly rehearsal: Rehearsal | null;
}

/** Runs one test against a configuration. Never throws for what a test says. */
export async function runTest(directory: string, test: TestCase, context: RehearsalContext): Promise<TestResult> {
  try {
    const request = requestOf(directory, test);
    const rehearsal = await rehearse(request, context);
    const outcome = rehearsal.outcome.ok ? 'allowed' : rehearsal.outcome.refusal.reason;
    const session = sessionOf(rehearsal, request, rolePolicies(directory, test));
    const problems = unmet(test.expect, rehearsal, session);
    const note = session === null ? null : accessNote(test.expect, session);
    return { test, problems, notes: note === null ? [] : [note], outcome, rehearsal };
  } catch (error) {
    if (!(error instanceof UnusableTest)) throw error;
    return { test, problems: [error.message], notes: [], outcome: null, rehearsal: null };
  }
}

function sessionOf(
  { outcome, time }: Rehearsal,
  { sourceIp }: RehearsedRequest,
  policies: readonly JsonObject[] | null,
): TestedSession | null {
  if (!outcome.ok || outcome.value.kind !== 'aws') return null;
  return { request: outcome.value.request, rolePolicies: policies, time, sourceIp };
}

/** Members of an expectation that speak of what is granted. */
const OF_GRANTS = ['rule', 'role', 'policy', 'tags', 'claims', 'can', 'cannot'] as const;

function unmet(expect: Expectation, { outcome, explanation, who }: Rehearsal, session: TestedSession | null) {
  const problems: string[] = [];
  const allowed = expect.allowed ?? (expect.reason === undefined || expect.reason === 'allowed');
  const principal = who?.principal.name;
  if (expect.principal !== undefined && principal !== expect.principal) {
    problems.push(`the principal is ${principal ?? 'nobody'}; expected ${expect.principal}`);
  }
  if (!outcome.ok) {
    const { reason, detail } = outcome.refusal;
    if (allowed)
      problems.push(`it is refused: ${reason}${detail === undefined ? '' : ` (${detail})`}; expected allowed`);
    else if (expect.reason !== undefined && expect.reason !== reason) {
      problems.push(`it is refused: ${reason}; expected ${expect.reason}`);
    }
    return problems;
  }
  if (!allowed) {
    const by = explanation?.decision.rule ?? null;
    problems.push(`it is allowed${by === null ? '' : ` by rule ${by}`}; expected ${expect.reason ?? 'a refusal'}`);
    return problems;
  }
  if (expect.rule !== undefined && explanation?.decision.rule !== expect.rule) {
    problems.push(`rule ${explanation?.decision.rule} allows it; expected rule ${expect.rule}`);
  }
  const ofAws = OF_GRANTS.filter((name) => expect[name] !== undefined && name !== 'rule' && name !== 'claims');
  if (session !== null) problems.push(...unmetSession(expect, session), ...unmetAccess(expect, session));
  else if (ofAws.length > 0) problems.push(`${ofAws.join(', ')}: the scope grants no AWS session`);
  return [...problems, ...unmetClaims(expect, outcome.value)];
}

function unmetSession({ role, policy, tags = {} }: Expectation, { request }: TestedSession): readonly string[] {
  const problems: string[] = [];
  if (role !== undefined && role !== request.roleArn) problems.push(`the role is ${request.roleArn}; expected ${role}`);
  const own: JsonValue = request.policy === null ? null : JSON.parse(request.policy);
  if (policy !== undefined && !isDeepStrictEqual(own, policy)) {
    problems.push(`the session policy is ${JSON.stringify(own)}; expected ${JSON.stringify(policy)}`);
  }
  for (const [key, value] of Object.entries(tags)) {
    const tag = request.tags.find((each) => each.key === key)?.value;
    if (tag !== value) problems.push(`the tag ${key} is ${tag ?? 'absent'}; expected ${value}`);
  }
  return problems;
}

function unmetClaims({ claims }: Expectation, grant: RehearsedGrant): readonly string[] {
  if (claims === undefined) return [];
  if (grant.kind !== 'broker-token') return ['claims: the scope grants no broker token'];
  return Object.entries(claims).flatMap(([name, value]) =>
    isDeepStrictEqual(grant.claims[name], value)
      ? []
      : [`the claim ${name} is ${JSON.stringify(grant.claims[name]) ?? 'absent'}; expected ${JSON.stringify(value)}`],
  );
}

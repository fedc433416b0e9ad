import type { JsonObject } from '../../../lib/json.ts';
import { type PolicyDocument, readPolicyDocument } from '../../../lib/policy/iam/document.ts';
import { type Access, evaluateAccess, readAccessRequest } from '../../../lib/policy/iam/evaluate.ts';
import { Malformed } from '../../../lib/policy/iam/malformed.ts';
import type { AssumeRole } from '../../../lib/ports/sessions.ts';
import { type EpochSeconds, toRfc3339 } from '../../../lib/time.ts';
import type { Expectation, WrittenAccess } from './test-case.ts';

/** What a session was made with, as far as a test knows. */
export interface TestedSession {
  readonly request: Omit<AssumeRole, 'externalId'>;
  /** null: the test says nothing of what the role may do. */
  readonly rolePolicies: readonly JsonObject[] | null;
  readonly time: EpochSeconds;
  readonly sourceIp: string | null;
}

/** What of `can` and `cannot` does not hold, in words. */
export function unmetAccess({ can = [], cannot = [] }: Expectation, session: TestedSession): readonly string[] {
  if (can.length === 0 && cannot.length === 0) return [];
  const { policy, policyArns } = session.request;
  if (policy === null && session.rolePolicies === null) {
    return ['can and cannot need something to look at: the scope has no policy, and the test no `rolePolicy`'];
  }
  if (policyArns.length > 0 && session.rolePolicies === null) {
    return ['the managed policies of the session are not known here: give `rolePolicy`, which limits it too'];
  }
  if (policyArns.length > 0 && can.length > 0) return ['can: the managed policies of the session are not known here'];
  try {
    // Managed policies of a session add to its inline one: without them that is no limit.
    const inline = policy === null || policyArns.length > 0 ? null : [documentOf(JSON.parse(policy), 'policy')];
    const identity = session.rolePolicies?.map((each) => documentOf(each, 'rolePolicy')) ?? null;
    const asked = (written: WrittenAccess) =>
      evaluateAccess({ identity, session: inline }, requestOf(written, session));
    return [
      ...can.flatMap((written) => told('can', written, asked(written), 'all')),
      ...cannot.flatMap((written) => told('cannot', written, asked(written), 'none')),
    ];
  } catch (error) {
    if (error instanceof Malformed) return [error.message];
    throw error;
  }
}

/** What a test that looks at the session's policy alone does not show. */
export const accessNote = ({ can = [], cannot = [] }: Expectation, { rolePolicies }: TestedSession): string | null =>
  rolePolicies === null && can.length + cannot.length > 0
    ? 'without `rolePolicy` only the session policy was looked at: the role itself may allow less'
    : null;

function documentOf(written: JsonObject, name: string): PolicyDocument {
  const reading = readPolicyDocument(written);
  if (reading.ok) return reading.document;
  throw new Malformed(`${name}: ${reading.problem}`);
}

function requestOf(written: WrittenAccess, session: TestedSession) {
  const { action, resource = '*', context = {} } = typeof written === 'string' ? readAccess(written) : written;
  return readAccessRequest(action, resource, { ...contextOf(resource, session), ...context });
}

function readAccess(text: string): Exclude<WrittenAccess, string> {
  const [, action, resource] = /^(\S+)(?: on (.+))?$/.exec(text) ?? [];
  if (action === undefined) throw new Malformed(`${text} is not written ACTION on RESOURCE`);
  return { action, resource };
}

/** The keys that AWS sets for every request of such a session, as far as they are known beforehand. */
function contextOf(resource: string, { request, time, sourceIp }: TestedSession): Record<string, string> {
  const [, partition = 'aws', , , account] = request.roleArn.split(':');
  const region = resource.split(':')[3] ?? '';
  const tags = request.tags.map(({ key, value }) => [`aws:PrincipalTag/${key}`, value]);
  return {
    'aws:CurrentTime': toRfc3339(time),
    'aws:EpochTime': String(time),
    'aws:TokenIssueTime': toRfc3339(time),
    'aws:SecureTransport': 'true',
    'aws:PrincipalArn': request.roleArn,
    'aws:PrincipalType': 'AssumedRole',
    ...(account === undefined ? {} : { 'aws:PrincipalAccount': account }),
    ...(request.sourceIdentity === null ? {} : { 'aws:SourceIdentity': request.sourceIdentity }),
    ...(sourceIp === null ? {} : { 'aws:SourceIp': sourceIp }),
    ...(region === '' || region.includes('*') || partition === '' ? {} : { 'aws:RequestedRegion': region }),
    ...Object.fromEntries(tags),
  };
}

const POLICIES = { identity: 'the role', session: 'the session policy' } as const;

function told(
  word: 'can' | 'cannot',
  written: WrittenAccess,
  { extent, because }: Access,
  wanted: Access['extent'],
): readonly string[] {
  if (extent === wanted) return [];
  const asked = typeof written === 'string' ? written : `${written.action} on ${written.resource ?? '*'}`;
  const extents = { all: 'it is allowed', some: 'only some of it is allowed', none: 'it is not allowed' };
  const why =
    because.effect === 'Allow'
      ? ''
      : because.effect === 'Deny'
        ? `: ${POLICIES[because.policy]} denies it in statement ${because.statement}`
        : `: ${POLICIES[because.policy]} does not allow ${extent === 'some' ? 'all of it' : 'it'}`;
  return [`${word} ${asked}: ${extents[extent]}${why}`];
}

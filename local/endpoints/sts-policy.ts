import { deflateRawSync } from 'node:zlib';
import { tagCharacters, tagsShare } from '../../lib/policy/packed-size.ts';
import { StsError, type Tag, validationError } from './sts-parameters.ts';

type Values = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

const malformed = (message: string): StsError => new StsError('MalformedPolicyDocument', 400, message);

const isStrings = (value: unknown): boolean =>
  typeof value === 'string' ||
  (Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string'));

function checkStatement(statement: unknown): void {
  if (!isMap(statement)) throw malformed('Syntax errors in policy.');
  const {
    Effect: effect,
    Action: action,
    NotAction: notAction,
    Resource: resource,
    NotResource: notResource,
  } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed('Invalid effect.');
  if (!isStrings(action ?? notAction)) throw malformed('Policy statement must contain actions.');
  if (!isStrings(resource ?? notResource)) throw malformed('Policy statement must contain resources.');
  if ('Principal' in statement) throw malformed('Policy document should not specify a principal.');
  if ('Condition' in statement && !isMap(statement['Condition'])) throw malformed('Syntax errors in policy.');
}

/** Refuses what IAM's grammar does not take. What the policy means is not looked at. */
export function checkPolicy(policy: string | null): void {
  if (policy === null) return;
  let document: unknown;
  try {
    document = JSON.parse(policy);
  } catch {
    throw malformed('Syntax errors in policy.');
  }
  if (!isMap(document) || !('Statement' in document)) throw malformed('Missing required field Statement.');
  const { Version: version, Statement: statement } = document;
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17')
    throw malformed('Invalid policy version.');
  const statements = Array.isArray(statement) ? statement : [statement];
  if (statements.length === 0) throw malformed('Missing required field Statement.');
  statements.forEach(checkStatement);
}

/**
 * Bytes of compressed policy and ARNs that count as 100 %, beside which tags count by their characters. AWS publishes
 * neither format nor limit: this is an estimate (ADR 68).
 */
const PACKED_LIMIT = 1_600;

/** Per cent of the packed limit that policy, ARNs and tags share; null where there are none. Throws from 101 % on. */
export function packedSize(policy: string | null, arns: readonly string[], tags: readonly Tag[]): number | null {
  if (policy === null && arns.length === 0 && tags.length === 0) return null;
  if ((policy?.length ?? 0) + arns.join('').length > 2048) {
    throw validationError('Session policies of more than 2048 characters in all cannot be passed.');
  }
  const packed = policy === null && arns.length === 0 ? 0 : deflateRawSync(JSON.stringify([policy, arns])).length;
  const size = Math.ceil((100 * packed) / PACKED_LIMIT) + tagsShare(tagCharacters(tags));
  if (size > 100) {
    const message = `Packed policy consumes ${size}% of allotted space, please use smaller policy.`;
    throw new StsError('PackedPolicyTooLarge', 400, message);
  }
  return size;
}

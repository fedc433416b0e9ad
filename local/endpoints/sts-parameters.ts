/** An error of the query API: `code` with its HTTP status. */
export class StsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.name = 'StsError';
    this.code = code;
    this.status = status;
  }
}

export interface Constraint {
  readonly min: number;
  readonly max: number;
  readonly pattern?: RegExp;
}

/** Shapes of the AWS STS API reference (2011-06-15). */
export const SHAPES = {
  RoleArn: { min: 20, max: 2048, pattern: /^[\t\n\r -~\u0085\u00A0-\uD7FF\uE000-\uFFFD]+$/ },
  PrincipalArn: { min: 20, max: 2048 },
  RoleSessionName: { min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ },
  SourceIdentity: { min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ },
  ExternalId: { min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/ },
  Policy: { min: 1, max: 2048, pattern: /^[\t\n\r -\u00FF]+$/ },
  WebIdentityToken: { min: 4, max: 20_000 },
  SAMLAssertion: { min: 4, max: 100_000 },
  PolicyArn: { min: 20, max: 2048 },
  TagKey: { min: 1, max: 128, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u },
  TagValue: { min: 0, max: 256, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u },
} as const satisfies Record<string, Constraint>;

const MAX_TAGS = 50;
const MAX_POLICY_ARNS = 10;

export const validationError = (message: string): StsError => new StsError('ValidationError', 400, message);

const lowerFirst = (name: string): string => `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`;

function check(name: string, value: string, { min, max, pattern }: Constraint): string {
  const failed = (rule: string): StsError =>
    validationError(
      `1 validation error detected: Value at '${lowerFirst(name)}' failed to satisfy constraint: Member must ${rule}`,
    );
  if (value.length < min) throw failed(`have length greater than or equal to ${min}`);
  if (value.length > max) throw failed(`have length less than or equal to ${max}`);
  if (pattern !== undefined && !pattern.test(value))
    throw failed(`satisfy regular expression pattern: ${pattern.source}`);
  return value;
}

type ShapeName = keyof typeof SHAPES;

export function optional(form: URLSearchParams, name: ShapeName): string | null {
  const value = form.get(name);
  return value === null ? null : check(name, value, SHAPES[name]);
}

export function required(form: URLSearchParams, name: ShapeName): string {
  const value = optional(form, name);
  if (value !== null) return value;
  const message = `1 validation error detected: Value null at '${lowerFirst(name)}' failed to satisfy constraint: Member must not be null`;
  throw validationError(message);
}

/** `Prefix.member.1…`, in order, as far as the numbers go on. */
function members(form: URLSearchParams, prefix: string, suffix: string): readonly string[] {
  const values: string[] = [];
  for (let index = 1; ; index += 1) {
    const value = form.get(`${prefix}.member.${index}${suffix}`);
    if (value === null) return values;
    values.push(value);
  }
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export function readTags(form: URLSearchParams): readonly Tag[] {
  const values = members(form, 'Tags', '.Value');
  const tags = members(form, 'Tags', '.Key').map((key, index) => ({
    key: check('tags.key', key, SHAPES.TagKey),
    value: check('tags.value', values[index] ?? '', SHAPES.TagValue),
  }));
  if (tags.length > MAX_TAGS) throw validationError(`At most ${MAX_TAGS} tags can be passed.`);
  const keys = new Set(tags.map(({ key }) => key.toLowerCase()));
  if (keys.size < tags.length) {
    throw new StsError(
      'InvalidParameterValue',
      400,
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    );
  }
  for (const key of members(form, 'TransitiveTagKeys', '')) {
    if (!keys.has(key.toLowerCase())) {
      throw new StsError(
        'InvalidParameterValue',
        400,
        'The specified transitive tag key must be included in the requested tags.',
      );
    }
  }
  return tags;
}

export function readPolicyArns(form: URLSearchParams): readonly string[] {
  const arns = members(form, 'PolicyArns', '.arn').map((arn) => check('policyArns.arn', arn, SHAPES.PolicyArn));
  if (arns.length > MAX_POLICY_ARNS)
    throw validationError(`At most ${MAX_POLICY_ARNS} managed policies can be passed.`);
  return arns;
}

/** 900 s to 12 h; an hour where a role's session assumes the role (role chaining). */
export function readDuration(form: URLSearchParams, caller: 'role-session' | 'other'): number {
  const text = form.get('DurationSeconds') ?? '3600';
  const duration = /^[0-9]{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(duration >= 900 && duration <= 43_200)) {
    const message =
      "1 validation error detected: Value at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200";
    throw validationError(message);
  }
  if (caller === 'role-session' && duration > 3600) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  return duration;
}

import * as z from 'zod';
import type { AwsSessionGrant } from '../../policy/grants/aws-session.ts';
import type { Report } from '../problem.ts';
import { duration, toSeconds } from '../schema/values.ts';
import { normalizeRole, roleFields } from './aws-role.ts';
import type { WrittenGrantKind } from './written-grant.ts';

const MAX_TAGS = 50;
/** token-broker:issuance, token-broker:scope and token-broker:actor. */
const OWN_TAGS = 3;
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const tagValue = z.union([z.string(), z.number(), z.boolean()]);

/** sts:AssumeRole by the broker; at most an hour, because one role assumes another (role chaining). */
export const awsSessionSchema = z.strictObject({
  type: z.literal('aws-session'),
  ...roleFields,
  externalId: z
    .string()
    .regex(/^[\w+=,.@:/-]{2,1224}$/, 'must be 2 to 1224 of A-Z a-z 0-9 _ + = , . @ : / -')
    .optional(),
  duration: duration(900, 3600).optional(),
  maxDuration: duration(900, 3600).optional(),
  tags: z.record(z.string(), tagValue).optional(),
  sourceIdentity: z.enum(['required', 'off'], 'must be required or off').optional(),
  effective: duration(60, 3600).optional(),
  network: z.enum(['pinned', 'any'], 'must be pinned or any').optional(),
});

export const awsSession: WrittenGrantKind<z.infer<typeof awsSessionSchema>, AwsSessionGrant> = {
  normalize: (written, _deployment, report) => ({
    type: 'aws-session',
    ...normalizeRole(written, report),
    externalId: written.externalId ?? null,
    tags: normalizeTags(written.tags ?? {}, report),
    sourceIdentity: written.sourceIdentity ?? 'required',
    ...(written.effective === undefined ? {} : { effective: toSeconds(written.effective) }),
    ...(written.network === 'pinned' ? { network: 'pinned' as const } : {}),
  }),
  demand: () => null,
};

/**
 * Session tags of AWS STS: 1 to 128 characters of name; names differ by more than case. What values take is the
 * template compiler's business.
 */
function normalizeTags(
  written: Readonly<Record<string, string | number | boolean>>,
  report: Report,
): Readonly<Record<string, string>> {
  const names = Object.keys(written);
  if (names.length > MAX_TAGS - OWN_TAGS) report(['tags'], `has more than ${MAX_TAGS - OWN_TAGS} tags`);
  const seen = new Set<string>();
  for (const name of names) {
    const problem = tagProblem(name);
    if (problem !== null) report(['tags', name], problem);
    if (seen.has(name.toLowerCase())) report(['tags', name], 'differs from another tag by case only');
    seen.add(name.toLowerCase());
  }
  return Object.fromEntries(Object.entries(written).map(([name, value]) => [name, String(value)]));
}

function tagProblem(name: string): string | null {
  const lower = name.toLowerCase();
  if (lower.startsWith('token-broker:')) return 'names that begin with token-broker: are set by the broker';
  if (lower.startsWith('aws:')) return 'names that begin with aws: are reserved by AWS';
  if (name.length === 0 || name.length > 128 || !TAG_TEXT.test(name)) return 'is not the name of a session tag';
  return null;
}

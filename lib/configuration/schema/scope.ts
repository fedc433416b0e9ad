import * as z from 'zod';
import { grantSchema } from '../grants/kinds.ts';
import { conditions, documentName, duration, oneOrMore, scopeName, window } from './values.ts';

const parties = {
  connection: oneOrMore(documentName).optional(),
  client: oneOrMore(documentName).optional(),
  when: conditions.optional(),
};

/** `report`: it decides nothing, and what it would decide is recorded. */
const mode = z.enum(['enforce', 'report'], 'must be enforce or report').optional();

const plainRule = z.strictObject({ ...parties, actor: z.strictObject(parties).optional() });
const rule = plainRule.extend({ mode });

const limit = z
  .string('must be a count and a window such as 60/1h')
  .regex(/^[1-9][0-9]{0,8}\/[1-9][0-9]{0,8}[smhd]$/, 'must be a count and a window such as 60/1h');

/** DynamoDB is asked for all places at once: BatchGetItem takes 100 keys. */
const MOST_ALIVE = 100;
const alive = z
  .int('must be a whole number')
  .min(1, 'is at least 1; `enabled: false` closes a scope')
  .max(MOST_ALIVE, `is at most ${MOST_ALIVE}`);

const liveForEach = z
  .strictObject({ perPrincipal: alive.optional(), perActor: alive.optional(), total: alive.optional() })
  .refine((each) => Object.keys(each).length > 0, 'needs perPrincipal, perActor or total');

const parameterText = z.string().min(1, 'must not be empty').max(256, 'has more than 256 characters');

/** Which values a caller may give it: one of the first three says so. */
const parameter = z
  .strictObject({
    values: z.array(parameterText).min(1, 'must not be empty').optional(),
    pattern: parameterText.optional(),
    from: z.string().optional(),
    default: parameterText.optional(),
  })
  .refine(
    ({ values, pattern, from }) => [values, pattern, from].filter((one) => one !== undefined).length === 1,
    'takes exactly one of values, pattern and from',
  );

const parameters = z.record(
  z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, 'must be a letter, then up to 62 of A-Z a-z 0-9 _ -'),
  parameter,
);

const DAY_SECONDS = 86_400;

/** Somebody else has to say yes to each request: who may, and what a yes is good for. */
const approval = z.strictObject({
  from: z.array(plainRule).min(1, 'needs a rule: who may approve'),
  within: duration(1, DAY_SECONDS).optional(),
  uses: z.int('must be a whole number').min(1, 'is at least 1').max(100, 'is at most 100').optional(),
  for: duration(1, DAY_SECONDS).optional(),
  breakGlass: z.array(plainRule).min(1, 'needs a rule; without breakGlass nobody goes on at once').optional(),
  personClaims: z.array(z.string().min(1, 'must not be empty')).min(1, 'must not be empty').optional(),
});

/** Another issuance to the same subject has to come first; the longest wait is the longest window of a limit. */
const after = z.strictObject({ scope: scopeName, within: window(1, 31 * DAY_SECONDS) });

/** `scopes/*.yaml` as people write it. Only the built-in scope is without `grant`, which the normalization checks. */
export const scope = z
  .strictObject({
    scope: scopeName,
    description: z.string().max(1000, 'has more than 1000 characters').optional(),
    enabled: z.boolean().optional(),
    mode,
    allow: z.array(rule).min(1, 'needs a rule; `enabled: false` closes a scope'),
    deny: z.array(rule).optional(),
    requires: z
      .strictObject({ intent: z.boolean().optional(), approval: approval.optional(), after: after.optional() })
      .optional(),
    limits: z
      .strictObject({
        perPrincipal: limit.optional(),
        perActor: limit.optional(),
        total: limit.optional(),
        live: z.union([alive, liveForEach], 'must be a whole number from 1 to 100, or such numbers by name').optional(),
      })
      .optional(),
    parameters: parameters.optional(),
    grant: grantSchema.optional(),
  })
  .meta({ title: 'Scope', description: 'The unit of permission: scopes/*.yaml' });

export type WrittenScope = z.infer<typeof scope>;
export type WrittenApproval = z.infer<typeof approval>;
export type WrittenRule = z.infer<typeof rule>;
export type WrittenAfter = z.infer<typeof after>;
export type WrittenLimits = NonNullable<WrittenScope['limits']>;

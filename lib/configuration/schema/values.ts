/** Values that several kinds of configuration file share, as people write them. */
import * as z from 'zod';
import { parseDuration, type Seconds } from '../../time.ts';

/** Text of one line: no control characters, because names and labels end up in logs and tables. */
export const line = (max: number) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(max, `has more than ${max} characters`)
    .refine((text) => !/\p{Cc}/u.test(text), 'has a control character');

/** Names of connections and clients. */
export const documentName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be a lower-case letter, then up to 62 of a-z, 0-9 and -');

export const scopeName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9:._-]{0,127}$/, 'must be a letter, then up to 127 of A-Z a-z 0-9 : . _ -');

/** One value or a list of them; read with `toList`. */
export const oneOrMore = <T extends z.ZodType>(value: T) =>
  z.union([value, z.array(value).min(1, 'must not be empty')]);

export const toList = <T>(value: T | readonly T[] | undefined): readonly T[] => {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
};

/** `90s`, `15m`, `12h`, from `min` to `max` seconds; out of range is refused, never clamped. Read with `toSeconds`. */
export const duration = (min: number, max: number) =>
  z
    .string('must be a duration such as 90s, 15m or 12h')
    .regex(/^(0|[1-9][0-9]{0,8})[smh]$/, 'must be a duration such as 90s, 15m or 12h')
    .refine(
      (text) => {
        const length = parseDuration(text);
        return length === null || (length >= min && length <= max);
      },
      `must be ${spell(min)} to ${spell(max)}`,
    );

const spell = (length: number): string => {
  if (length !== 0 && length % 3600 === 0) return `${length / 3600}h`;
  return length !== 0 && length % 60 === 0 ? `${length / 60}m` : `${length}s`;
};

/** As `duration`, where days are natural: windows in which something is counted or has to have been. */
export const window = (min: number, max: number) =>
  z
    .string('must be a duration such as 15m, 12h or 1d')
    .regex(/^[1-9][0-9]{0,8}[smhd]$/, 'must be a duration such as 15m, 12h or 1d')
    .refine(
      (text) => {
        const length = parseDuration(text);
        return length === null || (length >= min && length <= max);
      },
      `must be ${spell(min)} to ${spell(max)}`,
    );

/** The length of a duration that the schema has accepted. */
export function toSeconds(text: string): Seconds {
  const length = parseDuration(text);
  if (length === null) throw new TypeError('a duration that the schema did not check');
  return length;
}

/** Unquoted numbers and booleans stand for their text, as IAM has it. */
const conditionValue = z.union([z.string(), z.number(), z.boolean()]);

/**
 * IAM condition syntax: operator -> key -> value or values. Operators and keys are checked by the compiler of
 * `lib/policy`.
 */
export const conditions = z.record(
  z.string(),
  z.record(z.string(), oneOrMore(conditionValue)),
  'must be conditions: operator, then key, then value',
);

export type WrittenConditions = z.infer<typeof conditions>;

/** A secret's name below `prefix`, in the characters that Secrets Manager takes. */
export const secretName = (prefix: string) =>
  z
    .string()
    .max(512, 'has more than 512 characters')
    .refine(
      (name) => !name.startsWith('arn:'),
      'is an ARN: write the name, which is all of it behind secret: but for the last dash and six characters',
    )
    .regex(/^[A-Za-z0-9/_+=.@-]+$/, 'has characters that a name in Secrets Manager cannot have')
    .refine((name) => name.startsWith(prefix) && name.length > prefix.length, `must begin with ${prefix}`);

const accountId = z.string('must be twelve digits in quotes').regex(/^[0-9]{12}$/, 'must be twelve digits in quotes');

/** Ids of AWS accounts. */
export const accountIds = z.array(accountId).min(1, 'must not be empty');

export function lowerCaseGuid(whose: string) {
  return z
    .string()
    .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, `must be the id of ${whose}: a lower-case GUID`);
}

/** The id of a tenant of Microsoft Entra ID. */
export const tenantId = lowerCaseGuid('the tenant');

export const jwsAlgorithm = z.enum(
  ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
  'must be a signature algorithm with a public key: RS*, PS*, ES* or EdDSA; never none or HS*',
);

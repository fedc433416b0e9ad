import type { Narrowing } from '../credential/grant.ts';
import { parseStrictJson } from '../identity/strict-json.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import { invalidParameter, type Parameters } from './parameters.ts';

/** Longest text of a policy or of authorization_details as sent; blanks of a policy are not what STS counts. */
const MOST_CHARACTERS = 10_240;
/** Longest policy without its blanks (AWS STS API Reference, AssumeRole, Policy). */
const MOST_POLICY_CHARACTERS = 2_048;
const MOST_PARAMETERS = 32;
/** The type of authorization_details that this broker has (RFC 9396 section 2). */
export const DETAILS_TYPE = 'token_broker';

/**
 * What a form narrows its request by (contract section 7): `policy`, an IAM policy document, or `authorization_details`
 * with one object of the type `token_broker`, its policy and its parameters (RFC 9396). null: nothing. Refuses with
 * `policy_too_large`, and with `parameter_invalid` or, of details, `authorization_details_invalid`: what is not strict
 * JSON (members given twice, nested beyond 32 levels) among it. The policy is read by the grant that it narrows.
 */
export function readNarrowing(form: Parameters): Outcome<Narrowing | null> {
  const details = readDetails(form.one('authorization_details'));
  if (!details.ok) return details;
  const policy = readPolicy(form.one('policy'), 'policy');
  if (!policy.ok) return policy;
  if (details.value === null) return accept(policy.value === null ? null : narrowing(policy.value, {}));
  if (policy.value === null) return details;
  return details.value.policy === null
    ? accept({ ...details.value, policy: policy.value })
    : invalidParameter('policy and authorization_details both have a policy.');
}

/** The document of a parameter that is a policy; null where it was not sent. Refuses as `readNarrowing` does. */
export function readPolicy(text: string | null, name: 'policy' | 'Policy'): Outcome<JsonObject | null> {
  if (text === null) return accept(null);
  if (text.length > MOST_CHARACTERS) return tooLarge(name, text.length, MOST_CHARACTERS);
  const document = parseStrictJson(Buffer.from(text), { maxBytes: BYTES });
  if (document === null) return invalidParameter(`${name} must be a JSON object, no member of which stands twice.`);
  return measured(document, name);
}

/** A character has at most three bytes for each UTF-16 code unit. */
const BYTES = 3 * MOST_CHARACTERS;

const measured = (policy: JsonObject, name: string): Outcome<JsonObject> => {
  const { length } = JSON.stringify(policy);
  return length > MOST_POLICY_CHARACTERS
    ? tooLarge(`${name} without its blanks`, length, MOST_POLICY_CHARACTERS)
    : accept(policy);
};

const tooLarge = (what: string, characters: number, most: number) =>
  refuse('policy_too_large', { detail: `${what} has ${characters} characters, of ${most} at most.` });

const narrowing = (policy: JsonObject | null, parameters: Narrowing['parameters']): Narrowing => ({
  policy,
  policyArns: [],
  parameters,
});

/** RFC 9396 section 5: its error code is one of its own. */
const invalidDetails = (detail: string) => refuse('authorization_details_invalid', { detail });

function readDetails(text: string | null): Outcome<Narrowing | null> {
  if (text === null) return accept(null);
  if (text.length > MOST_CHARACTERS) return tooLarge('authorization_details', text.length, MOST_CHARACTERS);
  // The strict reader takes objects; a second member would have come of a text that is more than one value.
  const wrapped = parseStrictJson(Buffer.from(`{"details":${text}}`), { maxBytes: BYTES });
  const details: JsonValue = wrapped?.['details'] ?? null;
  if (wrapped === null || Object.keys(wrapped).length > 1 || !Array.isArray(details)) {
    return invalidDetails('authorization_details must be a JSON array, no member of which stands twice.');
  }
  const [only, ...others]: readonly JsonValue[] = details;
  if (!isJsonObject(only) || others.length > 0 || only['type'] !== DETAILS_TYPE) {
    return invalidDetails(`authorization_details takes one object of the type ${DETAILS_TYPE}.`);
  }
  return readDetail(only);
}

function readDetail({ type: _type, policy = null, parameters = {}, ...others }: JsonObject): Outcome<Narrowing> {
  if (Object.keys(others).length > 0) {
    return invalidDetails('authorization_details has a member other than type, policy and parameters.');
  }
  if (policy !== null && !isJsonObject(policy))
    return invalidDetails('policy of authorization_details must be an object.');
  if (!isJsonObject(parameters)) return invalidDetails('parameters of authorization_details must be an object.');
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value]] : [],
  );
  if (given.length < Object.keys(parameters).length || given.length > MOST_PARAMETERS) {
    return invalidParameter(`parameters of authorization_details takes up to ${MOST_PARAMETERS} texts.`);
  }
  const whole = policy === null ? accept(null) : measured(policy, 'policy');
  return whole.ok ? accept(narrowing(whole.value, Object.fromEntries(given))) : whole;
}

import { accept, type Outcome } from '../outcome.ts';
import { invalidParameter, type Parameters } from './parameters.ts';

/**
 * Every parameter by which a caller asks for less than it would be given, in OAuth (RFC 6749 section 3.3, RFC 8693
 * section 2.1, RFC 8707 section 2, RFC 9396 section 2, RFC 9449 section 10), at AWS STS (AssumeRole…) and of this
 * broker's own. A list of the query protocol is named by its first part (`PolicyArns.member.1.arn`).
 */
const NARROWING_PARAMETERS = [
  'scope',
  'resource',
  'audience',
  'requested_token_type',
  'authorization_details',
  'dpop_jkt',
  'duration',
  'policy',
  'param',
  'parameters',
  'DurationSeconds',
  'Policy',
  'PolicyArns',
  'Tags',
  'TransitiveTagKeys',
] as const;

type NarrowingParameter = (typeof NARROWING_PARAMETERS)[number];

/**
 * Refuses a parameter that asks for less in a way that the route has no meaning for (parameter_invalid): ignored, it
 * would give more than was asked for. Every other unknown parameter is ignored (RFC 6749 section 3.2). `understood`:
 * what the route reads itself.
 */
export function refuseOtherNarrowing(parameters: Parameters, understood: readonly NarrowingParameter[]): Outcome<null> {
  const found = narrowingIn(parameters).find((name) => !understood.includes(name));
  if (found === undefined) return accept(null);
  return invalidParameter(`${found} asks for less than would be given, which this route cannot do: leave it out.`);
}

/** In the query of a route that reads its form alone (RFC 6749 section 3.2): there it would be ignored. */
export function refuseNarrowingInQuery(query: Parameters): Outcome<null> {
  const [found] = narrowingIn(query);
  return found === undefined ? accept(null) : invalidParameter(`${found} is read in the form: send it there.`);
}

/** Those that were given a value. */
const narrowingIn = (parameters: Parameters): readonly NarrowingParameter[] =>
  parameters
    .names()
    .filter((name) => parameters.one(name) !== null)
    .flatMap((name) => NARROWING_PARAMETERS.filter((each) => each === name.split('.')[0]));

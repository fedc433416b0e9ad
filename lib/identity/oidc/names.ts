import type { OidcConnection } from '../../configuration/documents/connections.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import { parseJsonPointer, valueAt } from '../../json-pointer.ts';
import { accept, Fault, type Outcome, PASSED, refuse } from '../../outcome.ts';
import { isName } from './jwt.ts';
import { claimType, publicText } from './public-text.ts';

/** Who the token is about, and the token's own name. */
export interface TokenNames {
  readonly subject: string;
  readonly tokenId: string | null;
}

/**
 * Reads `sub` (required) and the token's id: non-empty strings of at most 1,024 bytes without control characters. A
 * connection whose tokens are used once, or bound, needs the id. Refuses with `claims_invalid`. RFC 7519 sections 4.1.2
 * and 4.1.7.
 */
export function readNames(claims: JsonObject, connection: OidcConnection): Outcome<TokenNames> {
  const subject = claims['sub'];
  if (!isName(subject))
    return refuse('claims_invalid', { detail: `sub must be ${A_NAME}; it is ${shapeOf(subject)}.` });
  const idClaim = connection.tokenIdClaim;
  if (!Object.hasOwn(claims, idClaim)) {
    if (connection.reuse === 'allow') return accept({ subject, tokenId: null });
    return refuse('claims_invalid', {
      detail: `The token needs an id, which here is ${publicText(idClaim)}; it has none.`,
    });
  }
  const tokenId = claims[idClaim];
  if (!isName(tokenId)) {
    return refuse('claims_invalid', { detail: `The id of the token must be ${A_NAME}; it is ${shapeOf(tokenId)}.` });
  }
  return accept({ subject, tokenId });
}

const A_NAME = 'a non-empty string of at most 1024 bytes without control characters';

/** Never the text itself: a subject is not public. */
const shapeOf = (value: JsonValue | undefined): string =>
  typeof value === 'string' ? `a string of ${Buffer.byteLength(value)} bytes` : claimType(value);

const ROLE_ARN = /^arn:aws(?:-[a-z]+)*:iam::([0-9]{12}):role\/[!-~]+$/;

/**
 * Where the issuer's subjects are roles of AWS: the account in the ARN is the one that the token states beside it.
 * Refuses with `claims_invalid`.
 */
export function checkRoleAccount(claims: JsonObject, { connection, roleAccount }: OidcConnection): Outcome<true> {
  if (roleAccount === null) return PASSED;
  const pointer = parseJsonPointer(roleAccount);
  if (pointer === null) throw new Fault('configuration', `connection ${connection} has a malformed pointer`);
  const account = typeof claims['sub'] === 'string' ? ROLE_ARN.exec(claims['sub'])?.[1] : undefined;
  if (account !== undefined && valueAt(claims, pointer) === account) return PASSED;
  return refuse('claims_invalid', { detail: 'sub must be the ARN of a role of the account that the token states.' });
}

import type { OidcConnection } from '../../configuration/documents.ts';
import { isJsonObject, type JsonObject } from '../../json.ts';
import { accept, type Outcome, refuse } from '../../outcome.ts';

/**
 * Longest subject and token id, in UTF-8 bytes: they are parts of storage keys, of which DynamoDB takes 2,048 bytes.
 */
const MAX_NAME_BYTES = 1_024;

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
  if (!isName(subject)) return refuse('claims_invalid', { detail: `sub must be ${A_NAME}.` });
  const idClaim = connection.tokenIdClaim;
  if (!Object.hasOwn(claims, idClaim)) {
    if (connection.reuse === 'allow') return accept({ subject, tokenId: null });
    return refuse('claims_invalid', { detail: 'The token needs an id (jti, or what its issuer has instead).' });
  }
  const tokenId = claims[idClaim];
  if (!isName(tokenId)) return refuse('claims_invalid', { detail: `The id of the token must be ${A_NAME}.` });
  return accept({ subject, tokenId });
}

const A_NAME = 'a non-empty string of at most 1024 bytes without control characters';

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= MAX_NAME_BYTES && !/\p{Cc}/u.test(value);

const ROLE_ARN = /^arn:aws(?:-[a-z]+)*:iam::([0-9]{12}):role\/[!-~]+$/;
const AWS_NAMESPACE = 'https://sts.amazonaws.com/';

/**
 * A token of sts:GetWebIdentityToken names a role, and the account in the role's ARN is the one that AWS states beside
 * it. Refuses with `claims_invalid`; other presets have nothing to agree.
 */
export function checkPresetAgreement(claims: JsonObject, connection: OidcConnection): Outcome<true> {
  if (connection.preset !== 'aws-sts') return accept(true);
  const stated = claims[AWS_NAMESPACE];
  const account = typeof claims['sub'] === 'string' ? ROLE_ARN.exec(claims['sub'])?.[1] : undefined;
  if (account !== undefined && isJsonObject(stated) && stated['aws_account'] === account) return accept(true);
  return refuse('claims_invalid', { detail: 'sub must be the ARN of a role of the account in aws_account.' });
}

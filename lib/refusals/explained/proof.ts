import type { proofRefusals } from '../proof.ts';
import type { Explanations } from './kinds.ts';

/** What brings about each refusal of `../proof.ts`, and what to change. */
export const proofExplanations: Explanations<typeof proofRefusals> = {
  token_malformed: {
    cause:
      'Not three canonical base64url parts, not UTF-8 JSON objects, a duplicate member, a number that is not finite, more than 32 levels, no `alg`; or an encrypted token.',
    fix: 'Send the token as the issuer made it, without quotes, blanks or a newline.',
  },
  token_too_large: {
    cause: 'A JWT of more than 20,000 characters.',
    fix: 'Ask the issuer for fewer claims.',
  },
  dpop_proof_missing: {
    cause:
      'A broker token with `cnf.jkt` was presented without the proof of its key, or a client with `dpop: required` asked for a broker token without one.',
    fix: 'Send a DPoP header (RFC 9449); at the API of the broker beside `Authorization: DPoP`. /sts takes none: use /v1/credentials.',
  },
  dpop_proof_invalid: {
    cause:
      'One of the checks of RFC 9449 section 4.3: type, algorithm, key, signature, method (htm), address (htu), time (iat, 60 s back and 10 s ahead), id (jti) or access token (ath). The description says which.',
    fix: 'Make a proof for each request, for this method and for the address under the issuer, with a clock that is right.',
  },
  dpop_proof_replayed: {
    cause: 'A proof with this jti of the same key was used within its minute.',
    fix: 'Make a proof for each request; a retry is another request.',
  },
  dpop_key_mismatch: {
    cause:
      'The token is bound to one key (`cnf.jkt`) and the proof is of another; or a token that is bound to none came as `Authorization: DPoP`.',
    fix: 'Sign with the key that the token was issued for.',
  },
  issuer_unknown: {
    cause: 'No connection has exactly this issuer (a final slash counts).',
    fix: 'Compare `iss` with the issuer of the connections, to the character; the log (`found`) has it.',
  },
  algorithm_not_allowed: {
    cause: '`alg` is none, an HMAC, or not listed in `algorithms` of the connection.',
    fix: 'Set the issuer to RS256 or ES256, or list the algorithm.',
  },
  header_not_allowed: {
    cause: '`crit`, `zip` or `b64` in the header, or a header member of the wrong type.',
    fix: 'Use a plain signed JWT.',
  },
  key_unknown: {
    cause:
      'No key of the key set has this `kid`, or none that has it is for the algorithm: type, curve, `alg`, `use` or `key_ops` say otherwise. The issuer was asked just now, or for this very `kid` within the last 30 seconds.',
    fix: 'Compare `kid` with the key set of the issuer; the log has the `kid`, and why a key of it was skipped.',
  },
  key_not_known_yet: {
    cause:
      'No key at hand has this `kid`, and the issuer was asked for another one less than 30 seconds ago: the key may be newer than that.',
    fix: 'Retry after Retry-After. An issuer should publish a key some minutes before it signs with it.',
  },
  key_unusable: {
    cause:
      'The issuer publishes a key of this `kid` that would be the one, and it is malformed, weak (RSA of less than 2,048 bits, CVE-2017-15361) or not public.',
    fix: 'The log says what was found. Have the issuer publish a good key.',
  },
  signature_invalid: {
    cause: 'The token was altered, cut off or signed by another key.',
    fix: 'Get a fresh token from the issuer.',
  },
  requirement_not_met: {
    cause: 'The token is genuine, and the `require` of its connection does not hold: another owner, tenant or project.',
    fix: 'Compare the claims with `require` of the connection; the log names the check under the request id.',
  },
  claims_invalid: {
    cause:
      '`iss`, `sub`, `aud`, `exp`, `nbf`, `iat`, `jti` or `azp` is missing where it is needed or is not what RFC 7519 says; a time is beyond year 9999; `exp` is before `nbf` or `iat`; a name is over 1,024 bytes or has control characters; the accounts of an AWS token disagree.',
    fix: 'See error_description for the claim.',
  },
  audience_mismatch: {
    cause:
      'A value of `aud` is not listed in `audience` of the connection. Every value must be. Of a broker token: its audience is not this broker, nor, in a token exchange, one in `audiences` of the client that authenticates.',
    fix: 'Ask the issuer for the audience that error_description names.',
  },
  authorized_party_mismatch: {
    cause:
      '`azp`, `appid`, `cid` or `client_id` is not listed in `authorizedParties` of the connection, or two of them disagree.',
    fix: 'List the client of the issuer in `authorizedParties`.',
  },
  proof_client_mismatch: {
    cause:
      'An ID-JAG is presented by another client than its client_id names, or by none that authenticated; or a broker token that was sent to a client comes with an actor_token of somebody else.',
    fix: 'Authenticate in the same request as the client that the ID-JAG was made for, under the name that it has here. Leave actor_token out where a resource server exchanges what it was sent: it acts itself.',
  },
  proof_key_mismatch: {
    cause:
      'The token of the identity provider is bound to a key (`cnf.jkt`, RFC 7800), and the request has no DPoP proof, or one of another key.',
    fix: 'Send a DPoP proof (RFC 9449) of the key that was proven to the identity provider, or get a token that is bound to none.',
  },
  type_mismatch: {
    cause:
      '`typ` is not listed in `types` of the connection (absent counts as JWT), or subject_token_type contradicts it.',
    fix: 'Add at+jwt to `types` for access tokens.',
  },
  expired: {
    cause: '`exp` is past, with the tolerance of the connection.',
    fix: 'Get a fresh one; check the clock that error_description names.',
  },
  not_yet_valid: {
    cause: '`nbf` or `iat` is in the future, with the tolerance of the connection.',
    fix: 'Check the clock of the issuer.',
  },
  too_old: {
    cause: '`iat` is further back than `maxTokenAge`.',
    fix: 'Get a fresh one.',
  },
  replayed: {
    cause:
      '`reuse: once` (again only if that issuance failed) or `reuse: bind` (again only for the same scope, duration and actor).',
    fix: 'Get a fresh proof for each use.',
  },
  revoked: {
    cause: 'The broker token, or one that it came of, was revoked (RFC 7009).',
    fix: 'Get a new one.',
  },
  exchange_chain_too_long: {
    cause: 'The broker token came of three exchanges already.',
    fix: 'Exchange the first proof again.',
  },
  principal_invalid: {
    cause: 'The `principal` template of the connection needs a claim that is missing or not a plain string.',
    fix: 'Correct `principal` of the connection.',
  },
};

import { GRANT_TYPE, TOKEN_TYPE } from '../oauth-urns.ts';
import { accept, Fault, type Outcome } from '../outcome.ts';
import { type Attempt, assertionTimes, signAsBroker, signWithSecret } from './assertion.ts';
import type { ForwardedProof, StepGrant } from './downstream-request.ts';

type Parameters = Readonly<Record<string, string>>;
export type FormGrant = Exclude<StepGrant, { provider: 'github-app' }>;

/** The parameters of a token request without its client authentication. Refuses with `downstream_key_unusable`. */
export async function tokenParameters(attempt: Attempt, grant: FormGrant): Promise<Outcome<Parameters>> {
  switch (grant.provider) {
    // RFC 6749 section 4.4.2.
    case 'client-credentials':
      return accept({ grant_type: 'client_credentials', ...targets(attempt) });
    case 'token-exchange':
      return accept(await exchangeParameters(attempt, grant));
    case 'jwt-bearer':
      return bearerParameters(attempt, grant);
    case 'redemption':
      return accept(redemptionParameters(attempt));
  }
}

/**
 * `scope` (RFC 6749 section 3.3), `audience` (RFC 8693 section 2.1), `resource` (RFC 8707 section 2): whichever the
 * grant has.
 */
function targets({ request: { grant, scope, audience } }: Attempt): Parameters {
  return {
    ...(scope === null ? {} : { scope }),
    ...(audience === null ? {} : { audience }),
    ...(grant.resource === null ? {} : { resource: grant.resource }),
  };
}

/**
 * RFC 8693 section 2.1. The subject token is the caller's own, or an assertion of the broker's for that server alone.
 */
async function exchangeParameters(
  attempt: Attempt,
  grant: Extract<FormGrant, { provider: 'token-exchange' }>,
): Promise<Parameters> {
  return {
    grant_type: GRANT_TYPE.tokenExchange,
    ...(await subjectToken(attempt, grant)),
    requested_token_type: grant.requestedTokenType ?? TOKEN_TYPE.access_token,
    ...targets(attempt),
  };
}

async function subjectToken(
  attempt: Attempt,
  grant: Extract<FormGrant, { provider: 'token-exchange' }>,
): Promise<Parameters> {
  if (grant.forward === 'assertion') {
    return { subject_token: await signAsBroker(attempt, grant.assertionAudience), subject_token_type: TOKEN_TYPE.jwt };
  }
  const proof = proofOf(attempt);
  return { subject_token: proof.token, subject_token_type: proof.tokenType };
}

function proofOf({ request: { proof } }: Attempt): ForwardedProof {
  if (proof === null) throw new Fault('bug', 'A proof is passed on, and there is none.');
  return proof;
}

/**
 * draft-ietf-oauth-identity-assertion-authz-grant section 4.4. What the ID-JAG is for is said again, for servers that
 * give nothing that is not asked for by name.
 */
function redemptionParameters(attempt: Attempt): Parameters {
  const { audience: _, ...asked } = targets(attempt);
  return { grant_type: GRANT_TYPE.jwtBearer, assertion: proofOf(attempt).token, ...asked };
}

/** RFC 7523 section 2.1. */
async function bearerParameters(
  attempt: Attempt,
  grant: Extract<FormGrant, { provider: 'jwt-bearer' }>,
): Promise<Outcome<Parameters>> {
  const assertion = await bearerAssertion(attempt, grant);
  if (!assertion.ok) return assertion;
  const { scope, ...others } = targets(attempt);
  return accept({
    grant_type: GRANT_TYPE.jwtBearer,
    assertion: assertion.value,
    ...(scope === undefined || grant.scopeIn === 'assertion' ? {} : { scope }),
    ...others,
  });
}

async function bearerAssertion(
  attempt: Attempt,
  grant: Extract<FormGrant, { provider: 'jwt-bearer' }>,
): Promise<Outcome<string>> {
  const { signer, assertionAudience, tokenEndpoint } = grant;
  if (signer.kind === 'broker') return accept(await signAsBroker(attempt, assertionAudience));
  const { subject, scope, endsBy } = attempt.request;
  const claims = {
    iss: signer.issuer,
    ...(subject === null ? {} : { sub: subject }),
    aud: assertionAudience ?? tokenEndpoint,
    ...(scope === null || grant.scopeIn === 'form' ? {} : { scope }),
    ...assertionTimes(attempt, endsBy),
  };
  const header = signer.keyId === null ? {} : { kid: signer.keyId };
  return signWithSecret(attempt, { secret: signer.secret, algorithm: signer.algorithm, header }, claims);
}

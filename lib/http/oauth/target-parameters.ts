import type { Grant, Scope } from '../../configuration/documents.ts';
import { BROKER_TOKEN_TYPE, TOKEN_TYPE } from '../../oauth-urns.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../outcome.ts';
import type { Parameters } from '../parameters.ts';

/** RFC 8707 section 2: `resource` is an absolute URI without a fragment. `audience` is any name (RFC 8693 section 2.1). */
export function readTargets(form: Parameters): Outcome<readonly string[]> {
  const resources = form.all('resource');
  if (!resources.every((resource) => URL.canParse(resource) && !resource.includes('#'))) {
    return refuse('target_mismatch', { detail: 'resource must be an absolute URI without a fragment.' });
  }
  return accept([...resources, ...form.all('audience')]);
}

/** Why a scope is not for the targets or the token type that were asked for; null: it is, or none was. */
export function refuseTarget(
  { grant }: Scope,
  targets: readonly string[],
  requestedType: string | null,
): Refusal | null {
  const own = targetsOf(grant);
  if (!targets.every((target) => own.includes(target))) return { reason: 'target_mismatch' };
  if (requestedType === null) return null;
  return typesOf(grant).includes(requestedType) ? null : { reason: 'requested_token_type_mismatch' };
}

function targetsOf(grant: Grant): readonly string[] {
  switch (grant.type) {
    case 'broker-token':
      return [grant.audience];
    case 'oauth-token':
      return [grant.audience, grant.resource].filter((target) => target !== null);
    case 'aws-session':
    case 'aws-federated':
      return [grant.roleArn];
  }
}

/** The `requested_token_type` values that a kind of grant answers to (RFC 8693 section 3). */
function typesOf(grant: Grant): readonly string[] {
  switch (grant.type) {
    case 'broker-token':
      return [TOKEN_TYPE.accessToken, TOKEN_TYPE.jwt];
    case 'oauth-token':
      return [TOKEN_TYPE.accessToken];
    case 'aws-session':
    case 'aws-federated':
      return [BROKER_TOKEN_TYPE.awsCredentials];
  }
}

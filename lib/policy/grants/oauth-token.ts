import type { OauthTokenGrant } from '../../configuration/documents/oauth-token-grant.ts';
import { TOKEN_TYPE } from '../../oauth-urns.ts';
import type { Template } from '../template.ts';
import { DOWNSTREAM_AUDIENCE, DOWNSTREAM_SCOPE, DOWNSTREAM_SUBJECT } from '../template-places.ts';
import type { GrantKind } from './grant-kind.ts';

export interface OauthTokenTemplates {
  readonly scope: Template | null;
  readonly audience: Template | null;
  readonly subject: Template | null;
}

/** A token of somebody else's authorization server, who alone says how long it lives. */
export const oauthToken: GrantKind<OauthTokenGrant, OauthTokenTemplates> = {
  routes: ['token-exchange', 'token'],
  tokenTypes: [TOKEN_TYPE.access_token],
  mintedBy: 'others',
  narrowedBy: 'nothing',
  targets: ({ audience, resource }) => [audience, resource].filter((target) => target !== null),
  principalArn: () => null,
  duration: () => null,
  together: () => false,
  compile: (grant, templates) => ({
    scope: templates.optional(grant.scope, ['scope'], DOWNSTREAM_SCOPE),
    audience: templates.optional(grant.audience, ['audience'], DOWNSTREAM_AUDIENCE),
    subject:
      grant.provider === 'jwt-bearer' ? templates.optional(grant.subject, ['subject'], DOWNSTREAM_SUBJECT) : null,
  }),
};

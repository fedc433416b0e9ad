import type { OauthTokenGrant } from '../documents.ts';
import { normalizeOauthTokenGrant } from '../normalize/oauth-token-grant.ts';
import type { WrittenOauthTokenGrant } from '../schema/oauth-token-grant.ts';
import type { WrittenGrantKind } from './written-grant.ts';

/** A token of somebody else's authorization server; its fields and presets are many, and have files of their own. */
export const oauthToken: WrittenGrantKind<WrittenOauthTokenGrant, OauthTokenGrant> = {
  normalize: normalizeOauthTokenGrant,
  demand: (grant) =>
    grant.provider !== 'token-exchange' || grant.forward !== 'proof'
      ? null
      : {
          unnamed: "forward: proof needs the caller's own token: name a connection",
          problem: (name, connection) =>
            name === 'broker' || connection?.reuse === 'allow'
              ? `forward: proof needs reuse: bind or once at the connection ${name}`
              : null,
        },
};

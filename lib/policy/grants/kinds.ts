import { awsFederated } from './aws-federated.ts';
import { awsSession } from './aws-session.ts';
import { brokerToken } from './broker-token.ts';
import type { GrantKind } from './grant-kind.ts';
import { oauthToken } from './oauth-token.ts';

const kinds = {
  'aws-session': awsSession,
  'aws-federated': awsFederated,
  'oauth-token': oauthToken,
  'broker-token': brokerToken,
};

export type GrantType = keyof typeof kinds;

type Kinds = typeof kinds;
type Documents = { readonly [T in GrantType]: Parameters<Kinds[T]['targets']>[0] };
type Templates = { readonly [T in GrantType]: ReturnType<Kinds[T]['compile']> };

/** What a scope hands out, as the configuration says it. */
export type Grant<T extends GrantType = GrantType> = Documents[T];
export type TemplatesOf<T extends GrantType> = Templates[T];

/** Every kind of grant, by its `type`. */
export const grantKinds: { readonly [T in GrantType]: GrantKind<Grant<T>, TemplatesOf<T>> } = kinds;

import * as z from 'zod';
import type { Grant, GrantType } from '../../policy/grants/kinds.ts';
import type { Report } from '../problem.ts';
import { oauthTokenGrant } from '../schema/oauth-token-grant.ts';
import type { Deployment } from '../web-address.ts';
import { awsFederated, awsFederatedSchema } from './aws-federated.ts';
import { awsSession, awsSessionSchema } from './aws-session.ts';
import { brokerToken, brokerTokenSchema } from './broker-token.ts';
import { oauthToken } from './oauth-token.ts';
import type { SourceDemand, WrittenGrantKind } from './written-grant.ts';

/** `grant` of a scope as people write it. */
export const grantSchema = z.discriminatedUnion(
  'type',
  [awsSessionSchema, awsFederatedSchema, oauthTokenGrant, brokerTokenSchema],
  'must be aws-session, aws-federated, oauth-token or broker-token',
);

export type WrittenGrant = z.infer<typeof grantSchema>;
type Written = { readonly [T in GrantType]: Extract<WrittenGrant, { readonly type: T }> };

const kinds: { readonly [T in GrantType]: WrittenGrantKind<Written[T], Grant<T>> } = {
  'aws-session': awsSession,
  'aws-federated': awsFederated,
  'oauth-token': oauthToken,
  'broker-token': brokerToken,
};

/** A grant with presets filled in and defaults written out. */
export const normalizeGrant = <T extends GrantType>(
  type: T,
  written: Written[T],
  deployment: Deployment,
  report: Report,
): Grant<T> => kinds[type].normalize(written, deployment, report);

/** What a grant demands of the connections that its rules admit; null: nothing. */
export const demandOf = <T extends GrantType>(type: T, grant: Grant<T>): SourceDemand | null =>
  kinds[type].demand(grant);

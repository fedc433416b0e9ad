import { awsFederatedGranter } from '../credential/aws-federated.ts';
import { awsSessionGranter } from '../credential/aws-session.ts';
import { brokerTokenGranter } from '../credential/broker-token.ts';
import type { Granters, Narrowing } from '../credential/grant.ts';
import { oauthTokenGranter } from '../credential/oauth-token.ts';
import type { DownstreamRequest } from '../downstream/downstream-request.ts';
import { clientFacts, readClient } from '../identity/client/registered-client.ts';
import type { Principal, Proof } from '../identity/principal.ts';
import {
  type Authenticated,
  type Authenticators,
  authenticate,
  type PresentedProofs,
  type VerifierContext,
} from '../issuance/authenticate.ts';
import { authorize, decisionInput } from '../issuance/authorize.ts';
import { isScopeName } from '../issuance/decide-scopes.ts';
import type { JsonObject } from '../json.ts';
import { accept, type Outcome, type Refusal, refuse } from '../outcome.ts';
import { type Explanation, explainDecision } from '../policy/explain.ts';
import { grantKinds } from '../policy/grants/kinds.ts';
import type { CompiledScope } from '../policy/scope.ts';
import type { AssumeRole, AwsSession, Sessions } from '../ports/sessions.ts';
import { type EpochSeconds, epochMilliseconds, type Seconds } from '../time.ts';
import { type RehearsalContext, type RehearsedProof, rehearsedPrincipal, timeOf } from './proof.ts';

/** A request as it might come. null: nothing of it, or what is usual. */
export interface RehearsedRequest {
  /** null: the client is the subject. */
  readonly subject: RehearsedProof | null;
  readonly actor: RehearsedProof | null;
  /** A client that authenticates. */
  readonly client: string | null;
  readonly scope: string;
  readonly time: EpochSeconds | null;
  readonly sourceIp: string | null;
  readonly intent: string | null;
  readonly duration: Seconds | null;
  readonly narrowing: Narrowing | null;
}

/** What the broker would ask for or hand out, by the kind of grant. */
export type RehearsedGrant =
  | { readonly kind: 'aws'; readonly request: Omit<AssumeRole, 'externalId'> }
  | { readonly kind: 'broker-token'; readonly claims: JsonObject }
  | { readonly kind: 'oauth-token'; readonly request: Pick<DownstreamRequest, 'scope' | 'audience' | 'subject'> };

/** What would come of it. Nothing was asked of anybody, counted, claimed or recorded. */
export interface Rehearsal {
  readonly time: EpochSeconds;
  readonly outcome: Outcome<RehearsedGrant>;
  /** null: nobody was authenticated. */
  readonly who: Authenticated | null;
  /** Rule by rule; null where nobody was authenticated, or there is no such scope. */
  readonly explanation: Explanation | null;
}

/** Outside of a documentation range nobody is (RFC 5737). */
const NOBODYS_ADDRESS = '192.0.2.1';
const ISSUANCE = 'iss_00000000000000000000000000';

/**
 * Runs one request by the code that requests run by: authentication but for signatures and secrets, decision, target,
 * intent, duration, templates, session policy, tags. Limits, single use and what others answer are not rehearsed.
 */
export async function rehearse(request: RehearsedRequest, context: RehearsalContext): Promise<Rehearsal> {
  const { configuration, signal } = context;
  const time = request.time ?? (request.subject === null ? null : timeOf(request.subject)) ?? context.now;
  const sourceIp = request.sourceIp ?? recordedAddress(request.subject) ?? NOBODYS_ADDRESS;
  const scope = isScopeName(request.scope) ? await configuration.scope(request.scope, signal) : null;
  const proofs = await presented(request, context);
  const who = await authenticate(authenticators(request, context, time), proofs, { configuration, signal, sourceIp });
  if (!who.ok) return { time, outcome: who, who: null, explanation: null };
  const asked = { requestedDuration: request.duration, caller: { sourceIp } };
  const { granters, granted } = capturing(context.issuer);
  const authorization = await authorize(
    { clock: { now: () => epochMilliseconds(time * 1000) }, granters },
    {
      ...{ ...asked, proofs, scopes: [request.scope], intent: request.intent, narrowing: request.narrowing },
      route: routeOf(scope),
      target: { names: [], tokenType: null, principalArn: null },
    },
    who.value,
    { id: ISSUANCE, configuration, signal },
  );
  const explanation = scope === null ? null : explainDecision(scope, decisionInput(asked, who.value, [scope], time));
  if (!authorization.ok) return { time, outcome: authorization, who: who.value, explanation };
  const { approval } = authorization.value;
  if (approval !== null && !approval.goesOn) {
    return { time, outcome: refuse('authorization_pending'), who: who.value, explanation };
  }
  await authorization.value.prepared.mint(signal);
  return { time, outcome: granted(), who: who.value, explanation };
}

const recordedAddress = (proof: RehearsedProof | null): string | null =>
  proof?.kind === 'record' ? proof.record.request.sourceIp : null;

const routeOf = (scope: CompiledScope | null) =>
  grantKinds[scope?.grant.type ?? 'aws-session'].routes[0] ?? 'credentials';

/** Proofs whose text says only whose they are: `authenticators` knows the rest. */
async function presented(
  { subject, actor, client }: RehearsedRequest,
  context: RehearsalContext,
): Promise<PresentedProofs> {
  return {
    subject: subject === null ? 'client' : await asProof(subject, 'subject', context),
    actor: actor === null ? null : await asProof(actor, 'actor', context),
    client: client === null ? null : { method: 'none', client },
    publicClients: 'accept',
    sentToClient: 'accept',
  };
}

/** An assertion by its form, for grants that pass one on. */
const assertionOf = (role: 'subject' | 'actor'): string =>
  Buffer.from(`<Assertion ID="${role}"/>`).toString('base64url');

async function asProof(
  proof: RehearsedProof,
  role: 'subject' | 'actor',
  { configuration, signal }: RehearsalContext,
): Promise<Proof> {
  const connection = proof.kind === 'claims' ? await configuration.connection(proof.connection, signal) : null;
  const kind = proof.kind === 'record' ? proof.record.proof.kind : connection?.type;
  if (kind === 'saml') return { kind: 'saml', document: assertionOf(role), at: { kind: 'endpoint' } };
  return kind === 'aws-iam' ? { kind: 'aws-iam', envelope: role } : { kind: 'jwt', token: role, declared: 'jwt' };
}

function authenticators(
  { subject, actor }: RehearsedRequest,
  context: RehearsalContext,
  time: EpochSeconds,
): Authenticators {
  const verify = async (role: string, presented: Pick<VerifierContext, 'server'> = {}): Promise<Outcome<Principal>> => {
    const proof = role === 'actor' ? actor : subject;
    return proof === null ? refuse('proof_missing') : rehearsedPrincipal(proof, { ...context, ...presented }, time);
  };
  return {
    jwt: ({ token }, { server }) => verify(token, server === undefined ? {} : { server }),
    saml: ({ document }) => verify(document === assertionOf('actor') ? 'actor' : 'subject'),
    awsIam: (envelope) => verify(envelope),
    client: async (proof) => {
      const name = proof.client ?? '';
      const client = await readClient(name, context.configuration, context.signal);
      if (client === null) return refuse('client_authentication_failed', { detail: `There is no client ${name}.` });
      const evidence = { kind: 'client-secret', issuer: null, tokenId: null, sha256: null, expires: null } as const;
      return accept({ client: name, ...clientFacts(client), proof: evidence, reuse: null });
    },
  };
}

const NOT_ASKED: { readonly ok: false; readonly refusal: Refusal } = refuse('sts_unavailable');

/** The granters of the broker, whose world takes down what it is asked and answers nothing. */
function capturing(issuer: string): { readonly granters: Granters; readonly granted: () => Outcome<RehearsedGrant> } {
  let captured: RehearsedGrant | null = null;
  const take = (grant: RehearsedGrant): void => {
    captured = grant;
  };
  const federated = (request: {
    roleArn: string;
    duration: Seconds;
    policy: string | null;
    policyArns: readonly string[];
  }) =>
    take({
      kind: 'aws',
      request: { ...request, sessionName: ISSUANCE, tags: [], transitiveTagKeys: [], sourceIdentity: null },
    });
  const asked = async (): Promise<Outcome<AwsSession>> => NOT_ASKED;
  const sessions: Sessions = {
    assumeRole: ({ externalId: _secret, ...request }) => {
      take({ kind: 'aws', request });
      return asked();
    },
    assumeRoleWithWebIdentity: ({ token: _token, ...request }) => {
      federated(request);
      return asked();
    },
    assumeRoleWithSaml: ({ assertion: _assertion, principalArn: _provider, ...request }) => {
      federated(request);
      return asked();
    },
  };
  const signer = {
    sign: async (_type: string, claims: JsonObject) => {
      take({ kind: 'broker-token', claims });
      return '';
    },
  };
  const downstream = async () => ({
    atHand: async () => null,
    get: async ({ scope, audience, subject }: DownstreamRequest) => {
      take({ kind: 'oauth-token', request: { scope, audience, subject } });
      return NOT_ASKED;
    },
  });
  return {
    granters: {
      'aws-session': awsSessionGranter({ sessions, externalId: '' }),
      'aws-federated': awsFederatedGranter(sessions),
      'broker-token': brokerTokenGranter({ issuer, signer }),
      'oauth-token': oauthTokenGranter(downstream),
    },
    granted: () => (captured === null ? refuse('grant_not_available_here') : accept(captured)),
  };
}

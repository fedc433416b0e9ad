import type { Server } from '../identity/broker-token/broker-principal.ts';
import type {
  Actor,
  AuthenticatedClient,
  ClientProof,
  DpopProof,
  Principal,
  Proof,
  ProvenKey,
} from '../identity/principal.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Configuration } from '../ports/configuration.ts';

/**
 * What a request presents: its subject's proof, or the client as itself; an actor's beside it; the client that sends
 * it.
 */
export interface PresentedProofs {
  /**
   * `client`: the authenticated client is the subject (client credentials, Basic). A sign-in was verified when the
   * person came back.
   */
  readonly subject: Proof | 'client' | VerifiedSignIn;
  readonly actor: Proof | null;
  readonly client: ClientProof | null;
  /** A proof of possession of a key; absent: none came. */
  readonly dpop?: DpopProof;
  /**
   * Whether a broker token that was sent to the client that authenticates (its audience is one that the client is) is a
   * subject's proof: in a token exchange (RFC 8693), and nowhere else. Absent: it is none.
   */
  readonly sentToClient?: 'accept';
  /** False: a client that cannot authenticate itself (a public one) is no caller here. */
  readonly publicClients: 'refuse' | 'accept';
}

/**
 * A person who signed in at a connection and allowed this, by way of an authorization code that was looked up and fits
 * (`lib/sign-in/`).
 */
export interface VerifiedSignIn {
  readonly kind: 'sign-in';
  /** `reuse` is the code's own: it is claimed as every other proof is. */
  readonly principal: Principal;
  /**
   * The public client that it came through, which nothing authenticates: as it called itself, and as the file that
   * stands for its document is named.
   */
  readonly through: readonly string[];
}

/** What a verifier is told beside the proof. */
export interface VerifierContext {
  readonly configuration: Configuration;
  /** Whose audiences are those of a proof, beside this broker's own. */
  readonly server?: Server;
  readonly signal: AbortSignal;
}

export interface AuthenticationContext extends VerifierContext {
  /** Where the request came from, as API Gateway says. */
  readonly sourceIp: string;
}

/** One verifier a kind of proof. A kind that is missing is not accepted by this function. */
export interface Authenticators {
  dpop?(proof: DpopProof): Promise<Outcome<ProvenKey>>;
  jwt?(proof: Extract<Proof, { kind: 'jwt' }>, context: VerifierContext): Promise<Outcome<Principal>>;
  saml?(proof: Extract<Proof, { kind: 'saml' }>, context: VerifierContext): Promise<Outcome<Principal>>;
  awsIam?(envelope: string, context: AuthenticationContext): Promise<Outcome<Principal>>;
  client?(
    proof: ClientProof,
    publicClients: 'refuse' | 'accept',
    context: AuthenticationContext,
  ): Promise<Outcome<AuthenticatedClient>>;
}

/** Who is there: subject, actor and client are three things, each verified by itself. */
export interface Authenticated {
  readonly principal: Principal;
  readonly actor: Actor | null;
  readonly client: AuthenticatedClient | null;
  /** Public clients that it came through: no rule is told of them, revocations are. Absent: none. */
  readonly through?: readonly string[];
  /** The key that whoever asks has proven to have; absent: none. */
  readonly key?: ProvenKey;
  /** The subject's proof as it came, for grants that pass it on; null where the client is the subject. */
  readonly proof: Proof | null;
}

/**
 * Verifies the client first (RFC 6749 section 3.2.1), then the subject, the actor and the key (RFC 9449); the first
 * refusal is the answer. A token that is bound to a key is a proof with a proof of that key alone.
 */
export async function authenticate(
  authenticators: Authenticators,
  proofs: PresentedProofs,
  context: AuthenticationContext,
): Promise<Outcome<Authenticated>> {
  const who = await authenticateAll(authenticators, proofs, context);
  if (!who.ok) return who;
  const key = await proveKey(authenticators, proofs.dpop);
  if (!key.ok) return key;
  const { principal, actor } = who.value;
  const keys = [principal.boundTo, actor?.boundTo].filter((each) => each !== undefined);
  if (keys.some((each) => each !== key.value?.thumbprint)) return refuse('proof_key_mismatch');
  const bound = [principal.lineage?.boundTo, actor?.lineage?.boundTo].filter((each) => each != null);
  const proven = key.value;
  if (proven === null) return bound.length === 0 ? who : refuse('dpop_proof_missing');
  if (bound.some((each) => each !== proven.thumbprint)) return refuse('dpop_key_mismatch');
  return accept({ ...who.value, key: proven });
}

async function proveKey(
  authenticators: Authenticators,
  proof: DpopProof | undefined,
): Promise<Outcome<ProvenKey | null>> {
  if (proof === undefined) return accept(null);
  return authenticators.dpop?.(proof) ?? refuse('dpop_proof_invalid');
}

async function authenticateAll(
  authenticators: Authenticators,
  proofs: PresentedProofs,
  context: AuthenticationContext,
): Promise<Outcome<Authenticated>> {
  const client = await authenticateClient(authenticators, proofs, context);
  if (!client.ok) return client;
  if (proofs.subject === 'client') {
    if (client.value === null) return refuse('client_authentication_missing');
    return accept({ principal: asPrincipal(client.value), actor: null, client: client.value, proof: null });
  }
  if (proofs.subject.kind === 'sign-in') {
    // A public client is not authenticated (RFC 6749 section 2.1): nobody acts.
    const { principal, through } = proofs.subject;
    return accept({ principal, actor: null, client: client.value, through, proof: null });
  }
  const subjectContext = { ...context, ...serverOf(proofs, client.value) };
  const principal = await verifyFor(client.value, authenticators, proofs.subject, subjectContext);
  if (!principal.ok) return principal;
  const before = principal.value.lineage?.actors[0] ?? null;
  const actor = await authenticateActor(authenticators, proofs.actor, client.value, before, context);
  if (!actor.ok) return actor;
  const sentTo = principal.value.lineage?.sentTo;
  // Whoever was sent the token is seen in what comes of it: nobody else can stand in its place.
  if (sentTo !== undefined && actor.value?.client !== sentTo) {
    const detail =
      'The token was sent to the client that presents it: that client acts, and no other actor_token does.';
    return refuse('proof_client_mismatch', { detail });
  }
  return accept({ principal: principal.value, actor: actor.value, client: client.value, proof: proofs.subject });
}

/** A client that authenticated, where this request may bring what was sent to it. */
function serverOf(
  { sentToClient }: PresentedProofs,
  client: AuthenticatedClient | null,
): Pick<VerifierContext, 'server'> {
  if (sentToClient === undefined || client?.audiences === undefined) return {};
  return { server: { client: client.client, audiences: client.audiences } };
}

async function authenticateClient(
  authenticators: Authenticators,
  proofs: PresentedProofs,
  context: AuthenticationContext,
): Promise<Outcome<AuthenticatedClient | null>> {
  if (proofs.client === null) return accept(null);
  if (authenticators.client === undefined) return refuse('proof_type_unsupported');
  return authenticators.client(proofs.client, proofs.publicClients, context);
}

/** A proof that was made for one client is nothing in the hands of another, or of nobody. */
async function verifyFor(
  client: AuthenticatedClient | null,
  authenticators: Authenticators,
  proof: Proof,
  context: AuthenticationContext,
): Promise<Outcome<Principal>> {
  const verified = await verify(authenticators, proof, context);
  if (!verified.ok) return verified;
  const { forClient } = verified.value;
  return forClient === undefined || forClient.client === client?.client ? verified : refuse('proof_client_mismatch');
}

async function verify(
  authenticators: Authenticators,
  proof: Proof,
  context: AuthenticationContext,
): Promise<Outcome<Principal>> {
  switch (proof.kind) {
    case 'jwt':
      return authenticators.jwt?.(proof, context) ?? refuse('proof_type_unsupported');
    case 'saml':
      return authenticators.saml?.(proof, context) ?? refuse('proof_type_unsupported');
    case 'aws-iam':
      return authenticators.awsIam?.(proof.envelope, context) ?? refuse('proof_type_unsupported');
  }
}

/**
 * The actor is `actor_token`'s principal, else the authenticated client if there is one, else whom `act` of the
 * subject's broker token names, else nobody (contract section 2).
 */
async function authenticateActor(
  authenticators: Authenticators,
  proof: Proof | null,
  client: AuthenticatedClient | null,
  before: Actor | null,
  context: AuthenticationContext,
): Promise<Outcome<Actor | null>> {
  if (proof === null) return accept(client === null ? before : clientActor(client));
  const verified = await verifyFor(client, authenticators, proof, context);
  if (!verified.ok) return verified;
  const { source, subject, name, claims, proof: evidence, reuse, lineage, forClient, boundTo } = verified.value;
  return accept({
    via: 'actor-token',
    connection: source.kind === 'connection' ? source.name : null,
    client: source.kind === 'client' ? source.name : null,
    subject,
    name,
    claims,
    proof: evidence,
    reuse,
    lineage,
    ...(forClient === undefined ? {} : { forClient }),
    ...(boundTo === undefined ? {} : { boundTo }),
  });
}

function clientActor(client: AuthenticatedClient): Actor {
  return {
    via: 'client',
    connection: null,
    client: client.client,
    subject: client.client,
    name: client.client,
    claims: client.claims,
    proof: client.proof,
    // Claimed once, with the client itself.
    reuse: null,
    lineage: null,
  };
}

function asPrincipal(client: AuthenticatedClient): Principal {
  return {
    source: { kind: 'client', name: client.client },
    subject: client.client,
    name: client.client,
    claims: client.claims,
    proof: client.proof,
    reuse: null,
    record: [],
    mayAct: undefined,
    lineage: null,
  };
}

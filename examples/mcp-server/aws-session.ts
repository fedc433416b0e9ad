/** The token that the server was sent becomes an AWS session, with the server as the actor (RFC 8693). */
import { randomUUID } from 'node:crypto';
import { type CryptoKey, SignJWT } from 'jose';
import * as z from 'zod';

/** This server as a client of the broker. */
export interface BrokerClient {
  /** The broker's address, which is its issuer. */
  readonly issuer: string;
  readonly client: string;
  readonly key: CryptoKey;
  readonly keyId: string;
}

/** What one call needs, and no more. */
export interface Need {
  /** As it came from the caller. Secret. */
  readonly token: string;
  readonly scope: string;
  /** An IAM policy document: the session may do what this and the scope's own policy both allow. */
  readonly policy: object;
  /** Why, up to 256 characters; recorded, and read by whoever has to approve. */
  readonly intent: string;
}

/** The keys of a session. Secret. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** The broker said no; `reason` is one of its docs/refusals.md. `approvalUri`: where somebody may say yes. */
export class Refused extends Error {
  readonly reason: string;
  readonly approvalUri: string | null;

  constructor({ reason, error_description, approval_uri }: z.infer<typeof Refusal>) {
    super(error_description ?? reason);
    this.reason = reason;
    this.approvalUri = approval_uri ?? null;
  }
}

const Refusal = z.object({
  reason: z.string(),
  error_description: z.string().optional(),
  approval_uri: z.string().optional(),
});
const Answer = z.object({ access_token: z.string() });
const Document = z.object({ AccessKeyId: z.string(), SecretAccessKey: z.string(), SessionToken: z.string() });

const URN = 'urn:ietf:params:oauth';

/** Throws `Refused` where the broker refuses, and what `fetch` throws where it cannot be reached within ten seconds. */
export async function awsSession(broker: BrokerClient, need: Need): Promise<Session> {
  const response = await fetch(new URL('/oauth2/token', broker.issuer), {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: `${URN}:grant-type:token-exchange`,
      subject_token: need.token,
      subject_token_type: `${URN}:token-type:access_token`,
      client_assertion_type: `${URN}:client-assertion-type:jwt-bearer`,
      client_assertion: await assertion(broker),
      scope: need.scope,
      policy: JSON.stringify(need.policy),
      intent: need.intent,
    }),
    signal: AbortSignal.timeout(10_000),
  });
  const body: unknown = await response.json();
  if (!response.ok) throw new Refused(Refusal.parse(body));
  // An AWS session comes as the credential document in a string.
  const document = Document.parse(JSON.parse(Answer.parse(body).access_token));
  return {
    accessKeyId: document.AccessKeyId,
    secretAccessKey: document.SecretAccessKey,
    sessionToken: document.SessionToken,
  };
}

/** RFC 7523 section 2.2: good once, for a minute, for this broker. */
const assertion = ({ issuer, client, key, keyId }: BrokerClient): Promise<string> =>
  new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: keyId })
    .setIssuer(client)
    .setSubject(client)
    .setAudience(issuer)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(key);

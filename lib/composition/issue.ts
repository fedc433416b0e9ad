/**
 * What the functions that issue have alike. What is not on every request's way (client secrets, SAML, signed AWS
 * requests) is imported when it is first needed, so that it costs a cold start nothing.
 */

import { dynamoLedger } from '../aws/dynamodb/ledger-table.ts';
import { dynamoLimits } from '../aws/dynamodb/limits.ts';
import { dynamoReplays } from '../aws/dynamodb/replays.ts';
import { stsClient } from '../aws/sts/client.ts';
import { stsSessions } from '../aws/sts/sessions.ts';
import { awsFederatedGranter } from '../credential/aws-federated.ts';
import { awsSessionGranter } from '../credential/aws-session.ts';
import { systemRandom } from '../host/random.ts';
import { brokerPrincipal } from '../identity/broker-token/broker-principal.ts';
import { parseJwt } from '../identity/oidc/jwt.ts';
import { verifyJwt } from '../identity/oidc/verify-jwt.ts';
import type { Authenticators } from '../issuance/authenticate.ts';
import type { IssuePorts } from '../issue.ts';
import { countingReports } from '../ledger/count-reports.ts';
import { toEpochSeconds } from '../time.ts';
import { resources } from './resources.ts';
import { metricsOf } from './route.ts';

/**
 * The ports of the use case, with the granters for AWS: all that /v1/credentials has, and what /sts and the token
 * endpoint build on.
 */
export function issuePorts(): Omit<IssuePorts, 'granters'> & { granters: IssuePorts['granters'] } {
  const { settings, clock, configurations, revocations, dynamoDb, table } = resources();
  const state = { client: dynamoDb, table: table('state') };
  const sessions = stsSessions(stsClient(settings), clock);
  const ports = {
    clock,
    random: systemRandom,
    configurations,
    authenticators: liveAuthenticators(),
    replays: dynamoReplays({ ...state, clock }),
    limits: dynamoLimits({ ...state, random: systemRandom }),
    revocations,
    ledger: countingReports(
      dynamoLedger({ client: dynamoDb, table: table('ledger'), retention: settings.ledgerRetention }),
      metricsOf(settings),
    ),
    granters: {
      'aws-session': awsSessionGranter({ sessions, externalId: settings.externalId }),
      'aws-federated': awsFederatedGranter(sessions),
    },
  };
  const live = loadedOnce(async () => {
    const { dynamoLiveSlots } = await import('../aws/dynamodb/live-slots.ts');
    return dynamoLiveSlots({ ...state, clock, random: systemRandom });
  });
  const queries = loadedOnce(async () => {
    const { dynamoLedgerQueries } = await import('../aws/dynamodb/ledger-queries.ts');
    return dynamoLedgerQueries({ client: dynamoDb, table: table('ledger') });
  });
  const consent = loadedOnce(async () => (await import('./consent.ts')).liveConsent(ports));
  return {
    ...ports,
    live: { take: async (...asked) => (await live()).take(...asked) },
    queries: { list: async (...asked) => (await queries()).list(...asked) },
    consent: async (asked, signal) => (await consent())(asked, signal),
  };
}

const awsIamAuthenticator = loadedOnce(() => import('./aws-iam-authenticator.ts'));
const dpopVerifier = loadedOnce(() => import('../identity/dpop/verify-dpop.ts'));
const clientAuthenticator = loadedOnce(() => import('./client-authenticator.ts'));

/** An import for a module that is loaded already still costs a request more than its password check. */
function loadedOnce<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | null = null;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

/** The verifiers of /v1/credentials: JWTs of others and of this broker, signed AWS requests, clients. */
function liveAuthenticators(): Authenticators {
  const { settings, clock, keySets, ownKeys: own, revocations } = resources();
  const { issuer } = settings;
  const now = () => toEpochSeconds(clock.now());
  return {
    jwt: async ({ token, declared }, context) => {
      const verified = await verifyJwt(token, { ...context, keySets, now: now(), declaredType: declared });
      if (verified.ok || verified.refusal.reason !== 'issuer_unknown') return verified;
      const jwt = parseJwt(token);
      if (!jwt.ok) return jwt;
      return brokerPrincipal(jwt.value, declared, { ...context, issuer, ownKeys: own, revocations, now: now() });
    },
    awsIam: async (envelope, context) => {
      const { authenticateAwsIam } = await awsIamAuthenticator();
      return authenticateAwsIam(envelope, context);
    },
    dpop: async (proof) => {
      const { verifyDpop } = await dpopVerifier();
      return verifyDpop(proof, issuer, now());
    },
    client: async (proof, publicClients, context) => {
      const { authenticateClient } = await clientAuthenticator();
      return authenticateClient(proof, publicClients, context);
    },
  };
}

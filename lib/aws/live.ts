/**
 * Composition: which adapters each function gets. What is not on every request's way (client secrets, SAML, signed AWS requests) is imported when it is first needed, so
 * that it costs a cold start nothing.
 */
import { awsFederatedGranter } from '../credential/aws-federated.ts';
import { awsSessionGranter } from '../credential/aws-session.ts';
import { brokerPrincipal } from '../identity/broker-token/broker-principal.ts';
import { parseJwt } from '../identity/oidc/jwt.ts';
import { verifyJwt } from '../identity/oidc/verify-jwt.ts';
import type { AuthenticationContext, Authenticators } from '../issuance/authenticate.ts';
import type { IssuePorts } from '../issue.ts';
import type { Clock, Fetcher, KeySets, Log, Metrics, OwnKeys, Revocations, Secrets } from '../ports.ts';
import { toEpochSeconds } from '../time.ts';
import { dynamoDbClient, stsClient } from './clients.ts';
import { systemClock } from './clock.ts';
import { configurationReader } from './configuration-table.ts';
import { deadlines } from './deadline.ts';
import { httpFetcher } from './fetcher.ts';
import { liveKeySets } from './key-sets.ts';
import { dynamoLedger } from './ledger-table.ts';
import { dynamoLimits } from './limits.ts';
import { embeddedMetrics, jsonLog } from './log.ts';
import { ownKeys } from './own-keys.ts';
import { systemRandom } from './random.ts';
import { dynamoReplays } from './replays.ts';
import { dynamoRevocations } from './revocations.ts';
import { readSettings, type Settings } from './settings.ts';
import { stsSessions } from './sts.ts';
import { tableName } from './tables.ts';

/** Everything that several ports share, once in the life of a process. */
export interface World {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly dynamoDb: ReturnType<typeof dynamoDbClient>;
  readonly fetcher: Fetcher;
  readonly keySets: KeySets;
  readonly ownKeys: OwnKeys;
  readonly revocations: Revocations;
  /** Loaded with the Secrets Manager client when first needed. */
  secrets(): Promise<Secrets>;
  table(suffix: 'config' | 'ledger' | 'state' | 'keys'): string;
}

let made: World | null = null;

/** The one world of this process; made when first asked for. */
export function world(): World {
  made ??= makeWorld(readSettings());
  return made;
}

function makeWorld(settings: Settings): World {
  const dynamoDb = dynamoDbClient(settings);
  const table = (suffix: 'config' | 'ledger' | 'state' | 'keys') => tableName(settings.tablePrefix, suffix);
  const clock = systemClock;
  const fetcher = httpFetcher({ loopback: settings.loopback });
  let secrets: Promise<Secrets> | null = null;
  return {
    settings,
    clock,
    dynamoDb,
    fetcher,
    keySets: liveKeySets({ fetcher, clock, client: dynamoDb, table: table('keys') }),
    ownKeys: ownKeys({ client: dynamoDb, table: table('keys') }, clock),
    revocations: dynamoRevocations({ client: dynamoDb, table: table('state'), clock }),
    secrets: () => {
      secrets ??= import('./live-secrets.ts').then(({ liveSecrets }) => liveSecrets(settings, clock));
      return secrets;
    },
    table,
  };
}

export function liveRoutePorts(): {
  clock: Clock;
  log: Log;
  metrics: Metrics;
  deadline: (budgetMs: number) => AbortSignal;
} {
  return {
    clock: systemClock,
    log: jsonLog(systemClock),
    metrics: embeddedMetrics(systemClock),
    deadline: deadlines(),
  };
}

export function liveSettings(): Pick<Settings, 'issuer' | 'version' | 'build'> {
  const { issuer, version, build } = world().settings;
  return { issuer, version, build };
}

/** The ports of the use case, with the granters for AWS, as /v1/credentials and /sts have them. */
export function liveIssuePorts(): Omit<IssuePorts, 'granters'> & { granters: IssuePorts['granters'] } {
  const { settings, clock, dynamoDb, table } = world();
  const state = { client: dynamoDb, table: table('state') };
  const sessions = stsSessions(stsClient(settings), clock);
  return {
    clock,
    random: systemRandom,
    configurations: liveConfigurations(),
    authenticators: liveAuthenticators(),
    replays: dynamoReplays({ ...state, clock }),
    limits: dynamoLimits({ ...state, random: systemRandom }),
    ledger: dynamoLedger({ client: dynamoDb, table: table('ledger'), retention: settings.ledgerRetention }),
    granters: {
      'aws-session': awsSessionGranter({ sessions, externalId: settings.externalId }),
      'aws-federated': awsFederatedGranter(sessions),
    },
  };
}

export function liveConfigurations() {
  const { settings, clock, dynamoDb, table } = world();
  return configurationReader({ client: dynamoDb, table: table('config'), issuer: settings.issuer, clock });
}

/** The verifiers of /v1/credentials: JWTs of others and of this broker, signed AWS requests, clients. */
export function liveAuthenticators(): Authenticators {
  const { settings, clock, fetcher, keySets, ownKeys: own, revocations, secrets } = world();
  const { issuer, stsEndpoint } = settings;
  const now = () => toEpochSeconds(clock.now());
  return {
    jwt: async ({ token, declared }, context) => {
      const verified = await verifyJwt(token, { ...context, keySets, now: now(), declaredType: declared });
      if (verified.ok || verified.refusal.reason !== 'issuer_unknown') return verified;
      const jwt = parseJwt(token);
      if (!jwt.ok) return jwt;
      return brokerPrincipal(jwt.value, { issuer, ownKeys: own, revocations, now: now(), signal: context.signal });
    },
    awsIam: async (envelope, context) => {
      const { verifyAwsIam } = await import('../identity/aws-iam/verify-aws-iam.ts');
      return verifyAwsIam(envelope, { ...context, fetcher, stsEndpoint, now: now() });
    },
    client: async (proof, publicClients, context: AuthenticationContext) => {
      const { verifyClient } = await import('../identity/client/verify-client.ts');
      const client = { ...context, secrets: await secrets(), keySets, issuer, now: now() };
      return verifyClient(proof, publicClients, client);
    },
  };
}

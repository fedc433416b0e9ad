import { dynamoAuthorizationCodes } from '../aws/dynamodb/authorization-codes.ts';
import { dynamoDevices } from '../aws/dynamodb/devices.ts';
import { dynamoLimits } from '../aws/dynamodb/limits.ts';
import { dynamoReplays } from '../aws/dynamodb/replays.ts';
import { dynamoSignIns } from '../aws/dynamodb/sign-ins.ts';
import { systemRandom } from '../host/random.ts';
import { FailedAttempts, MOST_NAMES } from '../identity/failed-attempts.ts';
import type { AnswerPorts } from '../sign-in/answer-sign-in.ts';
import type { BeginPorts } from '../sign-in/begin-sign-in.ts';
import type { DecidePorts } from '../sign-in/decide-sign-in.ts';
import type { OidcAnswerPorts } from '../sign-in/oidc/answer-oidc-sign-in.ts';
import { oidcProviders } from '../sign-in/oidc/providers.ts';
import type { ClientDocuments, TrustPorts } from '../sign-in/trust-client.ts';
import { resources } from './resources.ts';
import { type LiveRoutePorts, routePorts } from './route.ts';
import { liveSaml, verifySaml } from './saml.ts';

/** The ports of the sign-in function. What redeems a code at an issuer is loaded when one comes. */
export function signInPorts(): LiveRoutePorts &
  BeginPorts &
  AnswerPorts &
  OidcAnswerPorts &
  DecidePorts &
  TrustPorts & {
    readonly wrongCodes: FailedAttempts;
  } {
  const { settings, clock, configurations, dynamoDb, fetcher, keySets, table } = resources();
  const { issuer, loopback } = settings;
  const state = { client: dynamoDb, table: table('state') };
  const { metadata, keys, context } = liveSaml();
  return {
    ...routePorts(),
    issuer,
    loopback,
    random: systemRandom,
    configurations,
    signIns: dynamoSignIns({ ...state, clock, random: systemRandom }),
    devices: dynamoDevices({ ...state, clock, random: systemRandom }),
    wrongCodes: new FailedAttempts(clock, {
      most: 10,
      names: MOST_NAMES,
      shared: { limits: dynamoLimits({ ...state, random: systemRandom }), kind: 'user code' },
    }),
    codes: dynamoAuthorizationCodes(state),
    replays: dynamoReplays({ ...state, clock }),
    metadata,
    keys,
    keySets,
    providers: oidcProviders({ fetcher, clock, loopback }),
    clientDocuments: lateClientDocuments(),
    redeem: async (...asked) => {
      const { liveRedeem } = await import('./sign-in-redeem.ts');
      return liveRedeem(...asked);
    },
    saml: async ({ document, at }, request) => verifySaml(document, at, context(request)),
  };
}

/** Loaded with the first program that comes by its document: one cache in the life of the process. */
function lateClientDocuments(): ClientDocuments {
  const { settings, clock, fetcher } = resources();
  let loaded: Promise<ClientDocuments> | null = null;
  const load = async (): Promise<ClientDocuments> => {
    const { fetchedClientDocuments } = await import('../sign-in/client-documents.ts');
    return fetchedClientDocuments({ fetcher, clock, loopback: settings.loopback });
  };
  return {
    read: async (clientId, signal) => {
      loaded ??= load();
      return (await loaded).read(clientId, signal);
    },
  };
}

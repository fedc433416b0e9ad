import { dynamoAuthorizationCodes } from '../aws/dynamodb/authorization-codes.ts';
import { dynamoReplays } from '../aws/dynamodb/replays.ts';
import { dynamoSignIns } from '../aws/dynamodb/sign-ins.ts';
import { systemRandom } from '../host/random.ts';
import type { AnswerPorts } from '../sign-in/answer-sign-in.ts';
import type { BeginPorts } from '../sign-in/begin-sign-in.ts';
import type { DecidePorts } from '../sign-in/decide-sign-in.ts';
import { resources } from './resources.ts';
import { type LiveRoutePorts, routePorts } from './route.ts';
import { liveSaml, verifySaml } from './saml.ts';

/** The ports of the sign-in function. All of its routes are about SAML, so nothing of it is loaded late. */
export function signInPorts(): LiveRoutePorts & BeginPorts & AnswerPorts & DecidePorts {
  const { settings, clock, configurations, dynamoDb, table } = resources();
  const { issuer, loopback } = settings;
  const state = { client: dynamoDb, table: table('state') };
  const { metadata, keys, context } = liveSaml();
  return {
    ...routePorts(),
    issuer,
    loopback,
    random: systemRandom,
    configurations,
    signIns: dynamoSignIns({ ...state, clock }),
    codes: dynamoAuthorizationCodes(state),
    replays: dynamoReplays({ ...state, clock }),
    metadata,
    keys,
    saml: async ({ document, at }, request) => verifySaml(document, at, context(request)),
  };
}

import type { AnswerPorts } from '../sign-in/answer.ts';
import type { BeginPorts } from '../sign-in/begin.ts';
import type { DecidePorts } from '../sign-in/decide.ts';
import { dynamoAuthorizationCodes } from './authorization-codes.ts';
import { liveSaml, verifySaml } from './live-saml.ts';
import { systemRandom } from './random.ts';
import { dynamoReplays } from './replays.ts';
import { dynamoSignIns } from './sign-ins.ts';
import { liveConfigurations, world } from './world.ts';

/** The ports of the sign-in function. All of its routes are about SAML, so nothing of it is loaded late. */
export function liveSignInPorts(): BeginPorts & AnswerPorts & DecidePorts {
  const { settings, clock, dynamoDb, table } = world();
  const { issuer, loopback } = settings;
  const state = { client: dynamoDb, table: table('state') };
  const { metadata, keys, context } = liveSaml();
  return {
    issuer,
    loopback,
    clock,
    random: systemRandom,
    configurations: liveConfigurations(),
    signIns: dynamoSignIns({ ...state, clock }),
    codes: dynamoAuthorizationCodes(state),
    replays: dynamoReplays({ ...state, clock }),
    metadata,
    keys,
    saml: async ({ document, at }, request) => verifySaml(document, at, context(request)),
  };
}

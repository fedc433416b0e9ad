import { dynamoAuthorizationCodes } from '../aws/dynamodb/authorization-codes.ts';
import { dynamoDevices } from '../aws/dynamodb/devices.ts';
import { tokenSigner } from '../aws/secrets-manager/token-signer.ts';
import { brokerTokenGranter } from '../credential/broker-token.ts';
import { oauthTokenGranter } from '../credential/oauth-token.ts';
import type { DownstreamTokens } from '../downstream/tokens.ts';
import type { Authenticators } from '../issuance/authenticate.ts';
import type { IssuePorts } from '../issue.ts';
import { refuse } from '../outcome.ts';
import type { CodePorts } from '../sign-in/issue-by-code.ts';
import { issuePorts } from './issue.ts';
import { resources } from './resources.ts';
import { type LiveRoutePorts, routePorts } from './route.ts';
import { samlAuthenticator } from './saml-authenticator.ts';

/** The ports of the token endpoint: what /v1/credentials has, and the broker's own tokens. */
export function tokenPorts(): LiveRoutePorts & IssuePorts & CodePorts {
  const { settings, secrets, dynamoDb, revocations, table } = resources();
  const { issuer, signingKeysSecret } = settings;
  const signer = tokenSigner(secrets, signingKeysSecret);
  const ports = issuePorts();
  let downstream: Promise<DownstreamTokens> | null = null;
  const authenticateClient: NonNullable<Authenticators['client']> = (proof, publicClients, context) => {
    // Most clients want a token signed: the ring is read beside their secret, not after it. Its failure is the signer's
    // to tell.
    if (signingKeysSecret !== null) {
      secrets()
        .then((read) => read.read(signingKeysSecret, context.signal))
        .catch(() => undefined);
    }
    const refused = Promise.resolve(refuse('proof_type_unsupported'));
    return ports.authenticators.client?.(proof, publicClients, context) ?? refused;
  };
  const loadDownstream = async (): Promise<DownstreamTokens> => {
    const { liveDownstreamTokens } = await import('./downstream.ts');
    return liveDownstreamTokens(resources(), await secrets(), signer);
  };
  return {
    ...routePorts(),
    ...ports,
    issuer,
    devices: dynamoDevices({ client: dynamoDb, table: table('state'), clock: ports.clock, random: ports.random }),
    codes: dynamoAuthorizationCodes({ client: dynamoDb, table: table('state') }),
    revocations,
    authenticators: { ...ports.authenticators, client: authenticateClient, saml: samlAuthenticator },
    granters: {
      ...ports.granters,
      'broker-token': brokerTokenGranter({ issuer, signer }),
      'oauth-token': oauthTokenGranter(() => {
        downstream ??= loadDownstream();
        return downstream;
      }),
    },
  };
}

import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import Provider, { errors, type GrantContext } from 'oidc-provider';
import { Adapter } from '../../../local/demo/adapter.ts';
import { type Endpoint, listenNear } from '../../../local/endpoints/server.ts';

/** What the identity provider knows: its client, and as whom that one is known at other servers. */
export interface IdJagIssuer {
  readonly client: { readonly client_id: string; readonly client_secret: string };
  /** That client's id at every other server. */
  readonly elsewhere: string;
}

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const TYPES = 'urn:ietf:params:oauth:token-type:';
/** In place of a sign-in: whoever is named by `login`. */
const LOGIN = 'urn:example:login';

type Handler = (context: GrantContext) => Promise<object>;

/** Whom the assertion is about. Of a SAML assertion the broker has checked the signature, so its form is all here. */
async function subjectOf(
  type: unknown,
  token: string,
  verify: (token: string) => Promise<string | undefined>,
): Promise<string> {
  const saml = type === `${TYPES}saml2` ? Buffer.from(token, 'base64url').toString() : '';
  const [, nameId] = /^<saml:Assertion [\s\S]*<saml:NameID[^>]*>([^<]+)</.exec(saml) ?? [];
  const subject = type === `${TYPES}id_token` ? await verify(token).catch(() => undefined) : nameId;
  if (subject === undefined) throw new errors.InvalidGrant('subject_token');
  return subject;
}

/**
 * An OpenID provider that others wrote (oidc-provider), on loopback, with the exchange of ID tokens for ID-JAGs of
 * draft-ietf-oauth-identity-assertion-authz-grant section 4.3 as an extension grant. Its policy: nobody called mallory.
 */
async function startIssuer({ client, elsewhere }: IdJagIssuer): Promise<Endpoint> {
  const server = createServer();
  const endpoint = await listenNear(server, 0);
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'idp-1', use: 'sig', alg: 'RS256' };
  const key = await importJWK(jwk as JWK, 'RS256');
  const provider = new Provider(endpoint.url, {
    adapter: Adapter,
    ttl: { IdToken: 600 },
    clients: [{ ...client, redirect_uris: [], response_types: [], grant_types: [EXCHANGE, LOGIN] }],
    jwks: { keys: [jwk] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    features: { devInteractions: { enabled: false } },
    extraTokenClaims: () => ({}),
  });

  const handlers: Readonly<Record<string, readonly [parameters: readonly string[], handler: Handler]>> = {
    [LOGIN]: [
      ['login'],
      async (context) => {
        const token = new provider.IdToken({ sub: String(context.oidc.params['login']) }, { ctx: context });
        token.scope = 'openid';
        return { id_token: await token.issue({ use: 'idtoken' }), token_type: 'N_A' };
      },
    ],
    [EXCHANGE]: [
      ['subject_token', 'subject_token_type', 'requested_token_type', 'audience', 'resource', 'scope'],
      async ({ oidc: { params, client: caller } }) => {
        const { subject_token, subject_token_type, requested_token_type, audience, resource, scope } = params;
        if (requested_token_type !== `${TYPES}id-jag`) throw new errors.InvalidRequest('not for an ID-JAG');
        const options = { issuer: endpoint.url, audience: caller.clientId };
        const verify = async (token: string) => (await jwtVerify(token, publicKey, options)).payload.sub;
        const subject = await subjectOf(subject_token_type, String(subject_token), verify);
        if (subject === 'mallory') throw new errors.AccessDenied('not for you');
        const jag = new SignJWT({ client_id: elsewhere, resource, scope })
          .setProtectedHeader({ alg: 'RS256', kid: 'idp-1', typ: 'oauth-id-jag+jwt' })
          .setIssuer(endpoint.url)
          .setSubject(subject)
          .setAudience(String(audience))
          .setJti(randomUUID())
          .setIssuedAt()
          .setExpirationTime('5m');
        const access_token = await jag.sign(key);
        return { access_token, issued_token_type: `${TYPES}id-jag`, token_type: 'N_A', scope, expires_in: 300 };
      },
    ],
  };
  for (const [grant, [parameters, handler]] of Object.entries(handlers)) {
    const answer = async (context: GrantContext): Promise<void> => {
      context.body = await handler(context);
    };
    provider.registerGrantType(grant, answer, parameters);
  }
  const provide = provider.callback();
  server.on('request', (request, response) => void provide(request, response));
  return endpoint;
}

process.once('message', (settings: IdJagIssuer) => {
  startIssuer(settings).then(
    ({ url }) => process.send?.(url),
    () => process.exit(1),
  );
});

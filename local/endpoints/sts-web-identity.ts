import { randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { StsError, validationError } from './sts-parameters.ts';
import type { Caller } from './sts-sessions.ts';
import type { Tree } from './sts-xml.ts';

/** AWS outbound identity federation: tokens that name the calling role to others. */
export interface TokenIssuer {
  issue(form: URLSearchParams, caller: Caller | null): Promise<Tree>;
  /** Discovery document or key set, or null where the path is neither. The issuer is this endpoint's own origin. */
  document(path: string, origin: string): Promise<object | null>;
}

const ALGORITHMS = { RS256: 'RSA_0', ES384: 'EC384_0' } as const;
type Algorithm = keyof typeof ALGORITHMS;

const isAlgorithm = (text: string | null): text is Algorithm => text !== null && text in ALGORITHMS;

interface Key {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

async function generate(algorithm: Algorithm): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return {
    privateKey,
    jwk: { ...(await exportJWK(publicKey)), kid: ALGORITHMS[algorithm], use: 'sig', alg: algorithm },
  };
}

/** `arn:aws:sts::1:assumed-role/web/session` -> the role's ARN, which is what `sub` holds. */
const roleArn = (arn: string): string =>
  arn.replace(/^arn:([a-z-]+):sts::([0-9]+):assumed-role\/([^/]+)\/.*$/, 'arn:$1:iam::$2:role/$3');

function readAudience(form: URLSearchParams): readonly string[] {
  const audience = [...form].filter(([name]) => /^Audience\.member\.[0-9]+$/.test(name)).map(([, value]) => value);
  if (audience.length < 1 || audience.length > 10) throw validationError('Audience must have 1 to 10 members.');
  return audience;
}

function readLifetime(form: URLSearchParams): number {
  const lifetime = Number(form.get('DurationSeconds') ?? 300);
  if (!Number.isInteger(lifetime) || lifetime < 60 || lifetime > 3600) {
    throw validationError('DurationSeconds must be 60 to 3600.');
  }
  return lifetime;
}

/**
 * Keys are made on first use: most runs need none. The origin of the issuer is that of the first document that was
 * asked for.
 */
export function tokenIssuer(): TokenIssuer {
  const keys = new Map<Algorithm, Promise<Key>>();
  const keyOf = (algorithm: Algorithm): Promise<Key> => {
    const key = keys.get(algorithm) ?? generate(algorithm);
    keys.set(algorithm, key);
    return key;
  };
  let issuer = '';
  return {
    async issue(form, caller) {
      if (caller === null)
        throw new StsError('MissingAuthenticationToken', 403, 'Request is missing Authentication Token');
      const algorithm = form.get('SigningAlgorithm');
      if (!isAlgorithm(algorithm)) throw validationError('SigningAlgorithm must be RS256 or ES384.');
      const lifetime = readLifetime(form);
      const issued = Math.floor(Date.now() / 1000);
      const token = await new SignJWT({
        'https://sts.amazonaws.com/': { aws_account: caller.account, source_region: 'us-east-1' },
      })
        .setProtectedHeader({ alg: algorithm, kid: ALGORITHMS[algorithm], typ: 'JWT' })
        .setIssuer(issuer)
        .setSubject(roleArn(caller.arn))
        .setAudience([...readAudience(form)])
        .setIssuedAt(issued)
        .setExpirationTime(issued + lifetime)
        .setJti(randomUUID())
        .sign((await keyOf(algorithm)).privateKey);
      return { WebIdentityToken: token, Expiration: new Date((issued + lifetime) * 1000).toISOString() };
    },
    async document(path, origin) {
      if (issuer === '') issuer = origin;
      if (path === '/.well-known/openid-configuration') {
        return {
          issuer,
          jwks_uri: `${issuer}/.well-known/jwks.json`,
          id_token_signing_alg_values_supported: Object.keys(ALGORITHMS),
        };
      }
      if (path !== '/.well-known/jwks.json') return null;
      return { keys: (await Promise.all([keyOf('RS256'), keyOf('ES384')])).map(({ jwk }) => jwk) };
    },
  };
}

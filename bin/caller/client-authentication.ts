import { JWT_CLIENT_ASSERTION } from '../../lib/oauth-urns.ts';
import type { Presented } from './proofs/proof.ts';

type ByKey = Extract<Presented, { kind: 'client-key' }>;

/** RFC 7523 section 3, RFC 9700 section 4.10.1: for this issuer alone, one minute, once. */
export async function addAssertion(form: URLSearchParams, broker: string, { client, key }: ByKey): Promise<void> {
  const { SignJWT } = await import('jose');
  const alg = key.asymmetricKeyType === 'rsa' ? 'RS256' : key.asymmetricKeyType === 'ec' ? ecAlgorithm(key) : 'EdDSA';
  const assertion = await new SignJWT({ jti: crypto.randomUUID() })
    .setProtectedHeader({ alg, typ: 'JWT' })
    .setIssuer(client)
    .setSubject(client)
    .setAudience(broker)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(key);
  form.set('client_id', client);
  form.set('client_assertion_type', JWT_CLIENT_ASSERTION);
  form.set('client_assertion', assertion);
}

const ecAlgorithm = (key: { readonly asymmetricKeyDetails?: { readonly namedCurve?: string } | undefined }) =>
  key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'ES384' : 'ES256';

/** RFC 6749 section 2.3.1: both halves are form-encoded before they are joined. */
export const basic = ({ client, secret }: { readonly client: string; readonly secret: string }): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(client)}:${encodeURIComponent(secret)}`).toString('base64')}`;

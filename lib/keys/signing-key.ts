import { exportJWK, generateKeyPair } from 'jose';
import type { JsonObject } from '../json.ts';
import type { Random } from '../ports/host.ts';
import type { SigningAlgorithm } from '../ports/keys.ts';

/** A fresh private JWK for signatures: P-256, Ed25519 or RSA of 2,048 bits, from the operating system's generator. */
export async function makeSigningKey(algorithm: SigningAlgorithm, random: Random): Promise<JsonObject> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true, modulusLength: 2048 });
  const jwk = JSON.parse(JSON.stringify(await exportJWK(privateKey)));
  const kid = Buffer.from(random.bytes(12)).toString('base64url');
  return { ...jwk, kid, alg: algorithm, use: 'sig' };
}

import * as z from 'zod';
import { jwsAlgorithm, line, type secretName } from './values.ts';

/**
 * How the broker authenticates as a client of another authorization server (RFC 6749 section 2.3, RFC 7523), with
 * secrets of that kind of name. Which of them go together depends on `authentication`.
 */
export const clientFields = (secret: ReturnType<typeof secretName>) => ({
  clientSecret: secret.optional(),
  privateKey: secret.optional(),
  authentication: z
    .enum(
      ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'aws-web-identity'],
      'must be client_secret_basic, client_secret_post, private_key_jwt or aws-web-identity',
    )
    .optional(),
  assertionAudience: line(1000).optional(),
  keyId: line(256).optional(),
  algorithm: jwsAlgorithm.optional(),
});

import * as z from 'zod';
import { documentName, duration, line, secretName } from './values.ts';

/** `clients/*.yaml` as people write it: an OAuth client of the broker. */
export const client = z
  .strictObject({
    client: documentName,
    secret: secretName('token-broker/clients/').optional(),
    secretOverlap: duration(0, 30 * 86_400).optional(),
    jwks: z.strictObject({ keys: z.array(z.record(z.string(), z.json())).min(1, 'must not be empty') }).optional(),
    jwksUri: line(2000).optional(),
    assertionAudience: z.enum(['issuer', 'token-endpoint'], 'must be issuer or token-endpoint').optional(),
    public: z.boolean().optional(),
    redirectUris: z.array(line(2000)).optional(),
    metadataDocuments: z
      .strictObject({ hosts: z.array(line(255)).min(1, 'must not be empty').max(100, 'has at most 100') })
      .optional(),
    claims: z.record(line(256), z.json()).optional(),
    dpop: z.enum(['optional', 'required'], 'must be optional or required').optional(),
    introspects: z.array(line(1000)).optional(),
    audiences: z.array(line(1000)).min(1, 'must not be empty').max(100, 'has at most 100').optional(),
  })
  .meta({ title: 'Client', description: 'An OAuth client registered with the broker: clients/*.yaml' });

export type WrittenClient = z.infer<typeof client>;

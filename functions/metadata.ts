import { metadataPorts } from '../lib/composition/metadata.ts';
import { publicJson } from '../lib/http/http-answer.ts';
import { oauthError } from '../lib/http/oauth/oauth-error.ts';
import { resourceMetadata } from '../lib/http/oauth/resource-metadata.ts';
import { serverMetadata } from '../lib/http/oauth/server-metadata.ts';
import { type RoutePorts, routeHandler } from '../lib/http/route-handler.ts';
import { accept } from '../lib/outcome.ts';
import type { OwnKeys } from '../lib/ports/keys.ts';

const BUDGET_MS = 3_000;
/** Well under a rotation's period, in which a key is published before it signs. */
const KEYS_MAX_AGE_SECONDS = 300;
const METADATA_MAX_AGE_SECONDS = 3_600;

export interface MetadataPorts extends RoutePorts {
  readonly issuer: string;
  readonly ownKeys: OwnKeys;
  /** Signature algorithms of client assertions. */
  readonly assertionAlgorithms: readonly string[];
  /** Of DPoP proofs. */
  readonly dpopAlgorithms: readonly string[];
}

/**
 * `GET /.well-known/…`: the metadata and the public keys of this authorization server (RFC 8414, RFC 7517), and of its
 * own API (RFC 9728).
 */
export const metadataHandler = (ports: MetadataPorts) =>
  routeHandler(
    [
      {
        name: 'metadata',
        paths: ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'],
        methods: ['GET', 'HEAD'],
        budgetMs: BUDGET_MS,
        refuse: oauthError('invalid_request'),
        handle: async ({ id }) => {
          const metadata = serverMetadata(ports.issuer, ports.assertionAlgorithms, ports.dpopAlgorithms);
          return accept({ answer: publicJson(id, metadata, METADATA_MAX_AGE_SECONDS) });
        },
      },
      {
        name: 'metadata',
        paths: ['/.well-known/oauth-protected-resource'],
        methods: ['GET', 'HEAD'],
        budgetMs: BUDGET_MS,
        refuse: oauthError('invalid_request'),
        handle: async ({ id }) =>
          accept({
            answer: publicJson(id, resourceMetadata(ports.issuer, ports.dpopAlgorithms), METADATA_MAX_AGE_SECONDS),
          }),
      },
      {
        name: 'metadata',
        paths: ['/.well-known/jwks.json'],
        methods: ['GET', 'HEAD'],
        budgetMs: BUDGET_MS,
        refuse: oauthError('invalid_request'),
        handle: async ({ id }, { signal }) => {
          const keys = await ports.ownKeys.all(signal);
          return accept({ answer: publicJson(id, { keys }, KEYS_MAX_AGE_SECONDS) });
        },
      },
    ],
    ports,
  );

export const handler = metadataHandler(metadataPorts());

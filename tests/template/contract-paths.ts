import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Contract section 3: which function answers which path. */
export const CONTRACT_PATHS: Readonly<Record<string, readonly string[]>> = {
  credentials: ['/v1/credentials/{scope}'],
  sts: ['/sts', '/sts/{scope}'],
  token: ['/oauth2/token'],
  introspect: ['/oauth2/introspect'],
  revoke: ['/oauth2/revoke'],
  metadata: [
    '/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration',
    '/.well-known/oauth-protected-resource',
    '/.well-known/jwks.json',
  ],
  issuances: ['/v1/issuances', '/v1/issuances/{id}', '/v1/stats'],
  receipts: ['/v1/issuances/{id}/receipt', '/v1/ledger/key'],
  explain: ['/v1/explain', '/v1/scopes'],
  console: [
    '/console',
    '/console/issuances/{id}',
    '/console/scopes',
    '/console/scopes/{scope}',
    '/console/explain',
    '/console/assets/{file}',
  ],
  revocations: ['/v1/revocations'],
  approvals: ['/v1/approvals', '/v1/approvals/{id}', '/approvals', '/approvals/{id}'],
  'sign-in': [
    '/oauth2/authorize',
    '/saml/{connection}/metadata',
    '/saml/{connection}/login',
    '/saml/{connection}/acs',
    '/oidc/{connection}/login',
    '/oidc/{connection}/callback',
    '/oauth2/device_authorization',
    '/device',
  ],
  health: ['/healthz'],
};

/** Every path that a route of the code states (`Route` of lib/http/route.ts). */
export const statedPaths = (): readonly string[] =>
  ['functions', 'lib/http'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/^\s+paths: \[([^\]]+)\]/gm)])
      .flatMap(([, paths = '']) => [...paths.matchAll(/'([^']+)'/g)].map(([, path = '']) => path)),
  );

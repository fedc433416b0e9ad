/** An MCP server (streamable HTTP) behind Token Broker: see README.md. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { env } from 'node:process';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { calculateJwkThumbprint, exportJWK, importPKCS8 } from 'jose';
import * as z from 'zod';
import type { BrokerClient } from './aws-session.ts';
import { readFile } from './read-file.ts';
import { tokenVerifier } from './verify-token.ts';

const settings = z
  .object({
    /** The broker's address, which is its issuer. */
    TOKEN_BROKER_URL: z.url(),
    /** This server's own address: the `aud` of its tokens, and the client's `audiences`. */
    RESOURCE: z.url(),
    /** Its name as a client of the broker, and a file with its private key (PKCS#8, ES256). */
    CLIENT: z.string().default('files-mcp'),
    CLIENT_KEY_FILE: z.string(),
    BUCKET: z.string(),
    PORT: z.coerce.number().default(8080),
  })
  .parse(env);

const resource = new URL(settings.RESOURCE);
const pem = readFileSync(settings.CLIENT_KEY_FILE, 'utf8');
const publicKey = await exportJWK(createPublicKey(createPrivateKey(pem)));
const keyId = await calculateJwkThumbprint(publicKey);
const broker: BrokerClient = {
  issuer: settings.TOKEN_BROKER_URL,
  client: settings.CLIENT,
  key: await importPKCS8(pem, 'ES256'),
  keyId,
};
const METADATA = `/.well-known/oauth-protected-resource${resource.pathname}`;
const SCOPES = ['files:read'];

/** One for each request: nothing of one caller is there for another. */
function mcpServer(): McpServer {
  const server = new McpServer({ name: 'files', version: '1.0.0' });
  server.registerTool(
    'read_file',
    { description: 'Reads a text file of the caller.', inputSchema: { path: z.string() } },
    ({ path }, { authInfo }) => readFile(broker, settings.BUCKET, path, authInfo),
  );
  return server;
}

const app = createMcpExpressApp({ host: '127.0.0.1', allowedHosts: [resource.hostname, '127.0.0.1'] });

// RFC 9728: where tokens for this server come from.
app.get(METADATA, (_request, response) => {
  response.json({
    resource: settings.RESOURCE,
    authorization_servers: [settings.TOKEN_BROKER_URL],
    scopes_supported: SCOPES,
    bearer_methods_supported: ['header'],
  });
});

// The public half of the client's key, which the broker reads (`jwksUri`): a new key needs no change of configuration.
app.get('/jwks.json', (_request, response) => {
  response.json({ keys: [{ ...publicKey, kid: keyId, alg: 'ES256', use: 'sig' }] });
});

const bearer = requireBearerAuth({
  verifier: tokenVerifier(settings.TOKEN_BROKER_URL, settings.RESOURCE, () => new Date()),
  requiredScopes: SCOPES,
  resourceMetadataUrl: new URL(METADATA, resource).href,
  expectedResource: resource,
});
app.post(resource.pathname, bearer, async (request, response) => {
  const server = mcpServer();
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  response.on('close', () => void server.close());
  await server.connect(transport);
  await transport.handleRequest(request, response, request.body);
});

app.listen(settings.PORT, '127.0.0.1', () => console.log(`ready ${settings.RESOURCE}`));

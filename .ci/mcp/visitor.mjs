// A program with the official SDKs' clients: finds its way from an MCP server's address to the answer of a tool, as its
// first argument says. Standard input is JSON: `server`, `path`, and what the way needs. Prints `visit URL` where a
// person has to, and last the answer as JSON.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import * as v2 from '@modelcontextprotocol/client';
import { ClientCredentialsProvider, PrivateKeyJwtProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [way] = process.argv.slice(2);
const { server, path, ...asked } = JSON.parse(await text(process.stdin));

/** A program on a person's machine: a code comes to loopback. */
async function person() {
  const callback = createServer().listen(0, '127.0.0.1');
  await once(callback, 'listening');
  const redirectUrl = `http://127.0.0.1:${callback.address().port}/callback`;
  const kept = {};
  const provider = {
    redirectUrl,
    clientMetadata: { redirect_uris: [redirectUrl], token_endpoint_auth_method: 'none' },
    clientInformation: () => ({ client_id: asked.clientId, issuer: asked.issuer }),
    tokens: () => kept.tokens,
    saveTokens: (tokens) => Object.assign(kept, { tokens }),
    saveCodeVerifier: (verifier) => Object.assign(kept, { verifier }),
    codeVerifier: () => kept.verifier,
    redirectToAuthorization: (url) => console.log(`visit ${url.href}`),
  };
  const first = new StreamableHTTPClientTransport(new URL(server), { authProvider: provider });
  const came = once(callback, 'request');
  await new Client({ name: 'visitor', version: '1.0.0' }).connect(first).then(
    () => Promise.reject(new Error('nobody was asked')),
    () => undefined,
  );
  const [request, response] = await came;
  response.end();
  callback.close();
  const { searchParams } = new URL(request.url, redirectUrl);
  if (searchParams.get('iss') !== asked.issuer) throw new Error('the code is of another issuer (RFC 9207)');
  await first.finishAuth(searchParams.get('code'));
  return provider;
}

const options = { ...asked, expectedIssuer: asked.issuer };
const ways = {
  person: async () => ({ authProvider: await person() }),
  token: async () => ({ requestInit: { headers: { authorization: `Bearer ${asked.token}` } } }),
  'client-credentials': async () => ({ authProvider: new ClientCredentialsProvider(options) }),
  'private-key-jwt': async () => ({ authProvider: new PrivateKeyJwtProvider({ ...options, algorithm: 'ES256' }) }),
  'id-jag': async () => ({
    authProvider: new v2.CrossAppAccessProvider({ ...options, assertion: () => asked.assertion }),
  }),
};
if (way === 'dpop') {
  // A token that is bound to a key (RFC 9449), by the same way from 401 to the token endpoint; what came is printed.
  const provider = new v2.ClientCredentialsProvider(options);
  const session = await v2.DpopSession.create();
  provider.dpop = () => session;
  await v2.auth(provider, { serverUrl: server });
  console.log(JSON.stringify(provider.tokens()));
  process.exit();
}
const sdk = way === 'id-jag' ? v2 : { Client, StreamableHTTPClientTransport };
const client = new sdk.Client({ name: 'visitor', version: '1.0.0' });
await client.connect(new sdk.StreamableHTTPClientTransport(new URL(server), await ways[way]()));
const { tools } = await client.listTools();
const answer = await client.callTool({ name: 'read_file', arguments: { path } });
await client.close();
const { content, isError = false } = answer;
console.log(JSON.stringify({ tools: tools.map(({ name }) => name), isError, text: content[0]?.text ?? '' }));

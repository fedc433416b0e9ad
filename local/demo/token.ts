import { Buffer } from 'node:buffer';
import type { Stack } from '../stack.ts';

const AUTHORIZATION = `Basic ${Buffer.from('demo-bot:a-secret-for-demonstration').toString('base64')}`;

async function post({ url }: Stack, path: string, form: Readonly<Record<string, string>>) {
  const headers = { authorization: AUTHORIZATION };
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: new URLSearchParams({ ...form }) });
  const body: Readonly<Record<string, unknown>> = Object(await response.json());
  if (response.status !== 200) throw new Error(`${path} answered ${response.status} ${String(body['reason'])}`);
  return body;
}

/** A bot gets a token by client credentials, and asks what it is worth. */
export async function showBrokerToken({ stack }: { readonly stack: Stack }): Promise<readonly string[]> {
  const granted = await post(stack, '/oauth2/token', { grant_type: 'client_credentials', scope: 'demo-reports' });
  const token = String(granted['access_token']);
  const told = await post(stack, '/oauth2/introspect', { token });
  if (told['active'] !== true) throw new Error('the token is not active');
  return [
    `access_token ${token.slice(0, 4)}…   token_type ${granted['token_type']}   expires_in ${granted['expires_in']}`,
    `introspection: active ${told['active']}   sub ${told['sub']}   aud ${told['aud']}   scope ${told['scope']}`,
    `jti ${told['jti']}   (the issuance in the ledger)`,
  ];
}

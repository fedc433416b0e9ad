import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { main } from '../../bin/cli.ts';
import { folderOf } from '../configuration/folder-of.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');

async function run(args: readonly string[]) {
  let [out, err] = ['', ''];
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  const code = await main(['policy', 'secrets', ...args], { ...terminal, env: {}, cwd: '/' });
  return { code, out, err };
}

it('lists what the broker is known by at each provider of the examples, static or not', async () => {
  const { code, out } = await run([EXAMPLES, '--issuer', 'https://broker.example.com', '--json']);
  const { credentials, static: held } = JSON.parse(out);
  const of = (scope: string) => credentials.filter((each: { scope: string }) => each.scope === scope);
  expect(code).toBe(0);
  expect(of('okta-reports')).toEqual([
    {
      ...{
        scope: 'okta-reports',
        provider: 'client-credentials',
        host: 'acme.okta.com',
        client: '0oa1a2b3c4d5e6f7g8h9',
      },
      ...{ kind: 'private-key', secret: 'token-broker/downstream/okta-reports' },
    },
  ]);
  expect(of('auth0-billing')).toMatchObject([{ kind: 'shared-secret' }]);
  expect(of('entra-crm')).toMatchObject([{ kind: 'aws-identity', secret: null }]);
  expect(of('warehouse')).toMatchObject([{ kind: 'broker-key', secret: null, client: null }]);
  expect(of('partner-exchange')).toMatchObject([{ kind: 'shared-secret' }, { kind: 'proof', secret: null }]);
  expect(of('chat-read')).toMatchObject([
    { kind: 'shared-secret', host: 'auth.chat.example', client: 'acme-broker' },
    { kind: 'shared-secret', host: 'acme.okta.com', client: '0oa2b3c4d5e6f7g8h9i0' },
    { kind: 'proof', host: 'acme.okta.com', client: null, secret: null },
  ]);
  expect(of('github-contents')).toMatchObject([{ kind: 'private-key', host: 'api.github.com', client: '123456' }]);
  expect(held).toBe(new Set(credentials.flatMap(({ secret }: { secret: string | null }) => secret ?? [])).size);
});

it('is a table for people, and says how many', async () => {
  const { out, err } = await run([EXAMPLES]);
  expect(out).toMatch(/^SCOPE +PROVIDER +HOST +CLIENT +KIND +SECRET\n/);
  expect(err).toMatch(/^[0-9]+ static secrets\n$/);
});

it('ends with 1 where the folder does not load', async () => {
  expect((await run([folderOf({ 'clients/bot.yaml': 'client: bot\n' })])).code).toBe(1);
});

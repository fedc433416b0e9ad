import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Endpoint } from '../../../local/endpoints/server.ts';
import { ROOT } from '../broker.ts';
import type { IdJagIssuer } from './id-jag-issuer-process.ts';
import type { ClientKey } from './oidc-provider-process.ts';

/** oidc-provider on loopback, in a process of its own, with the clients of `oidc-provider-process.ts`. */
export const startOidcProvider = (key: ClientKey): Promise<Endpoint> => startProcess('oidc-provider-process.ts', key);

/** The same as an identity provider that makes ID-JAGs, as `id-jag-issuer-process.ts` says. */
export const startIdJagIssuer = (settings: IdJagIssuer): Promise<Endpoint> =>
  startProcess('id-jag-issuer-process.ts', settings);

async function startProcess(file: string, settings: object): Promise<Endpoint> {
  const child = fork(join(ROOT, 'tests', 'e2e', 'downstream', file), { stdio: 'ignore' });
  child.send(settings);
  const [url] = await once(child, 'message');
  const stop = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  return { url: String(url), stop };
}

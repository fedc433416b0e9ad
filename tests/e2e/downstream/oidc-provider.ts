import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Endpoint } from '../../../local/endpoints/server.ts';
import { ROOT } from '../broker.ts';
import type { ClientKey } from './oidc-provider-process.ts';

/** oidc-provider on loopback, in a process of its own, with the clients of `oidc-provider-process.ts`. */
export async function startOidcProvider(key: ClientKey): Promise<Endpoint> {
  const child = fork(join(ROOT, 'tests', 'e2e', 'downstream', 'oidc-provider-process.ts'), { stdio: 'ignore' });
  child.send(key);
  const [url] = await once(child, 'message');
  const stop = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  return { url: String(url), stop };
}

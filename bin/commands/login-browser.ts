import { spawn } from 'node:child_process';
import { platform } from 'node:os';
import type { Terminal } from '../command.ts';

/**
 * The program that opens an address: BROWSER, as other programs have it, else the system's own. Never through a shell:
 * an address is one argument.
 */
function opener(env: Terminal['env']): readonly [program: string, ...before: string[]] {
  const chosen = env['BROWSER'];
  if (chosen !== undefined && chosen !== '') return [chosen];
  switch (platform()) {
    case 'darwin':
      return ['open'];
    case 'win32':
      return ['rundll32', 'url.dll,FileProtocolHandler'];
    default:
      return ['xdg-open'];
  }
}

/** Opens the address if it can; the address was printed, so that nothing is lost where it cannot. */
export function openBrowser(url: string, { env }: Terminal): void {
  const [program, ...before] = opener(env);
  const child = spawn(program, [...before, url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

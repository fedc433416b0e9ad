/** `npm start`: builds the broker, runs it on this machine, demonstrates it and serves. */
import { argv, stderr, stdout } from 'node:process';
import { HELP, parseOptions } from './options.ts';

const parsed = parseOptions(argv.slice(2));
if (parsed.kind === 'help') {
  stdout.write(HELP);
} else if (parsed.kind === 'wrong') {
  stderr.write(`${parsed.problem}\n\n${HELP}`);
  process.exitCode = 2;
} else {
  // What takes time to load is loaded only for a start.
  const { run } = await import('./run.ts');
  await run(parsed.options);
}

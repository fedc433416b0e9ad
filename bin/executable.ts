import { basename } from 'node:path';
import { argv, argv0 } from 'node:process';
import { main } from './main.ts';

/** The single executable (local/executable.ts): under Docker's name for a credential helper it is that one. */
const isHelper = basename(argv0).startsWith('docker-credential-');
const given = argv.slice(2);
main(isHelper ? ['docker-credential', ...given] : given).then((code) => {
  process.exitCode = code;
});

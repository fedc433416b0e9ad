/** `npm run smoke -- URL --scope NAME --token-file FILE`: drives a live broker through one grant and one refusal. */
import { readFileSync } from 'node:fs';
import { argv, exit, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { driveBroker } from './drive.ts';

const USAGE = `npm run smoke -- URL --scope NAME --token-file FILE

URL     the issuer, https://broker.example.com
NAME    a scope that grants an AWS session
FILE    a JWT that the scope admits (- reads standard input); it is sent to URL alone
`;

function readDrive() {
  try {
    const options = { scope: { type: 'string' }, 'token-file': { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ args: argv.slice(2), options, allowPositionals: true });
    const [url = ''] = positionals;
    if (!URL.canParse(url) || values.scope === undefined || values['token-file'] === undefined) return null;
    const file = values['token-file'] === '-' ? 0 : values['token-file'];
    return { url: url.replace(/\/$/, ''), scope: values.scope, token: readFileSync(file, 'utf8').trim() };
  } catch {
    return null;
  }
}

const drive = readDrive();
if (drive === null) {
  stdout.write(USAGE);
  exit(2);
}
exit((await driveBroker(drive, (line) => stdout.write(`${line}\n`))) ? 0 : 1);

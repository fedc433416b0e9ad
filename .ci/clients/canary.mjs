/**
 * `canary.mjs BROKER TOKENS_FILE LOG CLI PROGRAM...`: runs PROGRAM behind `CLI sign` and looks for the session's secret
 * key and token, and for the caller's own proof, wherever the program or what it writes could have them: its memory and
 * that of all it started, their environment, command lines and open files, its output, the log and the files of its
 * home. Linux. Prints `ok`.
 *
 * The session is heard of on its way: the broker is asked through a server of this process. The proxy's own memory,
 * where the session has to be, shows that the search finds what there is.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const [broker, proof, log, cli, ...program] = process.argv.slice(2);
const heard = { proof: readFileSync(proof, 'utf8').trim() };

const front = createServer(async (request, response) => {
  const chunks = await Array.fromAsync(request);
  const { host: _, 'content-length': __, ...headers } = request.headers;
  const body = chunks.length === 0 ? undefined : Buffer.concat(chunks);
  const answer = await fetch(new URL(request.url, broker), { method: request.method, headers, body });
  const text = await answer.text();
  const { SecretAccessKey, SessionToken } = JSON.parse(text);
  Object.assign(heard, { SecretAccessKey, SessionToken });
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(text);
});
await new Promise((listening) => front.listen(0, '127.0.0.1', listening));

/** As it is, in UTF-16, in hexadecimal, and in base64 wherever it may begin. */
function needlesOf(name, text) {
  const octets = Buffer.from(text);
  const base64 = [0, 1, 2].map((at) => {
    const whole = Buffer.concat([Buffer.alloc(at), octets])
      .toString('base64')
      .replace(/=+$/, '');
    return whole.slice(at === 0 ? 0 : at + 1, -2);
  });
  const hex = octets.toString('hex');
  const forms = [
    octets,
    Buffer.from(text, 'utf16le'),
    ...[hex, hex.toUpperCase(), encodeURIComponent(text), ...base64].map((each) => Buffer.from(each)),
  ];
  return forms.map((needle) => ({ name, needle }));
}

const found = (octets, needles) => [
  ...new Set(needles.filter(({ needle }) => octets.includes(needle)).map(({ name }) => name)),
];

const PIECE = 8 * 1024 * 1024;
/** What of the needles is in the memory of a process, and how much could be read of it. */
function inMemory(pid, needles) {
  const longest = Math.max(...needles.map(({ needle }) => needle.length));
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const names = new Set();
  let read = 0;
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const [, from, to, rights] = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line) ?? [];
    if (!rights?.startsWith('r') || /\[v(?:var|syscall|vdso)/.test(line)) continue;
    const end = Number.parseInt(to, 16);
    for (let at = Number.parseInt(from, 16); at < end; at += PIECE) {
      const piece = Buffer.alloc(Math.min(PIECE + longest, end - at));
      try {
        const length = readSync(memory, piece, 0, piece.length, at);
        read += length;
        for (const name of found(piece.subarray(0, length), needles)) names.add(name);
      } catch (error) {
        if (error.code !== 'EIO' && error.code !== 'EFAULT') throw error;
      }
    }
  }
  closeSync(memory);
  return { names: [...names], read };
}

const startedBy = (pid) => {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const own = all.filter((name) => {
    try {
      return (
        readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) \S /s, '')
          .split(' ')[0] === String(pid)
      );
    } catch {
      return false;
    }
  });
  return own.flatMap((each) => [each, ...startedBy(each)]);
};

function openFiles(pid) {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    const path = `/proc/${pid}/fd/${fd}`;
    return statSync(path, { throwIfNoEntry: false })?.isFile() ? [path] : [];
  });
}

const filesBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

const address = `http://127.0.0.1:${front.address().port}`;
const env = { ...process.env, TOKEN_BROKER_URL: address, TOKEN_BROKER_PROOF: `file:${proof}` };
const signed = spawn(process.execPath, [cli, 'sign', '--scope', 'demo', '--log', log, '--', ...program], {
  env,
  stdio: ['pipe', 'pipe', 'pipe'],
});
let said = '';
await new Promise((waiting, failed) => {
  const hear = (text) => {
    said += text;
    if (/^ok$/m.test(said)) waiting();
  };
  signed.stdout.on('data', hear);
  signed.stderr.on('data', hear);
  signed.on('exit', () => failed(new Error(`it ended: ${said}`)));
});

const needles = Object.entries(heard).flatMap(([name, text]) => needlesOf(name, text));
const problems = [];
const looked = (where, octets) => {
  for (const name of found(octets, needles)) problems.push(`${name} is in ${where}`);
};
const control = inMemory(signed.pid, needles).names;
if (!control.includes('SecretAccessKey') || !control.includes('SessionToken'))
  problems.push('the search does not find what the proxy has');
const processes = startedBy(signed.pid);
if (processes.length === 0) problems.push('there is no program');
let octets = 0;
for (const pid of processes) {
  const { names, read } = inMemory(pid, needles);
  octets += read;
  for (const name of names) problems.push(`${name} is in the memory of ${pid}`);
  const own = Buffer.from('PLACEHOLDER');
  if (inMemory(pid, [{ name: 'own', needle: own }]).names.length === 0)
    problems.push(`the memory of ${pid} was not read`);
  for (const file of ['environ', 'cmdline']) looked(`${file} of ${pid}`, readFileSync(`/proc/${pid}/${file}`));
  for (const file of openFiles(pid)) looked(`an open file of ${pid}`, readFileSync(file));
}
looked('its output', Buffer.from(said));
for (const file of [log, ...filesBelow(process.env.HOME)]) looked(file, readFileSync(file));
signed.removeAllListeners('exit');
const ended = new Promise((closed) => signed.on('close', closed));
signed.stdin.end();
await ended;
front.closeAllConnections();
front.close();
if (problems.length > 0) throw new Error(problems.join('\n'));
console.log(`${processes.length} processes, ${Math.round(octets / 1e6)} MB of memory searched\nok`);

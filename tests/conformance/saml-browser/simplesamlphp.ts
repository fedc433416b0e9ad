/**
 * SimpleSAMLphp, Debian's package, as an identity provider on loopback: its own code, its own pages, its own
 * signatures.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const HOME = '/usr/share/simplesamlphp';
const KEYS = fileURLToPath(new URL('../../identity/saml/keys', import.meta.url));

/** A service provider that it knows, with the certificates of its metadata. */
export interface ServiceProvider {
  readonly entityId: string;
  readonly acs: string;
  readonly signing: readonly string[];
  readonly encryption: string;
  readonly encrypts: boolean;
}

export interface IdentityProvider {
  readonly url: string;
  readonly entityId: string;
  metadata(): Promise<string>;
  /** What it knows of service providers, from now on. */
  trust(providers: readonly ServiceProvider[]): Promise<void>;
  /** The start of a sign-in at the identity provider's own portal, for a service provider. */
  portal(entityId: string): string;
  log(): string;
  stop(): Promise<void>;
}

const php = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(php).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `[${Object.entries(value)
      .map(([name, each]) => `${php(name)} => ${php(each)}`)
      .join(', ')}]`;
  }
  return typeof value === 'string' ? `'${value.replace(/['\\]/g, '\\$&')}'` : String(value);
};

const assign = (name: string, value: unknown): string => `<?php\n$${name} = ${php(value)};\n`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

const configuration = (url: string, folder: string) => ({
  baseurlpath: `${url}/`,
  certdir: `${folder}/cert/`,
  loggingdir: `${folder}/`,
  datadir: `${folder}/`,
  tempdir: `${folder}/tmp`,
  metadatadir: `${folder}/metadata`,
  secretsalt: 'only-for-this-test',
  'auth.adminpassword': 'only-for-this-test',
  'admin.checkforupdates': false,
  timezone: 'UTC',
  'logging.handler': 'errorlog',
  'logging.level': 7,
  showerrors: true,
  errorreporting: true,
  'enable.saml20-idp': true,
  'module.enable': { exampleauth: true, core: true, saml: true },
  'store.type': 'phpsession',
  'session.cookie.secure': false,
  'session.phpsession.savepath': `${folder}/sessions`,
  'language.cookie.secure': false,
  'language.default': 'en',
  'metadata.sources': [{ type: 'flatfile' }],
});

const people = {
  people: {
    0: 'exampleauth:UserPass',
    'alice:wonderland': { uid: 'alice', mail: 'alice@example.com', memberOf: ['deployers', 'staff'] },
    'mallory:secret': { uid: 'mallory', mail: '<b>mallory</b>@example.com', memberOf: ['guests'] },
  },
};

/** In PHP the class of a source is its element 0, not the string '0'. */
const sources = assign('config', people).replaceAll("'0' =>", '0 =>');

function metadataFile(providers: readonly ServiceProvider[]): string {
  const entries = providers.map((one) => {
    const key = (certificate: string, use: 'signing' | 'encryption') => ({
      type: 'X509Certificate',
      signing: use === 'signing',
      encryption: use === 'encryption',
      X509Certificate: certificate,
    });
    const value = {
      AssertionConsumerService: one.acs,
      keys: [...one.signing.map((each) => key(each, 'signing')), key(one.encryption, 'encryption')],
      'validate.authnrequest': true,
      'saml20.sign.assertion': true,
      'assertion.encryption': one.encrypts,
      sharedkey_algorithm: 'http://www.w3.org/2009/xmlenc11#aes128-gcm',
      NameIDFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
      'simplesaml.nameidattribute': 'mail',
    };
    return `$metadata[${php(one.entityId)}] = ${php(value)};`;
  });
  return `<?php\n${entries.join('\n')}\n`;
}

/** Starts it on a free port. */
export async function startSimpleSamlPhp(): Promise<IdentityProvider> {
  const folder = await mkdtemp(join(tmpdir(), 'token-broker-idp-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const entityId = `${url}/saml2/idp/metadata.php`;
  for (const name of ['cert', 'config', 'metadata', 'sessions', 'tmp']) await mkdir(join(folder, name));
  await copyFile(join(KEYS, 'idp.key.pem'), join(folder, 'cert', 'idp.pem'));
  await copyFile(join(KEYS, 'idp.cert.pem'), join(folder, 'cert', 'idp.crt'));
  const hosted = { host: '__DEFAULT__', privatekey: 'idp.pem', certificate: 'idp.crt', auth: 'people' };
  await writeFile(join(folder, 'config', 'config.php'), assign('config', configuration(url, folder)));
  await writeFile(join(folder, 'config', 'authsources.php'), sources);
  await writeFile(
    join(folder, 'metadata', 'saml20-idp-hosted.php'),
    `<?php\n$metadata[${php(entityId)}] = ${php(hosted)};\n`,
  );
  const trust = (providers: readonly ServiceProvider[]) =>
    writeFile(join(folder, 'metadata', 'saml20-sp-remote.php'), metadataFile(providers));
  await trust([]);
  const server = spawn('php', ['-S', new URL(url).host, '-t', join(HOME, 'www')], {
    env: { ...process.env, SIMPLESAMLPHP_CONFIG_DIR: join(folder, 'config'), PHP_CLI_SERVER_WORKERS: '2' },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let log = '';
  server.stderr.on('data', (text) => {
    log += String(text);
  });
  const stop = async () => {
    // With its workers: they are a process group of their own.
    if (server.exitCode === null && server.pid !== undefined) {
      process.kill(-server.pid, 'SIGTERM');
      await once(server, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  const metadata = async () => {
    const answer = await fetch(entityId);
    if (answer.status !== 200) throw new Error(`metadata: ${answer.status}\n${log.slice(-3000)}`);
    return answer.text();
  };
  await ready(metadata);
  const portal = (sp: string) => `${url}/saml2/idp/SSOService.php?spentityid=${encodeURIComponent(sp)}`;
  return { url, entityId, metadata, trust, portal, log: () => log, stop };
}

async function ready(metadata: () => Promise<string>): Promise<void> {
  for (let left = 100; ; left -= 1) {
    try {
      await metadata();
      return;
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}

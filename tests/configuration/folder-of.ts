import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';
import type { ConfigurationDocuments } from '../../lib/configuration/documents/configuration.ts';
import { loadConfiguration } from '../../lib/configuration/load.ts';
import { formatProblem, type Problem } from '../../lib/configuration/problem.ts';
import { epochSeconds } from '../../lib/time.ts';

export const ISSUER = 'https://broker.example.com';
/** 2027-01-15T12:00:00Z. */
export const NOW = epochSeconds(1_800_014_400);

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

/** A configuration folder with these files; it goes when the tests of the file have run. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'configuration-'));
  made.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** A problem without its column, its code and its remedy: `file:line: field: message`. */
const shortly = ({ file, line, severity, field, message }: Problem): string =>
  `${file}:${line}: ${severity === 'warning' ? 'warning: ' : ''}${field === '' ? '' : `${field}: `}${message}`;

/** Every problem of loading, errors and warnings. */
export async function problemsOf(
  files: Readonly<Record<string, string | Uint8Array>>,
  issuer: string | null = ISSUER,
): Promise<readonly string[]> {
  const loaded = await loadConfiguration(folderOf(files), { issuer, now: NOW });
  return ('documents' in loaded ? loaded.warnings : loaded.problems).map(shortly);
}

/** The documents of a folder that loads; its problems otherwise fail the test. */
export async function documentsOf(
  files: Readonly<Record<string, string>>,
  issuer: string | null = ISSUER,
): Promise<ConfigurationDocuments> {
  const loaded = await loadConfiguration(folderOf(files), { issuer, now: NOW });
  if ('problems' in loaded) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  return loaded.documents;
}

export const GITHUB = `connection: github
type: oidc
preset: github-actions
audience: [https://broker.example.com]
require:
  StringEquals: { claims.repository_owner_id: "1234567" }
`;

export const PARTNER = `connection: partner
type: oidc
issuer: https://id.partner.example
audience: [https://broker.example.com]
`;

export const BOT = `client: bot
secret: token-broker/clients/bot
`;

export const SESSION = `scope: deploy
allow:
  - connection: partner
grant:
  type: aws-session
  roleArn: arn:aws:iam::111122223333:role/token-broker/deploy
`;

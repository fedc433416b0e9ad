import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect } from '@jest/globals';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { dynamoLedger } from '../../../lib/aws/dynamodb/ledger-table.ts';
import { sdkDynamoDb } from '../../../lib/aws/dynamodb/sdk-client.ts';
import type { IssuanceRecord } from '../../../lib/ledger/record.ts';
import { SIGN_IN_CLIENT } from '../../../local/demo/identity-provider.ts';
import { type Broker, type Folder, startBroker } from '../../e2e/broker.ts';

const PICTURES = process.env['PICTURES'];
const SHOWN = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Who may do what in the console: auditors read, lookers only that, and people of no group nothing. */
const scope = (name: string, group: string): string =>
  `scope: ${name}\nallow: [{ connection: [corp, demo-oidc], when: { "ForAnyValue:StringEquals": { claims.groups: ${group} } } }]\n`;

/** The demonstration's identity provider has one person, of the group deployers. */
export const folder = (read: string, explain: string): Folder => ({
  'connections/corp.yaml': `connection: corp
type: saml
metadataUrl: '@IDP@/saml/metadata'
entityId: '@ISSUER@/saml/corp'
claims: { groups: memberOf }
`,
  'connections/demo-oidc.yaml': `connection: demo-oidc
type: oidc
issuer: '@IDP@'
audience: ['${SIGN_IN_CLIENT.client_id}']
signIn: { clientId: '${SIGN_IN_CLIENT.client_id}', clientSecret: token-broker/sign-in/demo-oidc }
`,
  'clients/cli.yaml': "client: cli\npublic: true\nredirectUris: ['http://127.0.0.1/callback']\n",
  'scopes/read.yaml': scope('broker:issuances:read', read),
  'scopes/explain.yaml': scope('broker:explain', explain),
});

export interface Stage {
  readonly broker: Broker;
  /** A page of a browser that knows nobody. Whatever it complains of is in `complaints`. */
  open(options?: BrowserContextOptions): Promise<Page>;
  readonly complaints: string[];
  /** Hosts that any page asked anything of, beside the broker and the identity provider. */
  readonly strangers: Set<string>;
  /** Writes records as the broker would. */
  record(records: readonly IssuanceRecord[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startStage(config: Folder = folder('deployers', 'deployers')): Promise<Stage> {
  const broker = await startBroker({ config, archive: 'follows' });
  const { host } = new URL(broker.idp.issuer);
  await broker.putSecrets([{ name: 'token-broker/sign-in/demo-oidc', value: SIGN_IN_CLIENT.client_secret, host }]);
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  const chrome = await chromium.launch({ executablePath, args: [...SHOWN, ...QUIET] });
  const complaints: string[] = [];
  const strangers = new Set<string>();
  const client = new DynamoDBClient(clientOptions(broker.aws));
  const ledger = dynamoLedger({ client: sdkDynamoDb(client), table: `${broker.tablePrefix}-ledger` });
  return {
    ...{ broker, complaints, strangers },
    open: (options = {}) => open(chrome, broker, { complaints, strangers }, options),
    record: async (records) => {
      for (const record of records) await ledger.finished(record, AbortSignal.timeout(5_000));
    },
    stop: async () => {
      await chrome.close();
      client.destroy();
      await broker.stop();
    },
  };
}

const clientOptions = (aws: Readonly<Record<string, string>>) => ({
  region: aws['AWS_REGION'] ?? '',
  endpoint: aws['AWS_ENDPOINT_URL_DYNAMODB'] ?? '',
  credentials: {
    accessKeyId: aws['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: aws['AWS_SECRET_ACCESS_KEY'] ?? '',
  },
});

async function open(
  chrome: Browser,
  { url, idp }: Broker,
  { complaints, strangers }: Pick<Stage, 'complaints' | 'strangers'>,
  options: BrowserContextOptions,
): Promise<Page> {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    // What the broker refuses is told as a failed load; what the page's policy refuses is a fault of the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load')) complaints.push(message.text());
  });
  page.on('request', (request) => {
    const { origin } = new URL(request.url());
    if (origin !== url && origin !== idp.issuer) strangers.add(origin);
  });
  return page;
}

/** Opens a view and signs in there, from the broker's list where it comes; ends where the view is. */
export async function signIn({ broker }: Stage, page: Page, view = '/console', connection = 'corp'): Promise<void> {
  if (page.url() === 'about:blank') await page.goto(`${broker.url}${view}`);
  await page.getByRole('button', { name: /^Sign in(?: at |$)/ }).click();
  const [entry, allow] = [
    page.getByRole('link', { name: connection, exact: true }),
    page.getByRole('button', { name: 'Allow' }),
  ];
  await entry.or(allow).waitFor();
  if ((await entry.count()) > 0) await entry.click();
  await allow.click();
  await page.waitForURL(/\/console/);
}

/** Looks at a view as a screen reader, a telephone and a person would: axe-core, no scrolling aside, a picture. */
export async function expectAccessible(page: Page, name: string): Promise<void> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  const violations = await page.evaluate('axe.run(document).then(({ violations }) => violations)');
  expect({ name, violations: (violations as readonly Violation[]).map(told) }).toEqual({ name, violations: [] });
  const widths = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]');
  const [content = 0, seen = 0] = widths as readonly number[];
  expect({ name, wider: content > seen }).toEqual({ name, wider: false });
  if (PICTURES === undefined) return;
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

const told = ({ id, nodes }: Violation): string => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`;

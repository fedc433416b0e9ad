/**
 * A person at a real browser, an identity provider that nobody here wrote, and the command line: the whole way, page by
 * page.
 */
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { main } from '../../../bin/cli.ts';
import { type Broker, type Folder, ROOT, startBroker } from '../../e2e/broker.ts';
import { type IdentityProvider, startSimpleSamlPhp } from './simplesamlphp.ts';

const PICTURES = process.env['PICTURES'];
const SHOWN = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

let idp: IdentityProvider;
let broker: Broker;
let chrome: Browser;
let context: BrowserContext;

const connection = (name: string, more = '') => `connection: ${name}
type: saml
metadata: ./metadata.xml
entityId: '@ISSUER@/saml/${name}'
claims: { groups: memberOf }
${more}`;

const DEMO = readFileSync(join(ROOT, 'local', 'demo', 'configuration', 'connections', 'demo.yaml'), 'utf8');

const configuration = (metadata: string): Folder => ({
  'connections/metadata.xml': metadata,
  'connections/ssp.yaml': connection('ssp'),
  // SimpleSAMLphp 1.19 knows no AES-GCM.
  'connections/sealed.yaml': connection('sealed', 'encryption: [gcm, cbc]\n'),
  'connections/portal.yaml': connection('portal', 'unsolicited: true\n'),
  'connections/by-url.yaml': connection('by-url').replace('metadata: ./metadata.xml', `metadataUrl: '${idp.entityId}'`),
  'connections/demo.yaml': DEMO,
  'scopes/prod.yaml': `scope: prod
allow: [{ connection: demo }]
requires:
  approval:
    from: [{ connection: ssp, when: { "ForAnyValue:StringEquals": { claims.groups: deployers } } }]
grant:
  type: aws-session
  roleArn: arn:aws:iam::111122223333:role/token-broker/prod
  policy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: ["s3:Get*", "s3:PutObject"], Resource: "arn:aws:s3:::reports/*" }] }
`,
  'clients/broker-cli.yaml': `client: broker-cli\npublic: true\nredirectUris: ['http://127.0.0.1/callback']\n`,
  'scopes/web.yaml': `scope: web
allow: [{ connection: [ssp, sealed, by-url], when: { "ForAnyValue:StringEquals": { claims.groups: deployers } } }]
grant: { type: aws-session, roleArn: 'arn:aws:iam::111122223333:role/token-broker/web' }
`,
});

async function serviceProvider(name: string, encrypts: boolean) {
  const document = await (await fetch(`${broker.url}/saml/${name}/metadata`)).text();
  const keys = [...document.matchAll(/use="(\w+)".*?X509Certificate>([^<]+)</gs)];
  const of = (use: string) => keys.flatMap(([, found, key = '']) => (found === use ? [key] : []));
  const [encryption = ''] = of('encryption');
  const entityId = `${broker.url}/saml/${name}`;
  return { entityId, acs: `${entityId}/acs`, signing: of('signing'), encryption, encrypts };
}

beforeAll(async () => {
  idp = await startSimpleSamlPhp();
  broker = await startBroker({ config: configuration(await idp.metadata()) });
  const plain = await Promise.all(['ssp', 'portal', 'by-url'].map((name) => serviceProvider(name, false)));
  await idp.trust([...plain, await serviceProvider('sealed', true)]);
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  chrome = await chromium.launch({ executablePath, args: [...SHOWN, ...QUIET] });
  context = await chrome.newContext();
  if (PICTURES !== undefined) await mkdir(PICTURES, { recursive: true });
}, 120_000);

afterEach(async () => {
  await context.close();
  context = await chrome.newContext();
});

afterAll(async () => {
  await chrome?.close();
  await broker?.stop();
  await idp?.stop();
});

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** SimpleSAMLphp's own form. Its answer posts itself, by its own script. */
async function signInAt(page: Page, [name, password]: readonly [string, string]): Promise<void> {
  await page.fill('input[name=username]', name);
  await page.fill('input[name=password]', password);
  await page.click('button[type=submit], input[type=submit]');
  await page.waitForURL(/\/acs$/);
}

const ALICE = ['alice', 'wonderland'] as const;

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `token-broker login` and hands the address that it prints to a browser. */
async function login(connection: string, visit: (page: Page) => Promise<void>): Promise<Ended> {
  const written = { out: '', err: '' };
  const page = await context.newPage();
  let visiting: Promise<void> = Promise.resolve();
  const terminal = {
    out: (text: string) => {
      written.out += text;
    },
    err: (text: string) => {
      written.err += text;
      const address = /http:\/\/\S+\/oauth2\/authorize\S+/.exec(text)?.[0];
      if (address !== undefined) visiting = page.goto(address).then(() => visit(page));
    },
    env: {},
    cwd: '/',
  };
  const args = ['login', '--issuer', broker.url, '--connection', connection, '--scope', 'web', '--no-browser'];
  const code = await main(args, terminal);
  await visiting;
  return { code, ...written };
}

describe('token-broker login with SimpleSAMLphp in Chromium', () => {
  it.each([
    ['a signed assertion', 'ssp'],
    ['an encrypted assertion', 'sealed'],
    ['metadata by URL', 'by-url'],
  ])('gives AWS credentials: %s', async (_, name) => {
    const { code, out } = await login(name, async (page) => {
      await signInAt(page, ALICE);
      expect(await page.title()).toBe('Allow broker-cli?');
      const text = (await page.textContent('main')) ?? '';
      for (const named of ['broker-cli', 'web', 'alice@example.com', name, '127.0.0.1']) expect(text).toContain(named);
      await picture(page, `consent-${name}`);
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.waitForURL(/\/callback\?/);
      await picture(page, 'terminal-allowed');
    });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ Version: 1, AccessKeyId: expect.stringMatching(/^ASIA/) });
  });

  it('ends where the person says no', async () => {
    const { code, out, err } = await login('ssp', async (page) => {
      await signInAt(page, ALICE);
      await page.getByRole('button', { name: 'Deny' }).click();
      await page.waitForURL(/\/callback\?/);
      await picture(page, 'terminal-denied');
    });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('sign_in_declined');
  });

  it('shows a name as text, whatever it is made of, and gives its owner no more than the rules do', async () => {
    const { code, err } = await login('ssp', async (page) => {
      await signInAt(page, ['mallory', 'secret']);
      expect(await page.textContent('main')).toContain('<b>mallory</b>@example.com');
      await picture(page, 'consent-hostile-name');
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.waitForURL(/\/callback\?/);
    });
    expect(code).toBe(1);
    expect(err).toContain('not_allowed');
  });
});

describe('a sign-in that begins elsewhere', () => {
  it('shows who the person is, from /saml/{connection}/login', async () => {
    const page = await context.newPage();
    await page.goto(`${broker.url}/saml/ssp/login`);
    await signInAt(page, ALICE);
    expect(await page.textContent('h1')).toBe('You are signed in');
    expect(await page.textContent('main')).toContain('deployers, staff');
    await picture(page, 'signed-in');
  });

  it('is taken from the portal of the identity provider where the connection takes it', async () => {
    const page = await context.newPage();
    await page.goto(idp.portal(`${broker.url}/saml/portal`));
    await signInAt(page, ALICE);
    expect(await page.textContent('h1')).toBe('You are signed in');
  });

  it('is refused from the portal everywhere else, with the reason', async () => {
    const page = await context.newPage();
    await page.goto(idp.portal(`${broker.url}/saml/ssp`));
    await signInAt(page, ALICE);
    expect(await page.textContent('h1')).toBe('Sign-in failed');
    expect(await page.textContent('main')).toContain('saml_unsolicited');
    await picture(page, 'refused-unsolicited');
  });

  it('is refused for a redirect URI that is not registered, without going there', async () => {
    const page = await context.newPage();
    const query = 'response_type=code&client_id=broker-cli&redirect_uri=https%3A%2F%2Fevil.example%2F';
    await page.goto(`${broker.url}/oauth2/authorize?${query}`);
    expect(await page.textContent('main')).toContain('redirect_uri_mismatch');
    await picture(page, 'refused-redirect');
  });

  it('is not signed in twice by the back button', async () => {
    const page = await context.newPage();
    await page.goto(`${broker.url}/saml/ssp/login`);
    await signInAt(page, ALICE);
    const again = await page.reload();
    expect(again?.status()).toBe(403);
    await picture(page, 'refused-again');
  });
});

describe('the page of the approver, on a telephone and by the keyboard alone', () => {
  const ask = async (intent: string) => {
    const subject_token = await broker.idp.token('web-main');
    const form = { subject_token, subject_token_type: 'urn:ietf:params:oauth:token-type:jwt', intent };
    const body = new URLSearchParams(form);
    const answer = await fetch(`${broker.url}/v1/credentials/prod`, { method: 'POST', body });
    return Object(await answer.json()) as Readonly<Record<string, unknown>>;
  };

  /** Presses Tab until the element has the focus. */
  async function tabTo(page: Page, selector: string): Promise<void> {
    for (let pressed = 0; pressed < 20; pressed += 1) {
      await page.keyboard.press('Tab');
      if (await page.locator(`${selector}:focus`).count()) return;
    }
    throw new Error(`${selector} cannot be reached`);
  }

  it('shows what is asked as text, fits, and takes the word', async () => {
    await context.close();
    context = await chrome.newContext({
      viewport: { width: 360, height: 740 },
      isMobile: true,
      javaScriptEnabled: true,
    });
    const intent = '<img src=x onerror="document.title=1"> deploy it';
    const asked = await ask(intent);
    const page = await context.newPage();
    await page.goto(String(asked['approval_uri']));
    await signInAt(page, ALICE);
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(/\/approvals\/apr_/);
    expect(await page.title()).toBe('Approve prod?');
    const text = (await page.textContent('main')) ?? '';
    for (const shown of ['acme/web@refs/heads/main', 'Can read, change: s3:Get*, s3:PutObject', 'alice@example.com']) {
      expect(text).toContain(shown);
    }
    expect(await page.textContent('blockquote')).toBe(intent);
    expect(await page.locator('img').count()).toBe(0);
    const wide = await page.evaluate('document.documentElement.scrollWidth > window.innerWidth');
    expect(wide).toBe(false);
    await picture(page, 'approve-telephone');
    await tabTo(page, '#reason');
    await page.keyboard.type('change 4711');
    await tabTo(page, 'button.allow');
    await page.keyboard.press('Enter');
    await page.waitForFunction('document.title === "Approved: prod"');
    expect(await page.textContent('main')).toContain('change 4711');
    await picture(page, 'approved-telephone');
    expect(await ask(intent)).toMatchObject({ AccessKeyId: expect.stringMatching(/^ASIA/) });
  });

  it('is worth nothing on the page of another site that posts its form', async () => {
    const asked = await ask('forged');
    const page = await context.newPage();
    await page.goto(String(asked['approval_uri']));
    await signInAt(page, ALICE);
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(/\/approvals\/apr_/);
    const elsewhere = await context.newPage();
    const form = `<form method="post" action="${String(asked['approval_uri'])}"><input name="decision" value="approve"><button>win</button></form>`;
    await elsewhere.goto('data:text/html,<p>elsewhere</p>');
    await elsewhere.setContent(form);
    await elsewhere.getByRole('button', { name: 'win' }).click();
    await elsewhere.waitForURL(/\/approvals\/apr_/);
    expect(await elsewhere.textContent('main')).toContain('approval_session');
    expect((await ask('forged'))['approval_id']).toBe(asked['approval_id']);
  });
});

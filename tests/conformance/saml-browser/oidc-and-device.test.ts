/** A person in Chromium: an OIDC sign-in for `token-broker login`, and a device's code; oidc-provider is the issuer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { main } from '../../../bin/cli.ts';
import { consentPage } from '../../../lib/http/sign-in/pages/consent-page.ts';
import { type Broker, startBroker } from '../../e2e/broker.ts';
import { aPrincipal } from '../../fakes/world.ts';
import { expectAccessible } from '../console/stage.ts';

let broker: Broker;
let chrome: Browser;
let page: Page;
const state = mkdtempSync(join(tmpdir(), 'token-broker-person-'));

beforeAll(async () => {
  broker = await startBroker();
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  chrome = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  page = await chrome.newPage({ bypassCSP: false });
}, 120_000);

afterAll(async () => {
  await chrome.close();
  await broker.stop();
  rmSync(state, { recursive: true, force: true });
});

/** `login` as a person runs it; `visit` is told what the terminal says. */
async function login(args: readonly string[], visit: (said: string) => Promise<void>, scope = 'demo-people') {
  const written = { out: '', err: '' };
  const visits: Promise<void>[] = [];
  const terminal = {
    out: (text: string) => {
      written.out += text;
    },
    err: (text: string) => {
      written.err += text;
      if (/https?:/.test(text) && visits.length === 0) visits.push(visit(text));
    },
    ...{ env: { TOKEN_BROKER_URL: broker.url, XDG_STATE_HOME: state, HOME: state }, cwd: state },
  };
  const asked = ['login', '--connection', 'demo-oidc', '--scope', scope, ...args];
  const code = await main(asked, terminal);
  await Promise.all(visits);
  return { code, ...written };
}

describe('a person in Chromium', () => {
  it('signs in at an OIDC issuer for a program on their machine', async () => {
    const { code, out } = await login(['--no-browser'], async (said) => {
      await page.goto(/https?:\/\/\S+\/oauth2\/authorize\S+/.exec(said)?.[0] ?? '');
      await expectAccessible(page, 'oidc-consent');
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.getByRole('heading', { name: 'Signed in' }).waitFor();
    });
    expect([code, JSON.parse(out).AccessKeyId.slice(0, 4)]).toEqual([0, 'ASIA']);
  });

  it('allows a device after comparing its code, and sees which machine it is', async () => {
    const { code, out } = await login(['--device'], async (said) => {
      await page.goto(/\(or open (\S+)/.exec(said)?.[1] ?? '');
      await expectAccessible(page, 'device-code');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('heading', { name: 'Is this your device?' }).waitFor();
      await expectAccessible(page, 'device-compare');
      await page.getByRole('link', { name: /It is mine/ }).click();
      await page.getByRole('heading', { name: 'Allow broker-cli?' }).waitFor();
      await expectAccessible(page, 'device-consent');
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.getByRole('heading', { name: 'Allowed' }).waitFor();
    });
    expect([code, JSON.parse(out).AccessKeyId.slice(0, 4)]).toEqual([0, 'ASIA']);
  });

  it('who may not have what a device asks for sees why, and the device stops', async () => {
    const visit = async (said: string) => {
      await page.goto(/\(or open (\S+)/.exec(said)?.[1] ?? '');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('link', { name: /It is mine/ }).click();
      await page.getByText('has been told').waitFor();
      await expectAccessible(page, 'device-refused');
    };
    const { code, err } = await login(['--device'], visit, 'demo-nothing');
    expect([code, err.includes('device_refused'), err.includes('not_allowed')]).toEqual([1, true, true]);
  });

  it('reads which server may act for them', async () => {
    const asked = { client: 'cli', redirectUri: 'https://app.example.com/', responseMode: 'query' } as const;
    const authorization = { ...asked, scopes: ['files'], targets: [], state: null, codeChallenge: 'c' };
    const servers = [{ client: 'files', audience: 'https://files.example.com', scopes: ['bucket', 'table'] }];
    const question = { authorization, requestId: '_r1', secret: 's', servers };
    await page.setContent(consentPage(aPrincipal(), question, 'r').body ?? '');
    await page.getByText('may then act for you').waitFor();
    await expectAccessible(page, 'consent-with-server');
  });
});

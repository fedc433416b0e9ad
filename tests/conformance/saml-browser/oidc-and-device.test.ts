/** A person in Chromium: an OIDC sign-in for `token-broker login`, and a device's code; oidc-provider is the issuer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { main } from '../../../bin/cli.ts';
import { type Broker, startBroker } from '../../e2e/broker.ts';
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
async function login(args: readonly string[], visit: (said: string) => Promise<void>) {
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
  const asked = ['login', '--connection', 'demo-oidc', '--scope', 'demo-people', ...args];
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
});

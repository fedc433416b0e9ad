import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { IssuanceRecord } from '../../../lib/ledger/record.ts';
import { type EpochMilliseconds, epochMilliseconds } from '../../../lib/time.ts';
import { aRecord } from '../../ledger/a-record.ts';
import { expectAccessible, type Stage, signIn, startStage } from './stage.ts';

let stage: Stage;
let page: Page;

const ago = (minutes: number): EpochMilliseconds => epochMilliseconds(Date.now() - minutes * 60_000);

/** What a caller, an identity provider or whoever names a branch may have put into a record. */
const HOSTILE: Readonly<Record<string, string>> = {
  markup: '<img src=x onerror="document.title=1"><script>document.title=2</script>',
  terminal: '\u001b]0;owned\u0007\u001b[2J',
  direction: 'invoice\u202efdp.exe',
  formula: '=HYPERLINK("https://evil.example","pay")',
  emoji: '🔑'.repeat(256),
  wide: 'w'.repeat(400),
  link: 'javascript:alert(1)',
};

const records: readonly IssuanceRecord[] = [
  aRecord({ time: ago(50), principal: HOSTILE['markup'] ?? '', intent: HOSTILE['emoji'] ?? '', claims: HOSTILE }),
  aRecord({ time: ago(40), outcome: 'failed', reason: 'role_refused', credential: null }),
  aRecord({ time: ago(41), scope: 'before' }),
  ...Array.from({ length: 120 }, (_, at) => aRecord({ time: ago(60 + at), scope: 'bulk', principal: `job-${at}` })),
];

beforeAll(async () => {
  stage = await startStage();
  await stage.record(records);
  page = await stage.open();
  await signIn(stage, page);
}, 120_000);

afterAll(async () => {
  expect(stage.complaints).toEqual([]);
  expect([...stage.strangers]).toEqual([]);
  await stage.stop();
});

/** The status line says how many there are once they are there. */
const counted = async (text: RegExp): Promise<void> => page.getByRole('status').filter({ hasText: text }).waitFor();

describe('the table', () => {
  it('goes on to older records until there are none', async () => {
    await counted(/^100 newest records$/);
    await page.getByRole('button', { name: 'Show older' }).click();
    await counted(/^1\d\d records$/);
    expect(await page.getByRole('button', { name: 'Show older' }).count()).toBe(0);
  });

  it('is filtered by the address and by the form alike, step by step back', async () => {
    await page.getByLabel('Filter by').selectOption('scope');
    await page.getByLabel('Value').fill('bulk');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.waitForURL(/scope=bulk/);
    await page.getByLabel('Filter by').selectOption('principal');
    await page.getByLabel('Value').fill('job-7');
    await page.keyboard.press('Enter');
    await counted(/^1 record$/);
    expect(new URL(page.url()).search).toBe('?scope=bulk&principal=job-7');
    await page.goBack();
    await counted(/^100 newest records$/);
    await page.getByRole('button', { name: 'Remove the filter Scope bulk' }).click();
    await page.waitForURL(/\/console$/);
  });

  it('is filtered by words of the intent, in whatever case', async () => {
    await page.getByLabel('Filter by').selectOption('intent');
    await page.getByLabel('Value').fill('1.4.2 ROLL');
    await page.keyboard.press('Enter');
    await page.waitForURL(/intent=/);
    await counted(/^100 newest records$/);
    await page.goBack();
  });

  it('tells what the broker refuses, with reason and request', async () => {
    await page.getByLabel('Filter by').selectOption('accessKeyId');
    await page.getByLabel('Value').fill('x'.repeat(5_000));
    await page.keyboard.press('Enter');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain('parameter_invalid');
    await page.goBack();
  });

  it('shows what comes while it is live, and nothing while it is paused', async () => {
    await page.getByRole('button', { name: 'Live' }).click();
    await page.waitForURL(/live=1/);
    await stage.record([aRecord({ time: ago(0), scope: 'just-now' })]);
    await page.getByRole('cell', { name: 'just-now' }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await stage.record([aRecord({ time: ago(0), scope: 'paused' })]);
    await page.waitForTimeout(4_000);
    expect(await page.getByRole('cell', { name: 'paused' }).count()).toBe(0);
  });
});

describe('the timeline', () => {
  const plot = () => page.getByRole('slider', { name: /Timeline/ });
  const open = async (): Promise<void> => {
    await page.getByRole('link', { name: 'Issuances', exact: true }).click();
    await page.getByLabel('Range of time').selectOption('6h');
    await plot().waitFor();
  };
  const searched = (): URLSearchParams => new URL(page.url()).searchParams;

  it('is gone into by marking a part of it, and left by the way back', async () => {
    await open();
    const { x, y, width, height } = (await plot().boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(x + width * 0.75, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.65, y + height / 2, { steps: 3 });
    const marked = page.locator('.timeline .marked');
    const [, count = ''] = /: (\d+) issued/.exec((await marked.textContent()) ?? '') ?? [];
    await page.mouse.up();
    await page.waitForURL(/from=/);
    expect(Date.parse(searched().get('from') ?? '')).toBeLessThan(Date.parse(searched().get('to') ?? ''));
    await counted(new RegExp(`^${count} records?$`));
    await page.goBack();
    await page.waitForURL(/last=6h$/);
  });

  it('is read and marked by keys alone', async () => {
    await open();
    await plot().focus();
    await page.keyboard.press('Home');
    const first = await plot().getAttribute('aria-valuetext');
    expect(first).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:00 to .* UTC: none$/);
    for (let bars = 0; bars < 3; bars += 1) await page.keyboard.press('Shift+ArrowRight');
    expect(await plot().getAttribute('aria-valuenow')).toBe('3');
    await page.keyboard.press('Enter');
    await page.waitForURL(/from=/);
    const seconds = (Date.parse(searched().get('to') ?? '') - Date.parse(searched().get('from') ?? '')) / 1000;
    expect(Math.round(seconds) % 240).toBe(0);
    await counted(/^0 records$/);
    await page.getByRole('button', { name: 'Later' }).click();
    await page.getByRole('button', { name: 'Wider' }).click();
    await page.waitForURL(/from=/);
  });

  it('is broken down, and each value is a filter', async () => {
    await open();
    await page.locator('.breakdown').filter({ hasText: 'Scopes' }).getByRole('link', { name: 'bulk' }).click();
    await page.waitForURL(/scope=bulk/);
    await page.locator('.timeline .total').filter({ hasText: '120 issued' }).waitFor();
    await page.locator('.breakdown').filter({ hasText: 'Principals' }).getByRole('link', { name: 'job-0' }).click();
    await counted(/^1 record$/);
    await page.locator('.timeline .total').filter({ hasText: '1 issued' }).waitFor();
  });
});

describe('a record with whatever people put into it', () => {
  beforeAll(async () => {
    await page.getByRole('link', { name: 'Issuances', exact: true }).click();
    await page.getByLabel('Filter by').selectOption('principal');
    await page.getByLabel('Value').fill(HOSTILE['markup'] ?? '');
    await page.keyboard.press('Enter');
    await counted(/^1 record$/);
  });

  it('is text in the table and on its own page, and makes nothing wider', async () => {
    await expectAccessible(page, 'hostile-table');
    await page.locator('table.issuances td.time a').click();
    await page.getByRole('heading', { name: 'Claims on record' }).waitFor();
    const text = (await page.textContent('main')) ?? '';
    for (const name of ['markup', 'formula', 'emoji', 'wide', 'link']) expect(text).toContain(HOSTILE[name]);
    expect(text).toContain('U+001B]0;ownedU+0007U+001B[2J');
    expect(text).toContain('invoiceU+202Efdp.exe');
    expect(await page.locator('main img, main script, main a[href^=javascript]').count()).toBe(0);
    expect(await page.title()).toBe('Issuance - Token Broker');
    await expectAccessible(page, 'hostile-record');
  });
});

describe("one issuance's page", () => {
  it('leads to CloudTrail and to what the same principal got around it', async () => {
    const [, failed] = records;
    await page.goto(`${stage.broker.url}/console/issuances/${failed?.id}`);
    await signIn(stage, page);
    await page.getByRole('heading', { name: /failed/ }).waitFor();
    expect(await page.textContent('main')).toContain('role_refused');
    await page.getByText('this one').waitFor();
    expect(await page.locator('.neighbours').textContent()).toContain('before');
  });

  it('is told apart from one that there is not', async () => {
    await page.goto(`${stage.broker.url}/console/issuances/iss_00000000000000000000000000`);
    await signIn(stage, page);
    await page.getByRole('alert').waitFor();
    expect(await page.textContent('main')).toContain('issuance_unknown');
  });
});

describe('a receipt', () => {
  const listOwn = async (): Promise<void> => {
    await page.goto(`${stage.broker.url}/console?scope=broker:issuances:read&outcome=issued`);
    await signIn(stage, page);
  };

  it('is verified by the browser itself', async () => {
    await listOwn();
    await page.locator('td.time a').last().click();
    const look = page.getByRole('button', { name: 'Look again' });
    const verified = page.getByText('verified in this browser');
    await page.getByText(/verified in this browser|Look again/).waitFor();
    // The log follows within a minute.
    for (let looks = 0; looks < 20 && (await look.count()) > 0; looks += 1) {
      await look.click();
      await page.waitForTimeout(1_000);
    }
    await verified.waitFor();
    expect(await page.textContent('main')).toMatch(/entry \d+ of \d+ in the log 127\.0\.0\.1/);
    await expectAccessible(page, 'receipt');
  });

  it.each([
    [
      'a record that is not the one in the log',
      /\/v1\/issuances\/iss_[^/]+$/,
      '"attempts":1',
      '"attempts":2',
      'another record',
    ],
    ['a proof that was altered', /\/receipt$/, /\nindex \d+\n/, '\nindex 1000\n', 'does not lead to the root'],
    ['a checkpoint that was altered', /\/receipt$/, /\/ledger\n\d+\n/, '/ledger\n1000\n', 'not signed'],
    ['another key', /\/v1\/ledger\/key$/, /^.*$/s, 'other+00000000+AQ==', 'another log'],
  ])('does not hold for %s', async (_, path, from, to, says) => {
    const altered = await page.context().newPage();
    await altered.route(path, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replace(from, to) });
    });
    await altered.goto(page.url());
    await altered.getByRole('alert').filter({ hasText: 'The receipt does not hold.' }).waitFor();
    expect(await altered.textContent('main')).toContain(says);
    await altered.close();
  });

  it('that there is none is said as such', async () => {
    const none = await page.context().newPage();
    await none.route(/\/receipt$/, (route) => route.fulfill({ status: 404, json: { reason: 'route_unknown' } }));
    await none.goto(page.url());
    await none.getByText('This broker gives no receipts').waitFor();
    await none.close();
  });
});

describe('what is allowed now', () => {
  it('leads from the list to a scope, its rules, and why somebody would get it', async () => {
    await page.goto(`${stage.broker.url}/console/scopes`);
    await signIn(stage, page);
    await page.getByRole('link', { name: 'broker:explain' }).click();
    await page.getByText('scopes/explain.yaml:2').waitFor();
    expect(await page.textContent('main')).toContain('claims.groups');
    await page.getByRole('link', { name: 'Who would get it, and who not' }).click();
    await page.getByLabel('has these claims').check();
    await page.getByLabel('Connection').fill('corp');
    await page.getByLabel('Claims (JSON)').fill('{"nameId":"bob@acme.example","groups":["<b>interns</b>"]}');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByRole('heading', { name: 'Refused' }).waitFor();
    expect(await page.textContent('main')).toContain('<b>interns</b>');
    expect(await page.getByRole('cell', { name: 'different' }).count()).toBe(1);
    expect(new URL(page.url()).search).toBe('?scope=broker%3Aexplain&connection=corp');
    expect(new URL(page.url()).hash).toContain('interns');
  });

  it('explains who is on record, and says what the broker says where it can explain nothing', async () => {
    await page.getByLabel('is on record').check();
    await page.getByLabel('Issuance').fill(records[1]?.id ?? '');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByRole('heading', { name: /Refused|Allowed/ }).waitFor();
    await page.getByLabel('Issuance').fill('iss_00000000000000000000000000');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.textContent('main')).toContain('issuance_unknown');
  });

  it('takes claims that are not JSON for a mistake', async () => {
    await page.getByLabel('has these claims').check();
    await page.getByLabel('Connection').fill('corp');
    await page.getByLabel('Claims (JSON)').fill('{');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByRole('alert').filter({ hasText: 'not JSON' }).waitFor();
  });
});

describe.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 390],
  ['dark', 390],
] as const)('in %s, %i pixels wide', (colorScheme, width) => {
  it('every view is one for everybody', async () => {
    const own = await stage.open({ colorScheme, viewport: { width, height: 844 } });
    await own.goto(`${stage.broker.url}/console`);
    await own.getByRole('heading', { name: 'Sign in' }).waitFor();
    const name = (view: string): string => `${view}-${colorScheme}-${width}`;
    await expectAccessible(own, name('sign-in'));
    await signIn(stage, own);
    await own.locator('.plot').waitFor();
    await own.getByRole('table').waitFor();
    await expectAccessible(own, name('issuances'));
    await own.locator('table.issuances td.time a').nth(2).click();
    await own.getByText('this one').waitFor();
    await expectAccessible(own, name('issuance'));
    await own.getByRole('link', { name: 'Explain it by the rules in force now' }).click();
    await own.getByRole('heading', { name: /Refused|Allowed/ }).waitFor();
    await expectAccessible(own, name('explain'));
    await own.getByRole('link', { name: 'Scopes', exact: true }).click();
    await own.getByRole('table').waitFor();
    await expectAccessible(own, name('scopes'));
    await own.getByRole('link', { name: 'broker:explain' }).click();
    await own.getByRole('heading', { name: 'Who may use it' }).waitFor();
    await expectAccessible(own, name('scope'));
  });
});

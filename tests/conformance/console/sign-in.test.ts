import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectAccessible, folder, type Stage, signIn, startStage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
}, 120_000);

afterAll(async () => {
  expect(stage.complaints).toEqual([]);
  expect([...stage.strangers]).toEqual([]);
  await stage.stop();
});

const TOKEN_SECONDS = 15 * 60;

describe('signing in at /console', () => {
  it('comes back to the very view, with code and state gone from the address', async () => {
    const page = await stage.open();
    await signIn(stage, page, '/console?scope=broker%3Aexplain&last=7d');
    await page.getByRole('heading', { name: 'Issuances' }).waitFor();
    expect(page.url()).toBe(`${stage.broker.url}/console?scope=broker%3Aexplain&last=7d`);
    expect(await page.textContent('header')).toContain('corp:alice@acme.example');
  });

  it('leaves no token in any storage of the browser', async () => {
    const page = await stage.open();
    await signIn(stage, page);
    await page.getByRole('table').waitFor();
    const kept = String(
      await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])'),
    );
    expect(kept).not.toMatch(/eyJ/);
    expect(kept).not.toContain('verifier');
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('gives the session to another tab of the browser, and takes it from both', async () => {
    const page = await stage.open();
    await signIn(stage, page);
    await page.getByRole('table').waitFor();
    const other = await page.context().newPage();
    await other.goto(`${stage.broker.url}/console?last=1h`);
    await other.getByRole('table').waitFor();
    await other.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('has a way back in once the session has ended, and shows nothing of it meanwhile', async () => {
    const page = await stage.open();
    await page.clock.install();
    await signIn(stage, page, '/console?outcome=issued');
    await page.getByRole('table').waitFor();
    await page.clock.fastForward((TOKEN_SECONDS - 60) * 1000);
    await page.getByText('The session ends within two minutes').waitFor();
    await page.clock.fastForward(61_000);
    await page.getByRole('heading', { name: 'The session has ended' }).waitFor();
    expect(await page.getByRole('table').count()).toBe(0);
    await expectAccessible(page, 'ended');
    await signIn(stage, page);
    await page.getByRole('table').waitFor();
    expect(page.url()).toBe(`${stage.broker.url}/console?outcome=issued`);
  });

  it('drops an answer to a sign-in that this tab did not begin', async () => {
    const page = await stage.open();
    await page.goto(`${stage.broker.url}/console#code=${'a'.repeat(43)}&state=made-up&iss=${stage.broker.url}`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(page.url()).toBe(`${stage.broker.url}/console`);
  });

  it('begins on a list of the connections, and at the one of the last time from then on', async () => {
    const page = await stage.open();
    await page.goto(`${stage.broker.url}/console`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await expectAccessible(page, 'sign-in');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Where do you sign in?' }).waitFor();
    const names = await page.getByRole('navigation', { name: 'Where to sign in' }).getByRole('link').allTextContents();
    expect(names).toEqual(['corp', 'demo-oidc']);
    await expectAccessible(page, 'connections');
    await page.goBack();
    await signIn(stage, page);
    await page.getByRole('table').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in at corp', exact: true }).click();
    await page.getByRole('heading', { name: /^Allow console/ }).waitFor();
    await expectAccessible(page, 'consent');
    await page.goBack();
  });

  it('takes a person who signs in at an OpenID Connect provider, and another account later', async () => {
    const page = await stage.open();
    await signIn(stage, page, '/console?last=1h', 'demo-oidc');
    await page.getByRole('heading', { name: 'Issuances' }).waitFor();
    expect(page.url()).toBe(`${stage.broker.url}/console?last=1h`);
    expect(await page.textContent('header')).toContain('demo-oidc:');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in elsewhere' }).click();
    await page.getByRole('link', { name: 'corp', exact: true }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByRole('table').waitFor();
    expect(await page.textContent('header')).toContain('corp:alice@acme.example');
  });

  it('says so where the person says no', async () => {
    const page = await stage.open();
    await page.goto(`${stage.broker.url}/console`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'corp', exact: true }).click();
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByRole('heading', { name: 'The sign-in was refused' }).waitFor();
    expect(await page.textContent('main')).toContain('sign_in_declined');
  });
});

describe('the pages of a device', () => {
  it('are for everybody: the code, and where its person signs in', async () => {
    const form = { client_id: 'cli', resource: stage.broker.url, device_name: 'build-7' };
    const asked = { method: 'POST', body: new URLSearchParams(form) };
    const begun = Object(await (await fetch(`${stage.broker.url}/oauth2/device_authorization`, asked)).json());
    const page = await stage.open();
    await page.goto(begun.verification_uri);
    await expectAccessible(page, 'device-code');
    await page.getByLabel('Code').fill(begun.user_code);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Is this your device?' }).waitFor();
    await expectAccessible(page, 'device-connections');
    await page.getByRole('button', { name: 'corp', exact: true }).click();
    await page.getByRole('link', { name: 'It is mine: sign in at corp' }).waitFor();
    await expectAccessible(page, 'device-compare');
    await page.getByRole('link', { name: 'It is mine: sign in at corp' }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByRole('heading', { name: 'Allowed' }).waitFor();
    const polled = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', ...begun, client_id: 'cli' };
    const { client_id, grant_type, device_code } = polled;
    const answer = await fetch(`${stage.broker.url}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id, grant_type, device_code }),
    });
    expect(
      Object(await answer.json())
        .scope.split(' ')
        .sort(),
    ).toEqual(['broker:explain', 'broker:issuances:read']);
  });
});

describe('an operator without the scope', () => {
  it('learns which scope and which check failed, and gets what is needed to ask for it', async () => {
    expect(await stage.broker.configure(folder('auditors', 'auditors'))).toEqual([]);
    const page = await stage.open();
    // The version in force is known for 10 s at most.
    await page.waitForTimeout(10_500);
    await signIn(stage, page);
    await page.getByRole('heading', { name: 'You may not have this scope' }).waitFor();
    const text = (await page.textContent('main')) ?? '';
    for (const told of ['broker:issuances:read', 'not_allowed', 'corp']) expect(text).toContain(told);
    expect(text).not.toContain('auditors');
    await expectAccessible(page, 'no-scope');
  });

  it('gets the one scope where a rule gives only that', async () => {
    expect(await stage.broker.configure(folder('deployers', 'auditors'))).toEqual([]);
    const page = await stage.open();
    await page.waitForTimeout(10_500);
    await signIn(stage, page);
    await page.getByRole('table').waitFor();
  });
});

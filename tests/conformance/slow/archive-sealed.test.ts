import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { parseVerifier } from '../../../lib/archive/note.ts';
import { verifyReceipt } from '../../../lib/archive/receipt.ts';
import { machine } from '../../e2e/cli/program.ts';
import { EXCHANGE, JWT, nightly, type OauthStage, post, startOauthStage, TOKEN } from '../../e2e/oauth/stage.ts';

let stage: OauthStage;

beforeAll(async () => {
  stage = await startOauthStage(undefined, { archive: 'follows', parameters: { ArchivePersons: 'sealed' } });
}, 60_000);

afterAll(async () => {
  await stage.stop();
});

async function asked(path: string): Promise<Response> {
  const reader = await post(
    stage,
    TOKEN,
    { grant_type: 'client_credentials', scope: 'broker:issuances:read' },
    nightly,
  );
  const headers = { authorization: `Bearer ${String(reader.body['access_token'])}` };
  return fetch(`${stage.broker.url}${path}`, { headers });
}

async function receiptOf(id: string): Promise<string> {
  for (const until = Date.now() + 20_000; ; await new Promise((wake) => setTimeout(wake, 250))) {
    const answer = await asked(`/v1/issuances/${id}/receipt`);
    if (answer.status === 200 || Date.now() > until) return answer.text();
    await answer.body?.cancel();
  }
}

describe('the archive with ArchivePersons: sealed', () => {
  it('has entries without names, whose receipts hold before and after an erasure by the command line', async () => {
    const subject_token = await stage.broker.idp.token('web-main');
    const form = { grant_type: EXCHANGE, subject_token, subject_token_type: JWT, scope: 'reports:read' };
    const issued = await post(stage, TOKEN, form);
    const { jti = '' } = decodeJwt(String(issued.body['access_token']));
    const record = Object(await (await asked(`/v1/issuances/${jti}`)).json());
    const receipt = await receiptOf(jti);
    const key = parseVerifier(await (await fetch(`${stage.broker.url}/v1/ledger/key`)).text());
    const entry = Buffer.from((key === null ? null : verifyReceipt(receipt, key))?.entry ?? '').toString('utf8');
    expect(JSON.parse(entry)).toMatchObject({ id: jti, format: 2, connection: record.connection, intent: null });
    expect(entry).not.toContain(record.subject);

    const person = machine({ ...stage.broker.aws, TOKEN_BROKER_TABLES: stage.broker.tablePrefix });
    const identity = `${record.connection}:${record.subject}`;
    const erased = await person.run(['issuances', 'erase', identity, '--reason', 'request 1', '--json']);
    expect({ code: erased.code, stderr: erased.stderr }).toEqual({ code: 0, stderr: '' });
    const { pseudonym, records, plainEntries } = JSON.parse(erased.stdout);
    expect({ pseudonym, plainEntries }).toEqual({ pseudonym: JSON.parse(entry).subject, plainEntries: 0 });
    expect(records).toBeGreaterThan(0);

    const after = await (await asked(`/v1/issuances/${jti}`)).json();
    expect(after).toMatchObject({ principal: 'erased', subject: pseudonym, erased: ['subject'] });
    expect(await receiptOf(jti)).toContain(receipt.split('\n')[1]);
    const archived = await person.run(['issuances', 'list', '--archive', '--json']);
    expect(archived.stdout).not.toContain(record.subject);
    expect(JSON.parse(archived.stdout).issuances.find(({ id }: { id: string }) => id === jti)).toEqual(after);
  }, 60_000);
});

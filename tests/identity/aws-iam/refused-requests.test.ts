import { describe, expect, it } from '@jest/globals';
import type { RefusedRequests } from '../../../lib/identity/aws-iam/refused-requests.ts';
import type { SignedRequest } from '../../../lib/identity/aws-iam/signed-request.ts';
import { refuse } from '../../../lib/outcome.ts';
import type { FetchResult } from '../../../lib/ports/documents.ts';
import { epochMilliseconds, epochSeconds } from '../../../lib/time.ts';
import { answerXml, type Envelope, encoded, SIGNING, signed } from './signing.ts';
import { type Case, connection, failure, HERE, NOW, noneRefused, verify, xml } from './verification.ts';

const REFUSED = failure('SignatureDoesNotMatch', 403);

/** A process at a clock that can be set, and how often STS was asked in it. */
function aProcess() {
  const clock = { ms: Date.parse(NOW) };
  const refused = noneRefused({ now: () => epochMilliseconds(clock.ms) });
  const present = async (envelope: string, more: Case = {}) => {
    const { outcome, sent } = await verify(envelope, { answer: REFUSED, refused, ...more });
    return { reason: outcome.ok ? 'accepted' : outcome.refusal.reason, outcome, asked: sent.length };
  };
  return { clock, present };
}

const OUR_KEY = SIGNING.credentials.accessKeyId;
const keyed = (number: number): string => `ASIAEXAMPLE${String(number).padStart(9, '0')}`;

const first = signed({ headers: { ...SIGNING.headers, 'amz-sdk-invocation-id': 'first' } });

/** Requests of one key that differ in what is signed: only STS can tell that the signature is of the first of them. */
async function another(number: number, accessKeyId = OUR_KEY): Promise<Envelope> {
  const envelope = structuredClone(await first);
  const authorization = String(envelope.headers['authorization']).replace(OUR_KEY, accessKeyId);
  Object.assign(envelope.headers, { authorization, 'amz-sdk-invocation-id': `invocation-${number}` });
  return envelope;
}

describe('a signed request that STS refused', () => {
  it.each<[string, FetchResult, Case]>([
    ['signature_invalid', REFUSED, {}],
    ['expired', failure('ExpiredToken', 403), {}],
    ['caller_identity_unsupported', xml(answerXml('arn:aws:iam::111122223333:root', '111122223333')), {}],
    ['account_not_allowed', xml(answerXml()), { connections: [{ ...connection, accounts: ['444455556666'] }] }],
    [
      'requirement_not_met',
      xml(answerXml()),
      { connections: [{ ...connection, require: [{ StringEquals: { 'claims.roleName': ['batch'] } }] }] },
    ],
  ])('is asked about once, however often it comes: %s', async (reason, answer, more) => {
    const { present } = aProcess();
    const envelope = encoded(await signed());
    expect(await present(envelope, { answer, ...more })).toMatchObject({ reason, asked: 1 });
    const { outcome } = await present(envelope, { answer, ...more });
    for (let count = 0; count < 50; count += 1) {
      expect(await present(envelope, { answer, ...more })).toEqual({ reason, asked: 0, outcome });
    }
  });

  it.each([
    ['one second before a minute has passed', 59_999, 0],
    ['a minute later', 60_000, 1],
    ['after the clock was set back', -1, 1],
  ])('is asked about again %s: %i ms', async (_, later, asked) => {
    const { clock, present } = aProcess();
    const envelope = encoded(await signed());
    await present(envelope);
    clock.ms += later;
    expect(await present(envelope)).toMatchObject({ reason: 'signature_invalid', asked });
  });

  it.each<[string, FetchResult]>([
    ['an outage', failure('Throttling', 400)],
    ['no answer', { ok: false, problem: 'timeout', cause: 'deadline' }],
  ])('is asked about again after %s', async (_, answer) => {
    const { present } = aProcess();
    const envelope = encoded(await signed());
    expect(await present(envelope, { answer })).toMatchObject({ reason: 'caller_identity_unavailable', asked: 1 });
    expect(await present(envelope, { answer: xml(answerXml()) })).toMatchObject({ reason: 'accepted', asked: 1 });
  });

  it('speaks for no other that has its signature and differs in a header', async () => {
    const { present } = aProcess();
    const good = await signed();
    const forged = { ...good, headers: { ...good.headers, 'x-amz-security-token': 'another' } };
    expect(await present(encoded(forged))).toMatchObject({ reason: 'signature_invalid', asked: 1 });
    expect(await present(encoded(good), { answer: xml(answerXml()) })).toMatchObject({ reason: 'accepted', asked: 1 });
  });

  it('says nothing of what was accepted: that is asked about each time', async () => {
    const { present } = aProcess();
    const envelope = encoded(await signed());
    const answer = xml(answerXml());
    for (let count = 0; count < 3; count += 1) expect(await present(envelope, { answer })).toMatchObject({ asked: 1 });
  });
});

describe('signed requests that are made up without end', () => {
  it('are asked about twenty times a minute for one access key from one address', async () => {
    const { clock, present } = aProcess();
    for (let count = 0; count < 20; count += 1) {
      expect(await present(encoded(await another(count)))).toMatchObject({ reason: 'signature_invalid', asked: 1 });
    }
    const next = encoded(await another(20));
    const { outcome, asked } = await present(next);
    expect(asked).toBe(0);
    expect(outcome).toEqual({ ok: false, refusal: { reason: 'signed_request_attempts_exceeded', retryAfter: 60 } });
    const good = { answer: xml(answerXml()) };
    expect(await present(next, { ...good, sourceIp: '203.0.113.10' })).toMatchObject({ reason: 'accepted' });
    expect(await present(encoded(await another(21, keyed(1))), good)).toMatchObject({ reason: 'accepted' });
    clock.ms += 60_000;
    expect(await present(next, good)).toMatchObject({ reason: 'accepted' });
  });

  it('are asked about a hundred times a minute from one address, whatever keys they name', async () => {
    const { present } = aProcess();
    for (let count = 0; count < 100; count += 1) {
      expect(await present(encoded(await another(count, keyed(count))))).toMatchObject({ asked: 1 });
    }
    const next = encoded(await another(100, keyed(100)));
    expect(await present(next)).toMatchObject({ reason: 'signed_request_attempts_exceeded', asked: 0 });
    expect(await present(next, { sourceIp: '203.0.113.10' })).toMatchObject({ reason: 'signature_invalid', asked: 1 });
  });

  it.each([
    ['was accepted there just now', 0, 'accepted'],
    ['was accepted there within the last quarter of an hour', 899_999, 'accepted'],
    ['was accepted there a quarter of an hour ago', 900_000, 'signed_request_attempts_exceeded'],
    ['was accepted there by a clock that was set back since', -1, 'signed_request_attempts_exceeded'],
  ])('from a shared address leave a key alone that %s: after %i ms', async (_, later, reason) => {
    const { clock, present } = aProcess();
    const good = { answer: xml(answerXml()) };
    expect(await present(encoded(await another(1_000)), good)).toMatchObject({ reason: 'accepted' });
    clock.ms += later;
    for (let count = 0; count < 100; count += 1) await present(encoded(await another(count, keyed(count))));
    expect(await present(encoded(await another(1_001)), good)).toMatchObject({ reason });
    for (let count = 0; count < 20; count += 1) await present(encoded(await another(count)));
    expect(await present(encoded(await another(1_002)), good)).toMatchObject({
      reason: 'signed_request_attempts_exceeded',
    });
  });
});

describe('what is remembered', () => {
  const request = (name: string): SignedRequest => ({
    target: { host: 'sts.amazonaws.com', region: 'us-east-1', url: 'https://sts.amazonaws.com/' },
    body: '',
    headers: { authorization: name },
    serverId: 'broker.example.com',
    accessKeyId: name,
    signedAt: epochSeconds(0),
    id: name,
  });
  const at = (sourceIp: string) => ({ sourceIp, configVersion: 1 });
  const elsewhere = (number: number) => at(`10.0.${Math.floor(number / 250)}.${number % 250}`);
  const { refusal } = refuse('signature_invalid');
  const known = (process: RefusedRequests, name: string) => process.find(request(name), at(HERE)) === null;
  const others = Array.from({ length: 1_000 }, (_each, number) => number);

  it('is a thousand refusals: of more the oldest gives way', async () => {
    const process = noneRefused();
    await process.keep(request('first'), at(HERE), refusal);
    await process.keep(request('second'), at(HERE), refusal);
    for (const number of others.slice(0, 998)) await process.keep(request(`${number}`), elsewhere(number), refusal);
    expect([known(process, 'first'), known(process, 'second')]).toEqual([false, false]);
    await process.keep(request('first'), at(HERE), refusal);
    await process.keep(request('one more'), elsewhere(999), refusal);
    expect([known(process, 'first'), known(process, 'second'), known(process, '0')]).toEqual([false, true, false]);
  });

  it('is a thousand keys that were accepted, each from its address: of more the oldest gives way', async () => {
    const process = noneRefused();
    for (const number of others.slice(0, 100)) await process.keep(request(`bad-${number}`), at(HERE), refusal);
    process.accepted(request('first'), at(HERE));
    process.accepted(request('second'), at(HERE));
    for (const number of others.slice(0, 998)) process.accepted(request(`good-${number}`), elsewhere(number));
    expect([known(process, 'first'), known(process, 'second')]).toEqual([true, true]);
    // Neither a key that was accepted elsewhere nor one that never was.
    expect([known(process, 'good-0'), known(process, 'third')]).toEqual([false, false]);
    process.accepted(request('second'), at(HERE));
    expect([known(process, 'first'), known(process, 'second')]).toEqual([true, true]);
    process.accepted(request('one more'), elsewhere(999));
    expect([known(process, 'first'), known(process, 'second')]).toEqual([false, true]);
  });
});

describe('an account', () => {
  const of = (partition: string) =>
    xml(answerXml(`arn:${partition}:iam::111122223333:user/build`, 'AIDAEXAMPLEEXAMPLE12'));
  const china = { host: 'sts.cn-north-1.amazonaws.com.cn', region: 'cn-north-1' };
  const { principal: _, ...plain } = connection;

  it.each([
    ['aws', null, 'accepted'],
    ['aws-cn', null, 'account_not_allowed'],
    ['aws-us-gov', null, 'account_not_allowed'],
    ['aws-cn', 'aws-cn', 'accepted'],
    ['aws', 'aws-cn', 'account_not_allowed'],
    ['aws-us-gov', 'aws-cn', 'account_not_allowed'],
  ])('of %s, to a connection whose partition is %s: %s', async (theirs, ours, expected) => {
    const { present } = aProcess();
    const connections = [{ ...plain, principal: '${claims.arn}', partition: ours }];
    const envelope = encoded(await signed(theirs === 'aws-cn' ? china : {}));
    expect(await present(envelope, { answer: of(theirs), connections, sourceIp: HERE })).toMatchObject({
      reason: expected,
    });
  });

  it('of another partition is told to the log', async () => {
    const { present } = aProcess();
    const { outcome } = await present(encoded(await signed(china)), { answer: of('aws-cn') });
    expect(outcome).toMatchObject({ refusal: { log: { found: 'aws-cn 111122223333' } } });
  });
});

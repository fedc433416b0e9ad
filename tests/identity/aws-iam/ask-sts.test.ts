import { describe, expect, it } from '@jest/globals';
import { askWhoSigned } from '../../../lib/identity/aws-iam/ask-sts.ts';
import { readSignedRequest } from '../../../lib/identity/aws-iam/signed-request.ts';
import type { FetchRequest, FetchResult } from '../../../lib/ports/documents.ts';
import { answerXml, encoded, signed } from './signing.ts';
import { connection, failure, reasonOf, verify, xml } from './verification.ts';

describe('what STS answers', () => {
  const role = (name: string, text: string): [string, string, FetchResult] => [
    name,
    'caller_identity_unavailable',
    xml(text),
  ];
  it.each<[string, string, FetchResult]>([
    ['that the signature does not hold', 'signature_invalid', failure('SignatureDoesNotMatch', 403)],
    ['that nobody has this key', 'signature_invalid', failure('InvalidClientTokenId', 403)],
    ['that the credentials have expired', 'expired', failure('ExpiredToken', 403)],
    ['that it throttles', 'caller_identity_unavailable', failure('Throttling', 400)],
    ['that it has too much to do', 'caller_identity_unavailable', failure('TooManyRequests', 429)],
    ['that it is broken', 'caller_identity_unavailable', failure('InternalFailure', 500)],
    ['an error that is no XML', 'caller_identity_unavailable', xml('no', 403)],
    ['nothing in time', 'caller_identity_unavailable', { ok: false, problem: 'timeout', cause: '' }],
    ['a redirect', 'caller_identity_unavailable', { ok: false, problem: 'redirect', cause: '' }],
    ['too much', 'caller_identity_unavailable', { ok: false, problem: 'too-large', cause: '' }],
    ['a created status', 'caller_identity_unavailable', xml(answerXml(), 201)],
    ['JSON', 'caller_identity_unavailable', xml('{"Arn":"x"}', 200, 'application/json')],
    ['XML as a page', 'caller_identity_unavailable', xml(answerXml(), 200, 'text/html')],
    [
      'an account that is not listed',
      'account_not_allowed',
      xml(
        answerXml('arn:aws:sts::999999999999:assumed-role/r/session', 'AROAEXAMPLEEXAMPLE12:session', '999999999999'),
      ),
    ],
    role('nothing', ''),
    role(
      'an ARN of another account than the account',
      answerXml('arn:aws:sts::999999999999:assumed-role/web-task/session', 'AROAEXAMPLEEXAMPLE12:session'),
    ),
    role(
      'a session other than the id says',
      answerXml('arn:aws:sts::111122223333:assumed-role/web-task/session', 'AROAEXAMPLEEXAMPLE12:other'),
    ),
    role(
      'an id without a session',
      answerXml('arn:aws:sts::111122223333:assumed-role/web-task/session', 'AROAEXAMPLEEXAMPLE12'),
    ),
    role('a role without a session', answerXml('arn:aws:sts::111122223333:assumed-role/web-task')),
    role(
      'a role of IAM as a session',
      answerXml('arn:aws:iam::111122223333:assumed-role/web-task/0123456789abcdef0123456789abcdef'),
    ),
    role('a document type', `<!DOCTYPE x [<!ENTITY a "b">]>${answerXml()}`),
    role('an entity', answerXml('&a;')),
    role('a comment within a value', answerXml('arn:aws:sts::111122223333:assumed-role/<!-- -->web-task/session')),
    role('a CDATA section', answerXml('<![CDATA[arn:aws:iam::111122223333:user/a]]>')),
    role('two ARNs', answerXml().replace('<Account>', '<Arn>arn:aws:iam::111122223333:user/a</Arn><Account>')),
    role(
      'two ARNs and no account',
      answerXml().replace('<Account>111122223333</Account>', '<Arn>arn:aws:iam::111122223333:user/a</Arn>'),
    ),
    role('another namespace', answerXml().replace('2011-06-15', '2012-01-01')),
    role('another response', answerXml().replaceAll('GetCallerIdentity', 'GetSessionToken')),
    role('something after the end', `${answerXml()}<x/>`),
    role('an account of letters', answerXml(undefined, undefined, 'abcdefghijkl')),
    role('a name of the element that closes otherwise', answerXml().replace('</Arn>', '</UserId>')),
  ])('%s: %s', async (_name, reason, answer) => {
    expect(reasonOf(await verify(encoded(await signed()), { answer }))).toBe(reason);
  });

  it('takes no more than milliseconds to refuse, whatever it is', async () => {
    const bytes = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>${'<Arn>a</Arn> '.repeat(1_000)}`;
    const started = process.hrtime.bigint();
    await verify(encoded(await signed()), { answer: xml(bytes) });
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(200);
  });

  it('throws where two connections claim one account of one server', async () => {
    const connections = [connection, { ...connection, connection: 'again' }];
    await expect(verify(encoded(await signed()), { connections })).rejects.toMatchObject({
      dependency: 'configuration',
      message: 'Two aws-iam connections have one server id and account.',
    });
  });
});

const error = (httpStatus: number, errorCode: string) => ({ httpStatus, errorCode });
const refusal = (reason: string, log: object) => ({ ok: false, refusal: { reason, log } });
const unavailable = (log: object) => refusal('caller_identity_unavailable', log);
const long = 'E'.repeat(64);

describe('STS', () => {
  /** What becomes of its answer, and what it was asked. */
  async function ask(answer: FetchResult) {
    const asked: FetchRequest[] = [];
    const fetcher = {
      fetch: async (request: FetchRequest) => {
        asked.push(request);
        return answer;
      },
    };
    const request = readSignedRequest(encoded(await signed()), null);
    if (!request.ok) throw new Error(request.refusal.reason);
    return { outcome: await askWhoSigned(request.value, fetcher, new AbortController().signal), asked };
  }

  it('is asked once, for a second and 16 KB at most, at AWS’s own address', async () => {
    const { asked } = await ask(xml(answerXml()));
    expect(asked).toEqual([
      expect.objectContaining({ maxBytes: 16_384, timeoutMs: 1_000, redirects: 'none', publicAddressOnly: false }),
    ]);
  });

  it.each(['text/xml', 'application/xml', 'text/xml;charset=utf-8', 'Text/XML; charset=UTF-8'])(
    'answers in XML: %s',
    async (type) => {
      expect((await ask(xml(answerXml(), 200, type))).outcome.ok).toBe(true);
    },
  );

  it.each(['x-text/xml', 'text/xml; charset=latin1', 'text/xml+more', ''])('does not answer in %j', async (type) => {
    const log = { httpStatus: 200, problem: 'content-type' };
    expect((await ask(xml(answerXml(), 200, type))).outcome).toEqual(unavailable(log));
  });

  it('does not answer without a type', async () => {
    const { outcome } = await ask({ ok: true, status: 200, headers: {}, body: Buffer.from(answerXml()) });
    expect(outcome).toEqual(unavailable({ httpStatus: 200, problem: 'content-type' }));
  });

  it.each([
    ['no answer', { ok: false, problem: 'timeout', cause: '' }, unavailable({ problem: 'timeout' })],
    ['another document', xml('<a/>'), unavailable({ httpStatus: 200, problem: 'answer' })],
    ['a 403 that is a proxy’s', xml('no', 403), unavailable({ httpStatus: 403, errorCode: null })],
    ['a 500', failure('Oops', 500), unavailable({ httpStatus: 500, errorCode: 'Oops' })],
    ['a 401', failure('Oops', 401), unavailable({ httpStatus: 401, errorCode: 'Oops' })],
    ['throttling', failure('ThrottlingException', 400), unavailable(error(400, 'ThrottlingException'))],
    ['a code that ends so', failure('NotThrottling', 400), refusal('signature_invalid', error(400, 'NotThrottling'))],
    [
      'an expired token',
      failure('ExpiredTokenException', 403),
      refusal('expired', error(403, 'ExpiredTokenException')),
    ],
    [
      'a code that ends so too',
      failure('NoExpiredToken', 403),
      refusal('signature_invalid', error(403, 'NoExpiredToken')),
    ],
    ['a code of one letter', failure('E', 400), refusal('signature_invalid', error(400, 'E'))],
    ['a code of 64 letters', failure(long, 400), refusal('signature_invalid', error(400, long))],
    ['a code that is too long', failure(`${long}E`, 400), unavailable({ httpStatus: 400, errorCode: null })],
  ] as const)('is taken at its word, and told to the log: %s', async (_name, answer, outcome) => {
    expect((await ask(answer)).outcome).toEqual(outcome);
  });
});

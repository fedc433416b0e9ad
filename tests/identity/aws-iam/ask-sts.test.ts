import { describe, expect, it } from '@jest/globals';
import type { FetchResult } from '../../../lib/ports/documents.ts';
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
    });
  });
});

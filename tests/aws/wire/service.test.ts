import { createHash, createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AwsError, NoAnswer } from '../../../lib/aws/wire/aws-error.ts';
import { jsonRpc } from '../../../lib/aws/wire/json-rpc.ts';
import { httpServer, type Received, type Reply } from './loopback.ts';

const forever = new AbortController().signal;
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const credentials = async () => ({
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: SECRET,
  sessionToken: 'session-token',
});

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
});

/** The client of a made-up JSON service on loopback, which answers what it is told in turn; the last answer stays. */
async function service(...replies: (Reply | null)[]) {
  const server = await httpServer(() => (replies.length > 1 ? (replies.shift() ?? null) : (replies[0] ?? null)));
  open.push(server);
  const options = { service: 'dynamodb', region: 'eu-west-1', endpoint: server.url, credentials } as const;
  return { call: jsonRpc({ ...options, target: 'Example_2026', version: '1.0' }), received: server.received };
}

const error = (type: string, status = 400): Reply => ({
  status,
  headers: { 'x-amzn-requestid': 'r-1' },
  body: JSON.stringify({ __type: type, message: 'arn:aws:iam::111122223333:role/broker may not' }),
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** AWS General Reference, "Create a signed AWS API request", written down from there and not from the signer. */
function signatureOf({ method, path, headers, body }: Received): string {
  const [, signed = ''] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = `${method}\n${path}\n\n${lines.join('')}\n${signed}\n${sha256(body)}`;
  const at = String(headers['x-amz-date']);
  const scope = [at.slice(0, 8), 'eu-west-1', 'dynamodb', 'aws4_request'];
  const key = scope.reduce<string | Buffer>((derived, part) => hmac(derived, part), `AWS4${SECRET}`);
  return hmac(key, `AWS4-HMAC-SHA256\n${at}\n${scope.join('/')}\n${sha256(canonical)}`).toString('hex');
}

describe('a call', () => {
  it('has no member that the service says is null', async () => {
    const { call } = await service({ body: '{"DeletedDate":null,"Name":"x"}' });
    expect(await call('Describe', {}, forever)).toEqual({ Name: 'x' });
  });

  it('is one POST that names its operation, signed with every header that counts', async () => {
    const { call, received } = await service({ body: '{"Answer":"ü"}' });
    expect(await call('GetItem', { Name: 'ä', Nothing: undefined }, forever)).toEqual({ Answer: 'ü' });
    const [request] = received;
    if (request === undefined) throw new Error('no request');
    expect(request).toMatchObject({ method: 'POST', path: '/', body: '{"Name":"ä"}' });
    expect(request.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(Buffer.byteLength('{"Name":"ä"}')),
      'x-amz-target': 'Example_2026.GetItem',
      'x-amz-security-token': 'session-token',
    });
    const signed = 'SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target';
    expect(request.headers.authorization).toContain(signed);
    expect(request.headers.authorization).toMatch(new RegExp(`Signature=${signatureOf(request)}$`));
  });

  it.each(['', ' ', 'null', '[]', '"Item"', '{"Item":{"pk"', '<html>'])(
    'that is answered by less than a JSON object is not answered: %j',
    async (body) => {
      const { call } = await service({ body });
      await expect(call('GetItem', {}, forever)).rejects.toBeInstanceOf(NoAnswer);
    },
  );

  it('whose result is empty is answered by an empty object', async () => {
    const { call } = await service({ body: '{}' });
    expect(await call('PutItem', {}, forever)).toEqual({});
  });

  it.each([
    ['ConditionalCheckFailedException', 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException'],
    ['ResourceNotFoundException', 'ResourceNotFoundException'],
    ['AccessDeniedException', 'AccessDeniedException:http://internal.amazon.com/coral/'],
  ])("fails with the service's own code, and without its words: %s", async (code, type) => {
    const { call, received } = await service(error(type));
    const failed = call('PutItem', {}, forever);
    await expect(failed).rejects.toBeInstanceOf(AwsError);
    await expect(failed).rejects.toMatchObject({
      name: code,
      message: expect.not.stringContaining('111122223333'),
      $metadata: { httpStatusCode: 400, requestId: 'r-1' },
    });
    expect(received).toHaveLength(1);
  });

  it('fails also with an error that says nothing', async () => {
    const { call } = await service({ status: 400, body: '<html>' });
    await expect(call('GetItem', {}, forever)).rejects.toMatchObject({ name: 'Unknown' });
  });
});

describe('what may pass', () => {
  it.each<[string, Reply]>([
    ['a fault', error('InternalServerError', 500)],
    ['an outage', { status: 503, body: '' }],
    ['throttling', error('ProvisionedThroughputExceededException')],
    ['throttling by its status', { status: 429, body: '' }],
    ['a limit of requests', error('RequestLimitExceeded')],
  ])('is tried once more: %s', async (_, reply) => {
    const { call, received } = await service(reply, { body: '{"Answer":1}' });
    expect(await call('GetItem', {}, forever)).toEqual({ Answer: 1 });
    expect(received).toHaveLength(2);
  });

  it.each<[string, string, string]>([
    ['one digit of it is another', '{"Answer":12}', '{"Answer":13}'],
    ['it is another of the same shape', '{"Answer":{"N":"1"}}', '{"Answer":{"N":"2"}}'],
    ['a letter of more than one octet is another', '{"Answer":"ü"}', '{"Answer":"ö"}'],
    ['it is none', '{}', ''],
  ])('is tried once more: an answer that is not the one that was sent (x-amz-crc32): %s', async (_, sent, came) => {
    const headers = { 'x-amz-crc32': String(crc32(sent)) };
    const { call, received } = await service({ headers, body: came }, { headers, body: sent });
    expect(await call('GetItem', {}, forever)).toEqual(JSON.parse(sent));
    expect(received).toHaveLength(2);
    const always = await service({ headers, body: came });
    await expect(always.call('GetItem', {}, forever)).rejects.toBeInstanceOf(NoAnswer);
  });

  it('is an error too that is not the one that was sent', async () => {
    const good = error('ConditionalCheckFailedException');
    const bad = { ...good, headers: { 'x-amz-crc32': '1' } };
    const { call } = await service(bad, { body: '{"Answer":1}' });
    expect(await call('PutItem', {}, forever)).toEqual({ Answer: 1 });
  });

  it('is tried no third time', async () => {
    const { call, received } = await service(error('InternalServerError', 500));
    await expect(call('GetItem', {}, forever)).rejects.toMatchObject({ name: 'InternalServerError' });
    expect(received).toHaveLength(2);
  });

  it('is not tried again once the deadline has passed', async () => {
    const { call, received } = await service(null);
    await expect(call('GetItem', {}, AbortSignal.timeout(50))).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(received).toHaveLength(1);
  });

  it('is tried with a signature of its own', async () => {
    const { call, received } = await service(error('InternalServerError', 500), {});
    await call('GetItem', {}, forever);
    for (const request of received) expect(request.headers.authorization).toContain(signatureOf(request));
  });
});

describe('without credentials', () => {
  it('nothing is sent', async () => {
    const server = await httpServer(() => ({}));
    open.push(server);
    const call = jsonRpc({
      ...{ service: 'dynamodb', region: 'eu-west-1', endpoint: server.url, target: 'Example_2026', version: '1.0' },
      credentials: () => Promise.reject(new Error('none')),
    });
    await expect(call('GetItem', {}, forever)).rejects.toThrow();
    expect(server.received).toEqual([]);
  });
});

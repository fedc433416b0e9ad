/** What a proof that somebody's code signed has to be, whatever the language. */
import { expect } from '@jest/globals';
import { parseStrictJson } from '../../lib/identity/strict-json.ts';
import { isJsonObject } from '../../lib/json.ts';
import { SIGNING, sign } from '../identity/aws-iam/signing.ts';
import { verify } from '../identity/aws-iam/verification.ts';

/** The credentials that the examples are run with, and their Region. */
export const ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: SIGNING.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: SIGNING.credentials.secretAccessKey,
  AWS_SESSION_TOKEN: SIGNING.credentials.sessionToken,
  AWS_REGION: SIGNING.region,
  AWS_DEFAULT_REGION: SIGNING.region,
  AWS_EC2_METADATA_DISABLED: 'true',
};
export const SERVER = 'broker.example.com';

/** The verifier takes it and asks STS; and AWS's own signer makes the same signature of what was signed. */
export async function expectGenuine(proof: string): Promise<void> {
  const now = new Date().toISOString();
  const { outcome, sent } = await verify(proof, { now });
  expect(outcome).toMatchObject({ ok: true, value: { name: 'web-task/0123456789abcdef0123456789abcdef' } });
  expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual([`POST https://${SIGNING.host}/`]);
  const late = await verify(proof, { now: new Date(Date.now() + 400_000).toISOString() });
  expect(late.outcome).toMatchObject({ ok: false });

  const document = parseStrictJson(Buffer.from(proof, 'base64url'), { maxBytes: 20_000 });
  const headers = isJsonObject(document?.['headers']) ? document['headers'] : {};
  const given = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  const authorization = given.get('authorization') ?? '';
  const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? [];
  const own = ['host', 'x-amz-date', 'x-amz-security-token'];
  const others = names.filter((name) => !own.includes(name)).map((name) => [name, given.get(name) ?? ''] as const);
  const at = (given.get('x-amz-date') ?? '').replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5');
  const again = await sign({ ...SIGNING, at, headers: Object.fromEntries(others) });
  expect(again.headers['authorization']?.replaceAll(' ', '')).toBe(authorization.replaceAll(' ', ''));
}

import { expect, it } from '@jest/globals';
import { eventHistoryLink, lakeQuery } from '../../console/cloudtrail.ts';

const KEY = 'ASIAEXAMPLEEXAMPLE00';
const time = { issued: '2026-11-25T20:00:00.123Z', expires: '2026-11-25T21:00:00Z' };

it.each([
  ['aws', 'https://console.aws.amazon.com/'],
  ['aws-cn', 'https://console.amazonaws.cn/'],
  ['aws-us-gov', 'https://console.amazonaws-us-gov.com/'],
])('the event history of the partition %s is in its own console', (partition, origin) => {
  const link = eventHistoryLink(KEY, `arn:${partition}:iam::111122223333:role/x`);
  expect(link).toBe(`${origin}cloudtrailv2/home#/events?AccessKeyId=${KEY}`);
});

it('there is no link for a partition that nobody knows, and none without a key', () => {
  expect(eventHistoryLink(KEY, 'arn:javascript:iam::111122223333:role/x')).toBeNull();
  expect(eventHistoryLink('', 'arn:aws:iam::111122223333:role/x')).toBeNull();
});

it('the query looks from the issuance to a quarter of an hour past the end', () => {
  expect(lakeQuery(KEY, time)).toContain(`userIdentity.accessKeyId = '${KEY}'`);
  expect(lakeQuery(KEY, time)).toContain("BETWEEN '2026-11-25 20:00:00' AND '2026-11-25 21:15:00'");
});

it.each([
  ['a key id that ends the text', "ASIA' OR '1'='1"],
  ['none', ''],
])('there is no query for %s', (_, key) => {
  expect(lakeQuery(key, time)).toBeNull();
  expect(eventHistoryLink(key, 'arn:aws:iam::111122223333:role/x')).toBeNull();
});

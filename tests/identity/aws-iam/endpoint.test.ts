import { describe, expect, it } from '@jest/globals';
import { stsTarget } from '../../../lib/identity/aws-iam/endpoint.ts';

describe('an endpoint of STS', () => {
  it.each([
    ['sts.amazonaws.com', 'us-east-1'],
    ['sts.eu-west-1.amazonaws.com', 'eu-west-1'],
    ['sts.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
    ['sts.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
    ['sts.eusc-de-east-1.amazonaws.eu', 'eusc-de-east-1'],
  ])('is %s', (host, region) => {
    for (const url of [`https://${host}`, `https://${host}/`]) {
      expect(stsTarget(url, null)).toEqual({ host, region, url: `https://${host}/` });
      expect(stsTarget(url, 'https://vpce.example')).toEqual({ host, region, url: 'https://vpce.example' });
    }
  });

  it.each([
    '',
    'https://sts.eu--1.amazonaws.com/',
    'https://sts.eu-a-b-c-1.amazonaws.com/',
    'https://sts.eu-west-0.amazonaws.com/',
    'https://sts.eu-west-1.amazonaws.com.cn/',
    'https://sts.cn-north-1.amazonaws.com/',
    'https://sts.amazonaws.eu/',
    'https://sts.example.com/',
  ])('is not %j', (url) => {
    expect(stsTarget(url, null)).toBeNull();
  });

  it.each(['http://127.0.0.1:4566', 'http://127.0.0.1:4566/'])('is the one that is configured: %s', (url) => {
    const target = { host: '127.0.0.1:4566', region: null, url: 'http://127.0.0.1:4566' };
    expect(stsTarget(url, 'http://127.0.0.1:4566')).toEqual(target);
    expect(stsTarget(url, 'http://127.0.0.1:4567')).toBeNull();
  });
});

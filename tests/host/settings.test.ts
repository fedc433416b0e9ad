import { describe, expect, it, test } from '@jest/globals';
import { readSettings, SettingsError } from '../../lib/host/settings.ts';

const environment = {
  ISSUER: 'https://broker.example.com',
  TABLE_PREFIX: 'token-broker-',
  EXTERNAL_ID: 'a1b2',
  AWS_REGION: 'eu-west-1',
};

describe('the settings', () => {
  it('are whole with what a deployment must say, and the rest by default', () => {
    expect(readSettings(environment)).toEqual({
      issuer: 'https://broker.example.com',
      loopback: false,
      tablePrefix: 'token-broker-',
      externalId: 'a1b2',
      ledgerRetention: 90 * 86_400,
      signingKeysSecret: null,
      samlKeysSecret: null,
      signingAlgorithm: 'ES256',
      archiveBucket: null,
      logKeySecret: null,
      archiveLock: { length: 400 * 86_400, mode: 'GOVERNANCE' },
      witnessUrl: null,
      otlpEndpoint: null,
      witnessKey: null,
      archivePersons: 'plain',
      region: 'eu-west-1',
      stsEndpoint: null,
      probe: null,
      version: '0.0.0',
      build: 'dev',
    });
  });

  it('name everything that is wrong at once, and repeat no value', () => {
    const wrong = { ...environment, ISSUER: 'ftp://private', EXTERNAL_ID: '', LEDGER_RETENTION_DAYS: 'private' };
    expect(() => readSettings(wrong)).toThrow(SettingsError);
    try {
      readSettings(wrong);
    } catch (error) {
      expect(error instanceof SettingsError && error.problems.map((problem) => problem.split(' ')[0])).toEqual([
        'ISSUER',
        'EXTERNAL_ID',
        'LEDGER_RETENTION_DAYS',
      ]);
      expect(String(error)).not.toContain('private');
    }
  });

  it('say whom the probe asks for what: all of it, or nothing', () => {
    const probe = { PROBE_CLIENT: 'probe', PROBE_SCOPE: 'probe', PROBE_REFUSED_SCOPE: 'deploy' };
    expect(readSettings({ ...environment, ...probe }).probe).toEqual({
      ...{ client: 'probe', scope: 'probe', refusedScope: 'deploy' },
    });
    for (const name of Object.keys(probe)) {
      expect(() => readSettings({ ...environment, ...probe, [name]: '' })).toThrow(/must be given together/);
      expect(() => readSettings({ ...environment, ...probe, [name]: '-' })).toThrow(new RegExp(`${name} must be`));
    }
  });

  test.each<[string, string, boolean]>([
    ['ISSUER', 'https://broker.example.com:8443', true],
    ['ISSUER', 'http://127.0.0.1:3000', true],
    ['ISSUER', 'http://localhost:3000', true],
    ['ISSUER', 'http://[::1]:3000', true],
    ['ISSUER', 'https://broker.example.com/', false],
    ['ISSUER', 'https://broker.example.com/prod', false],
    ['ISSUER', 'https://broker.example.com:443', false],
    ['ISSUER', 'https://Broker.example.com', false],
    ['ISSUER', 'https://user@broker.example.com', false],
    ['ISSUER', 'http://broker.example.com', false],
    ['ISSUER', 'http://127.0.0.1.example.com', false],
    ['ISSUER', 'broker.example.com', false],
    ['EXTERNAL_ID', 'x', false],
    ['EXTERNAL_ID', 'xy', true],
    ['EXTERNAL_ID', 'x y', false],
    ['EXTERNAL_ID', 'x'.repeat(1224), true],
    ['EXTERNAL_ID', 'x'.repeat(1225), false],
    ['TABLE_PREFIX', 'a/b', false],
    ['LEDGER_RETENTION_DAYS', '1', true],
    ['LEDGER_RETENTION_DAYS', '3650', true],
    ['LEDGER_RETENTION_DAYS', '3651', false],
    ['LEDGER_RETENTION_DAYS', '0', false],
    ['LEDGER_RETENTION_DAYS', '1e3', false],
    ['SIGNING_ALGORITHM', 'EdDSA', true],
    ['SIGNING_ALGORITHM', 'HS256', false],
    ['SIGNING_ALGORITHM', 'none', false],
    ['AWS_REGION', 'eu-west-1.evil.example', false],
    ['AWS_ENDPOINT_URL_STS', 'http://127.0.0.1:4566', true],
    ['AWS_ENDPOINT_URL_STS', 'file:///etc', false],
    ['SIGNING_KEYS_SECRET', 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:token-broker/keys-AbCdEf', true],
    ['SIGNING_KEYS_SECRET', 'a b', false],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'https://collector.example.com/otlp/', true],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://localhost:4318', true],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector.example.com:4318', false],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'https://user:key@collector.example.com', false],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'https://collector.example.com?key=1', false],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'localhost:4318', false],
  ])('%s may be %s: %s', (name, value, taken) => {
    const read = () => readSettings({ ...environment, [name]: value });
    if (taken) expect(read).not.toThrow();
    else expect(read).toThrow(new RegExp(`^Settings are wrong: ${name} must be `));
  });

  /** One list of botocore's and the SDKs' partitions, as of 2026-11. */
  test.each([
    ...['af-south-1', 'ap-east-1', 'ap-east-2', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1'],
    ...['ap-south-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4', 'ap-southeast-5'],
    ...['ap-southeast-6', 'ap-southeast-7', 'ca-central-1', 'ca-west-1', 'eu-central-1', 'eu-central-2', 'eu-north-1'],
    ...['eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'il-central-1', 'me-central-1'],
    ...[
      'me-south-1',
      'me-west-1',
      'mx-central-1',
      'sa-east-1',
      'sa-west-1',
      'us-east-1',
      'us-east-2',
      'us-west-1',
      'us-west-2',
    ],
    ...['cn-north-1', 'cn-northwest-1', 'us-gov-east-1', 'us-gov-west-1', 'us-iso-east-1', 'us-iso-west-1'],
    ...['us-isob-east-1', 'us-isob-west-1', 'us-isof-east-1', 'us-isof-south-1', 'eu-isoe-west-1', 'eusc-de-east-1'],
  ])('AWS_REGION may be %s', (name) => {
    expect(readSettings({ ...environment, AWS_REGION: name }).region).toBe(name);
  });

  test.each(Object.keys(environment))('%s must be there', (name) => {
    expect(() => readSettings({ ...environment, [name]: undefined })).toThrow(`${name} is missing`);
  });

  it('find STS through its own variable before the one for all', () => {
    const all = { ...environment, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    expect(readSettings(all).stsEndpoint).toBe('http://127.0.0.1:1');
    expect(readSettings({ ...all, AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:2' }).stsEndpoint).toBe('http://127.0.0.1:2');
  });
});

import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { functionName, resourcesOf, template } from './document.ts';

const functions = resourcesOf('AWS::Serverless::Function').map(
  ([id, resource]) => [functionName(resource), id, resource.Properties] as const,
);

const TRACES = 'OTEL_EXPORTER_OTLP_ENDPOINT';
/** What each function is told, beside what all are told. */
const environments: Readonly<Record<string, readonly string[]>> = {
  credentials: ['LEDGER_RETENTION_DAYS', TRACES],
  sts: ['LEDGER_RETENTION_DAYS', TRACES, 'SAML_KEYS_SECRET'],
  token: ['LEDGER_RETENTION_DAYS', TRACES, 'SAML_KEYS_SECRET', 'SIGNING_KEYS_SECRET'],
  introspect: [],
  revoke: [],
  metadata: [],
  issuances: [],
  receipts: ['ARCHIVE_BUCKET'],
  archive: [
    'ARCHIVE_BUCKET',
    'ARCHIVE_LOCK_DAYS',
    'ARCHIVE_LOCK_MODE',
    'ARCHIVE_PERSONS',
    'LEDGER_RETENTION_DAYS',
    'LOG_KEY_SECRET',
    'WITNESS_KEY',
    'WITNESS_URL',
  ],
  events: [],
  explain: [],
  console: [],
  revocations: [],
  approvals: [],
  'sign-in': ['SAML_KEYS_SECRET'],
  health: [],
  probe: ['PROBE_CLIENT', 'PROBE_REFUSED_SCOPE', 'PROBE_SCOPE'],
  rotate: ['SAML_KEYS_SECRET', 'SIGNING_ALGORITHM', 'SIGNING_KEYS_SECRET'],
};

describe('the functions of the template', () => {
  it('are the files of functions/, one for one', () => {
    const files = readdirSync('functions').flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -3)] : []));
    expect(functions.map(([name]) => name).sort()).toEqual(files.sort());
  });

  it('run on Node.js 24 on arm64 with at least 1,024 MB', () => {
    expect(template.Globals.Function).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: { Ref: 'MemorySize' },
    });
    expect(template.Parameters['MemorySize']).toMatchObject({ Default: 1024, MinValue: 1024 });
  });

  it.each(functions)('%s has a role, a log group and a timeout of its own', (_, id, properties) => {
    expect(properties['Role']).toEqual({ 'Fn::GetAtt': [`${id}Role`, 'Arn'] });
    expect(properties['LoggingConfig']).toEqual({
      ...{ LogFormat: 'JSON', SystemLogLevel: 'WARN', LogGroup: { Ref: `${id}Log` } },
    });
    expect(template.Resources[`${id}Role`]?.Type).toBe('AWS::IAM::Role');
    expect(template.Resources[`${id}Log`]?.Properties).toMatchObject({ RetentionInDays: { Ref: 'LogRetentionDays' } });
    // API Gateway waits 30 s for an integration and no longer.
    expect(Number(properties['Timeout'])).toBeLessThan(properties['Events'] === undefined ? 900 : 30);
  });

  it.each(functions)('%s is told what it needs and no more', (name, _, properties) => {
    const own = (properties['Environment'] as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {};
    expect(Object.keys(own).sort()).toEqual(environments[name]);
  });

  it('are all told the issuer, which comes from a parameter and never from the API', () => {
    const shared = (template.Globals.Function['Environment'] as { Variables: Record<string, unknown> }).Variables;
    expect(Object.keys(shared).sort()).toEqual(['EXTERNAL_ID', 'ISSUER', 'TABLE_PREFIX']);
    expect(shared['ISSUER']).toEqual({
      'Fn::If': ['HasDomain', { 'Fn::Sub': 'https://${DomainName}' }, { Ref: 'Issuer' }],
    });
  });

  const may = (id: string): string => JSON.stringify(template.Resources[`${id}Role`]?.Properties['Policies']);

  it.each(functions)(
    '%s: a new version takes over slowly, and back on an alarm, if it mints or signs',
    (name, id, properties) => {
      const mintsOrSigns = /"sts:TagSession"|"ReadSigningKeys"|"ReadSamlKeys"/.test(may(id));
      const { AutoPublishAlias: alias, DeploymentPreference: preference } = properties;
      if (!mintsOrSigns) {
        expect([name, alias, preference]).toEqual([name, undefined, undefined]);
        return;
      }
      expect(alias).toBe('live');
      const { Type: type, Alarms: watched } = preference as { Type: unknown; Alarms: { Ref: string }[] };
      expect(type).toEqual({ Ref: 'Rollout' });
      const known = new Set(resourcesOf('AWS::CloudWatch::Alarm').map(([alarm]) => alarm));
      expect(watched.filter(({ Ref }) => !known.has(Ref))).toEqual([]);
      expect(watched).toContainEqual({ Ref: `${id}FaultsAlarm` });
      expect(watched).toContainEqual({ Ref: 'BugsAlarm' });
      // CodeDeploy takes ten.
      expect(watched.length).toBeLessThanOrEqual(10);
    },
  );
});

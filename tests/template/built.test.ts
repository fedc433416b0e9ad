import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseTemplate } from '../../local/gateway/intrinsics.ts';
import { composeTemplate } from '../../local/template/compose.ts';
import type { TemplateDocument } from './document.ts';

it('template.yaml is what `npm run template` writes', () => {
  expect(readFileSync('template.yaml', 'utf8')).toBe(composeTemplate('.'));
});

describe('the template', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'token-broker-compose-'));
    for (const folder of ['template', 'functions']) cpSync(folder, join(root, folder), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const withFunction = (text: string): TemplateDocument => {
    writeFileSync(join(root, 'functions/reports.yaml'), text);
    return parseTemplate(composeTemplate(root)) as TemplateDocument;
  };

  it('has for four lines a function with its role, log, routes, count and alarm', () => {
    const before = parseTemplate(composeTemplate(root)) as TemplateDocument;
    const { Resources: resources } = withFunction(
      '# The page.\ntimeout: 5\nroutes: { /reports: api }\nmay: [QueryIssuances]\n',
    );
    const made = Object.keys(resources).filter((id) => !(id in before.Resources));
    expect(made.sort()).toEqual(['Reports', 'ReportsFaultCount', 'ReportsFaultsAlarm', 'ReportsLog', 'ReportsRole']);
    expect(resources['Reports']?.Properties).toMatchObject({
      CodeUri: 'dist/functions/reports/',
      Timeout: 5,
      Events: { Reports: { Type: 'HttpApi', Properties: { Method: 'ANY', Path: '/reports' } } },
    });
  });

  it('says of whose fragment a mistake is, and what it is', () => {
    expect(() => withFunction('timeout: 5\nmay: []\nroute: [/reports]\n')).toThrow(
      /functions\/reports\.yaml.*"route"/s,
    );
    expect(() => withFunction('timeout: 5\nmay: [ReadEverything]\n')).toThrow('has no ReadEverything');
    expect(() => withFunction('timeout: 5\nmay: []\nroutes: { /reports: none }\n')).toThrow('throttle-none');
    expect(() => withFunction('timeout: 5\nmay: []\nroutes: { /a/b: api, /a-b: api }\n')).toThrow('stands twice');
  });

  it('refuses a place that nothing fills', () => {
    const path = join(root, 'template/shapes.yaml');
    writeFileSync(path, readFileSync(path, 'utf8').replace('<timeout>', '<patience>'));
    expect(() => composeTemplate(root)).toThrow('nothing fills <patience>');
  });

  it('has every statement of the catalogue in some role', () => {
    const named = readdirSync('functions')
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => readFileSync(`functions/${file}`, 'utf8'))
      .join('\n');
    const catalogue = parseTemplate(readFileSync('template/statements.yaml', 'utf8')) as Record<string, unknown>;
    const { groups, ...statements } = catalogue;
    const grouped = Object.values(groups as Record<string, readonly string[]>).flat();
    const unused = Object.keys(statements).filter((name) => !grouped.includes(name) && !named.includes(name));
    expect(unused).toEqual([]);
  });
});

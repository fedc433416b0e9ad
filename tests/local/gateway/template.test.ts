import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readTemplate } from '../../../local/gateway/template.ts';

const folder = mkdtempSync(join(tmpdir(), 'token-broker-template-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string, given: Readonly<Record<string, string>> = {}) => {
  writeFileSync(join(folder, 'template.yaml'), text);
  return readTemplate(join(folder, 'template.yaml'), given);
};

const withVariables = (variables: string) => `
Parameters:
  Prefix: { Type: String, Default: broker }
  Domain: { Type: String, Default: '' }
  Bare: { Type: String }
Conditions:
  HasDomain: !Not [!Equals [!Ref Domain, '']]
  Both: !And [!Condition HasDomain, !Equals [!Ref Prefix, broker]]
Mappings:
  Sizes: { us-east-1: { small: '7' } }
Resources:
  Table: { Type: AWS::DynamoDB::Table, Properties: { TableName: !Sub '\${Prefix}-state' } }
  Web:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: dist/functions/web/
      Handler: index.handler
      Environment: { Variables: { VALUE: ${variables} } }
`;

describe('a function of the template', () => {
  it.each([
    ['plain', 'plain'],
    ['!Ref Prefix', 'broker'],
    ['!Ref Table', 'broker-state'],
    ['!Ref AWS::Region', 'us-east-1'],
    ["!Sub '${Prefix}/${AWS::AccountId}'", 'broker/000000000000'],
    ["!Sub ['${A}-${!B}', {A: !Ref Prefix}]", 'broker-${B}'],
    ["!Join ['/', [a, !Ref Prefix]]", 'a/broker'],
    ["!If [HasDomain, yes, 'no']", 'no'],
    ["!If [Both, yes, 'no']", 'no'],
    ["!Select [1, !Split ['-', 'a-b-c']]", 'b'],
    ['!FindInMap [Sizes, !Ref AWS::Region, small]', '7'],
    ['{ "Fn::Sub": "${Table}" }', 'broker-state'],
  ])('has %s as %s', (written, value) => {
    expect(read(withVariables(written)).functions[0]?.environment).toEqual({ VALUE: value });
  });

  it('has the parameters that are given over those of the template', () => {
    const { functions } = read(withVariables('!If [Both, !Ref Domain, none]'), { Domain: 'broker.example.com' });
    expect(functions[0]?.environment).toEqual({ VALUE: 'broker.example.com' });
  });

  it('has no variable whose value is AWS::NoValue', () => {
    expect(read(withVariables('!Ref AWS::NoValue')).functions[0]?.environment).toEqual({});
  });

  it.each(['!Ref Nothing', "!Sub '${Nothing}'", '!GetAtt Nothing.Arn', '!Ref Bare', '!ImportValue x'])(
    'refuses %s, which it does not define',
    (written) => {
      expect(() => read(withVariables(written))).toThrow(/^template: /);
    },
  );

  it('gets what is said for all, unless it says otherwise', () => {
    const { functions } = read(`
Globals: { Function: { Handler: index.handler, Timeout: 9, Environment: { Variables: { A: all, B: all } } } }
Resources:
  Web: { Type: AWS::Serverless::Function, Properties: { CodeUri: dist/functions/web, MemorySize: 512, Environment: { Variables: { B: own } } } }
`);
    expect(functions).toEqual([
      {
        logicalId: 'Web',
        name: 'web',
        handler: 'index.handler',
        memoryMegabytes: 512,
        timeoutSeconds: 9,
        environment: { A: 'all', B: 'own' },
      },
    ]);
  });
});

it('refuses a template whose routes API Gateway would refuse', () => {
  const withRoute = (path: string, setting: string) => `
Resources:
  Api: { Type: AWS::Serverless::HttpApi, Properties: { RouteSettings: { '${setting}': { ThrottlingRateLimit: 1 } } } }
  Web:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: dist/functions/web/
      Handler: index.handler
      Events: { A: { Type: HttpApi, Properties: { Method: ANY, Path: '${path}' } } }
`;
  expect(read(withRoute('/a/{proxy+}', 'ANY /a/{proxy+}')).routes).toHaveLength(1);
  expect(() => read(withRoute('/a/', 'ANY /a/'))).toThrow('route ANY /a/ ends in a slash');
  expect(() => read(withRoute('/a', 'ANY /b'))).toThrow('RouteSettings has ANY /b, which is no route');
});

describe('template.yaml', () => {
  it('is read whole: every function has its file, and every route its function', () => {
    const { functions, routes, secrets } = readTemplate('template.yaml', {
      Issuer: 'http://127.0.0.1:3000',
      ExternalId: 'local',
    });
    const files = readdirSync('functions').map((name) => name.replace(/\.ts$/, ''));
    expect(files).toEqual(expect.arrayContaining(functions.map(({ name }) => name)));
    const known = new Set(functions.map(({ logicalId }) => logicalId));
    expect(routes.filter((route) => !known.has(route.function))).toEqual([]);
    expect(functions.find(({ name }) => name === 'credentials')?.environment).toMatchObject({
      ISSUER: 'http://127.0.0.1:3000',
      EXTERNAL_ID: 'local',
      TABLE_PREFIX: 'token-broker',
    });
    expect(secrets).toContainEqual({
      name: 'token-broker/signing-keys',
      value: expect.any(String),
      rotatedBy: 'Rotate',
    });
  });
});

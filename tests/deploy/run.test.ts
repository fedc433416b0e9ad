import { DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { clientsOf } from '../../deploy/clients.ts';
import { run } from '../../deploy/run.ts';
import { aws, CERTIFICATE, coded, NOW, REGION, readyAccount } from './account.ts';

let calls: (readonly string[])[];
let said: string;
let files: Map<string, string>;
let statuses: number[];

beforeEach(() => {
  readyAccount();
  [calls, said, files, statuses] = [[], '', new Map(), []];
});

const deploy = (...args: string[]) =>
  run(['--region', REGION, ...args], {
    root: '.',
    clients: clientsOf,
    now: () => NOW,
    newId: () => '00000000-0000-4000-8000-000000000001',
    say: (text) => {
      said += text;
    },
    build: async () => {
      calls.push(['build']);
    },
    sam: async (given) => {
      calls.push(given);
      return statuses.shift() ?? 0;
    },
    writeFile: (path, text) => files.set(path, text),
  });

const stack = (StackStatus: 'CREATE_COMPLETE' | 'ROLLBACK_COMPLETE' | 'UPDATE_IN_PROGRESS', outputs = {}) => ({
  Stacks: [
    {
      StackName: 'token-broker',
      CreationTime: new Date(NOW),
      StackStatus,
      Parameters: [{ ParameterKey: 'Issuer', ParameterValue: 'https://a.example.com' }],
      Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({
        OutputKey,
        OutputValue: String(OutputValue),
      })),
    },
  ],
});
const overrides = (call: readonly string[] | undefined) => call?.slice(call.indexOf('--parameter-overrides') + 1);

const RUNBOOK = ['--runbook', 'https://git.example.com/broker/docs/operations.md'];
const deployFirst = (...args: string[]) => deploy(...RUNBOOK, ...args);

describe('npm run deploy, the first time', () => {
  const made = (outputs: object) =>
    aws.cloudFormation
      .on(DescribeStacksCommand)
      .rejectsOnce(coded('ValidationError'))
      .resolves(stack('CREATE_COMPLETE', outputs));

  it('deploys with every parameter that it needs, and protects the tables once that has succeeded', async () => {
    made({ IssuerUrl: 'https://broker.example.com' });
    expect(await deployFirst('--domain', 'broker.example.com', '--certificate', CERTIFICATE)).toBe(0);
    const [build, first, second, ...more] = calls;
    expect(build).toEqual(['build']);
    expect(overrides(first)).toEqual([
      'ExternalId=00000000-0000-4000-8000-000000000001',
      'DomainName=broker.example.com',
      `CertificateArn=${CERTIFICATE}`,
      `RunbookUrl=${RUNBOOK[1]}`,
    ]);
    expect(overrides(second)).toEqual(['DeletionProtection=true']);
    expect(more).toEqual([]);
    expect(said).toContain('https://broker.example.com is there. External id: 00000000-0000-4000-8000-000000000001');
  });

  it('without a domain finds the issuer out by itself', async () => {
    made({ ApiEndpoint: 'https://api.example.com' });
    expect(await deployFirst()).toBe(0);
    expect(overrides(calls[1])).toContain('Issuer=https://not-yet.invalid');
    expect(overrides(calls[2])).toEqual(['DeletionProtection=true', 'Issuer=https://api.example.com']);
  });

  it('asks nothing that SAM would ask one by one', async () => {
    await deployFirst();
    expect(calls.flat()).not.toContain('--guided');
  });

  it('leaves the tables unprotected where it failed, and says where to read on', async () => {
    statuses = [1];
    expect(await deployFirst()).toBe(1);
    expect(calls).toHaveLength(2);
    expect(said).toContain('The first deployment failed');
  });

  it('changes nothing where it would fail late', async () => {
    aws.dynamoDb.on(DescribeTableCommand).resolves({});
    expect(await deployFirst()).toBe(1);
    expect(calls).toEqual([]);
    expect(said).toMatch(/✗ DynamoDB Table token-broker-config exists already\.\n {4}Remove it/);
  });

  it('only looks with --check', async () => {
    expect(await deployFirst('--check')).toBe(0);
    expect(calls).toEqual([]);
  });

  it('goes over what an earlier one left half-way with whoever asked', async () => {
    aws.cloudFormation.on(DescribeStacksCommand).resolves(stack('ROLLBACK_COMPLETE'));
    expect(await deployFirst()).toBe(1);
    expect(said).toContain('aws cloudformation delete-stack --stack-name token-broker');
  });

  it('is told where the runbook is, which no default could know', async () => {
    expect(await deploy('--domain', 'broker.example.com', '--certificate', CERTIFICATE)).toBe(2);
    expect(said).toContain('the first deployment needs --runbook');
    expect(calls).toEqual([]);
  });
});

describe('npm run deploy, later', () => {
  beforeEach(() => {
    aws.cloudFormation.on(DescribeStacksCommand).resolves(stack('CREATE_COMPLETE'));
  });

  it('gives what is new and leaves the rest as it is, with the tables protected', async () => {
    expect(await deploy('--set', 'MemorySize=2048', '--yes')).toBe(0);
    expect(calls).toHaveLength(2);
    expect(calls[1]).toContain('--no-confirm-changeset');
    expect(overrides(calls[1])).toEqual(['DeletionProtection=true', 'MemorySize=2048']);
  });

  it('waits for an update that is under way', async () => {
    aws.cloudFormation.on(DescribeStacksCommand).resolves(stack('UPDATE_IN_PROGRESS'));
    expect(await deploy()).toBe(1);
  });

  it('refuses to remove a route with its settings, and writes the first of the two steps down', async () => {
    const deployed = 'Resources: { Api: { Properties: { RouteSettings: { ANY /gone: { ThrottlingRateLimit: 1 } } } } }';
    aws.cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: deployed });
    expect(await deploy()).toBe(1);
    expect(calls).toEqual([]);
    expect(said).toContain('removes ANY /gone');
    expect(files.get('dist/without-settings.yaml')).not.toContain('/gone');
  });
});

describe('the arguments of npm run deploy', () => {
  it.each([
    [['--guided']],
    [['--set', 'NoSuchParameter=1']],
    [['--set', 'MemorySize']],
    [['--domain']],
    [['positional']],
    [['--prefix', 'two words']],
  ])('are refused: %j', async (args) => {
    expect(await deploy(...args)).toBe(2);
    expect(said).toContain('npm run deploy -- [options]');
    expect(calls).toEqual([]);
  });
});

import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type Broker, startBroker } from '../../e2e/broker.ts';

/** Terraform or OpenTofu: what is used of either is in both. */
const program = process.env['TERRAFORM'] ?? 'terraform';
const execute = promisify(execFile);
const work = mkdtempSync(join(tmpdir(), 'terraform-'));

let broker: Broker;

beforeAll(async () => {
  broker = await startBroker();
  mkdirSync(join(work, 'bin'));
  const launcher = `#!/bin/sh\nexec '${process.execPath}' '${resolve('bin/token-broker.mjs')}' "$@"\n`;
  writeFileSync(join(work, 'bin', 'token-broker'), launcher);
  chmodSync(join(work, 'bin', 'token-broker'), 0o755);
  writeFileSync(join(work, 'no-settings.tfrc'), '');
}, 120_000);

afterAll(async () => {
  await broker.stop();
  rmSync(work, { recursive: true, force: true });
});

/** A root module of these texts, over copies of the example's modules. */
function root(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(work, name);
  mkdirSync(folder);
  cpSync('examples/terraform/modules', join(folder, 'modules'), { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

async function terraform(folder: string, ...args: string[]) {
  const env = {
    ...{
      PATH: `${join(work, 'bin')}:${process.env['PATH']}`,
      HOME: work,
      CHECKPOINT_DISABLE: '1',
      TF_IN_AUTOMATION: '1',
    },
    ...{ TF_CLI_CONFIG_FILE: join(work, 'no-settings.tfrc'), TOKEN_BROKER_TABLES: broker.tablePrefix, ...broker.aws },
  };
  return execute(program, [`-chdir=${folder}`, ...args, '-no-color'], { env });
}

const apply = (folder: string) => terraform(folder, 'apply', '-auto-approve', '-input=false');

async function outcome(scope: string): Promise<string> {
  const headers = { authorization: await broker.idp.token('web-main') };
  const answer = Object(await (await fetch(`${broker.url}/v1/credentials/${scope}`, { headers })).json());
  return String(answer['reason'] ?? answer['Scope']);
}

const scope = (name: string, more = ''): string =>
  `scope: ${name}\ndescription: d\nallow: [{ connection: demo }]\n${more}grant: { type: aws-session, roleArn: "arn:aws:iam::111122223333:role/token-broker/x" }\n`;

describe('modules/configuration', () => {
  let folder: string;
  const main = (documents: Readonly<Record<string, string>>): string => `
module "configuration" {
  source    = "./modules/configuration"
  folder    = "\${path.module}/configuration"
  issuer    = "${broker.url}"
  reason    = "a test"
  documents = jsondecode(${JSON.stringify(JSON.stringify(documents)).replaceAll('${', '$${')})
}
`;
  const use = (documents: Readonly<Record<string, string>>): void =>
    writeFileSync(join(folder, 'main.tf'), main(documents));

  beforeAll(async () => {
    const demo = readFileSync('local/demo/configuration/connections/demo.yaml', 'utf8');
    const connection = demo.replaceAll('@IDP@', broker.idp.issuer).replaceAll('@ISSUER@', broker.url);
    folder = root('configuration', { 'main.tf': '', 'configuration/connections/demo.yaml': connection });
    use({ 'scopes/a.yaml': scope('a'), 'scopes/b.yaml': scope('b') });
    await terraform(folder, 'init');
  });

  it('puts what people keep and what modules made in force together', async () => {
    await apply(folder);
    expect([await outcome('a'), await outcome('b')]).toEqual(['a', 'b']);
  });

  it('applies nothing where nothing has changed', async () => {
    expect((await apply(folder)).stdout).toContain('0 added, 0 changed, 0 destroyed');
  });

  it('takes a scope out of force that is taken out of Terraform', async () => {
    use({ 'scopes/a.yaml': scope('a') });
    await apply(folder);
    // What is in force holds everywhere within 10 seconds.
    for (const until = Date.now() + 20_000; Date.now() < until && (await outcome('b')) === 'b'; ) await setTimeout(500);
    expect([await outcome('a'), await outcome('b')]).toEqual(['a', 'not_allowed']);
  });

  it('shows what is wrong in a document, and changes nothing', async () => {
    use({ 'scopes/a.yaml': scope('a', 'colour: red\n') });
    await expect(apply(folder)).rejects.toMatchObject({ stdout: expect.stringMatching(/scopes\/a\.yaml:4.*colour/) });
    expect(await outcome('a')).toBe('a');
  });

  it('refuses a file that is kept and made', async () => {
    use({ 'connections/demo.yaml': 'x' });
    await expect(apply(folder)).rejects.toMatchObject({
      stderr: expect.stringContaining('Both in the folder and made by a module: connections/demo.yaml.'),
    });
  });
});

describe('modules/scope', () => {
  const ARN = 'arn:aws:iam::111122223333:role/token-broker/deploy-web';
  let outputs: Readonly<Record<string, { readonly value: unknown }>>;

  /** The module without the provider of AWS, which is not to be had offline: what it makes of its variables. */
  beforeAll(async () => {
    const folder = root('scope', {
      'main.tf': `
module "scope" {
  source      = "./modules/scope"
  scope       = "deploy-web"
  description = "d"
  broker      = { issuer = "https://broker.example.com", minting_roles = ["arn:a", "arn:b"], external_id = "0123456789abcdef" }
  allow       = [{ connection = "github", when = { StringEquals = { "claims.repository_id" = "1296269" } } }]
  permissions = { Version = "2012-10-17", Statement = [] }
  tags        = { commit = "$\${claims.sha}" }
}
output "trust" { value = module.scope.trust }
output "document" { value = module.scope.document }
`,
    });
    const file = join(folder, 'modules', 'scope', 'main.tf');
    const text = readFileSync(file, 'utf8');
    const [, trust = ''] = /assume_role_policy = (templatefile\([\s\S]*?\n {2}\}\))/.exec(text) ?? [];
    const [, locals = ''] = /(locals \{[\s\S]*?\n\})/.exec(text) ?? [];
    const [, document = ''] = /(output "document" \{[\s\S]*?\n\})/.exec(text) ?? [];
    const offline = [locals, document, `output "trust" {\n  value = ${trust}\n}`].join('\n\n');
    writeFileSync(file, offline.replaceAll('aws_iam_role.this.arn', JSON.stringify(ARN)));
    await terraform(folder, 'init');
    await apply(folder);
    outputs = JSON.parse((await terraform(folder, 'output', '-json')).stdout);
  });

  it('trusts the broker for this scope only, as examples/target-role.yaml does', () => {
    const template = readFileSync('examples/target-role.yaml', 'utf8');
    const [, theirs = ''] = /AssumeRolePolicyDocument:\n([\s\S]*?)\n {6}Policies:/.exec(template) ?? [];
    const parameters = {
      BrokerRoleArns: ['arn:a', 'arn:b'],
      BrokerExternalId: '0123456789abcdef',
      Scope: 'deploy-web',
    };
    const filled = Object.entries(parameters).reduce(
      (text, [name, value]) => text.replaceAll(`!Ref ${name}`, JSON.stringify(value)),
      theirs,
    );
    expect(JSON.parse(String(outputs['trust']?.value))).toEqual(parse(filled));
  });

  it('makes a file that validates beside the connection it names', async () => {
    const folder = join(work, 'validated');
    mkdirSync(join(folder, 'connections'), { recursive: true });
    mkdirSync(join(folder, 'scopes'));
    cpSync('examples/terraform/configuration/connections/github.yaml', join(folder, 'connections', 'github.yaml'));
    const [[path = '', text = ''] = []] = Object.entries<string>(Object(outputs['document']?.value));
    writeFileSync(join(folder, path), text);
    await execute(join(work, 'bin', 'token-broker'), ['policy', 'validate', folder]);
    expect(parse(text)).toMatchObject({
      scope: 'deploy-web',
      grant: { roleArn: ARN, tags: { commit: '${claims.sha}' } },
    });
  });
});

it('the example is formatted as terraform fmt has it', async () => {
  await execute(program, ['fmt', '-check', '-recursive', 'examples/terraform'], {
    env: { PATH: process.env['PATH'], TF_CLI_CONFIG_FILE: join(work, 'no-settings.tfrc') },
  });
});

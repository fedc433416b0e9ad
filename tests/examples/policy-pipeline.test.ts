import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { main } from '../../bin/cli.ts';
import { parseTemplate } from '../../local/gateway/intrinsics.ts';

const here = 'examples/github-actions';
const folder = mkdtempSync(join(tmpdir(), 'policy-pipeline-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Job {
  readonly if: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly run?: string }[];
}
const workflow = parse(readFileSync(`${here}/policy.yml`, 'utf8')) as { readonly jobs: Readonly<Record<string, Job>> };
const runs = Object.values(workflow.jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));

describe('the pipeline', () => {
  it.each(runs)('has a step that a shell reads: %s', (run) => {
    const text = run.replace(/\$\{\{[^}]*\}\}/g, 'x');
    expect(spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  const commands = runs.flatMap((run) =>
    [...run.matchAll(/npx token-broker (.*?)(?: \|\| .*)?$/gm)].map(([, line]) => line ?? ''),
  );

  it.each(commands)('calls a command with options that there are: %s', async (line) => {
    const words = line.match(/"[^"]*"|\S+/g) ?? [];
    let text = '';
    const terminal = {
      out: (part: string) => {
        text += part;
      },
      err: () => {},
      env: {},
      cwd: '/',
    };
    expect(await main([...words.slice(0, 2), '--help'], terminal)).toBe(0);
    for (const option of words.filter((word) => word.startsWith('--'))) expect(text).toContain(option);
  });

  it('has a job for a pull request that can only read, and one for main that applies', () => {
    const { plan, apply } = workflow.jobs;
    expect(Object.keys(workflow.jobs)).toEqual(['plan', 'apply']);
    expect(plan?.env['SCOPE']).toBe('policy-plan');
    expect(apply?.env['SCOPE']).toBe('policy-apply');
    const scope = (name: string) => readFileSync(`examples/scopes/${name}.yaml`, 'utf8');
    expect(scope('policy-plan')).toContain('claims.event_name: pull_request');
    expect(scope('policy-apply')).toContain('claims.ref: refs/heads/main');
  });

  it('has roles whose trust names the scope of each, and a plan that may write nothing', () => {
    const { Resources } = parseTemplate(readFileSync('examples/policy-pipeline-roles.yaml', 'utf8')) as {
      Resources: Record<string, { Properties: { RoleName: string; Policies?: unknown } }>;
    };
    for (const [id, name] of Object.entries({ PlanRole: 'policy-plan', ApplyRole: 'policy-apply' })) {
      const { Properties } = Resources[id] ?? { Properties: { RoleName: '' } };
      expect(Properties.RoleName).toBe(name);
      const scopes = [...JSON.stringify(Properties).matchAll(/token-broker:scope":"([^"]+)"/g)].map(
        ([, scope]) => scope,
      );
      expect(scopes).toEqual([name, name]);
    }
    const actions = [...JSON.stringify(Resources['PlanRole']).matchAll(/dynamodb:(\w+)"/g)].map(([, action]) => action);
    expect(actions).toEqual(['GetItem', 'BatchGetItem']);
  });
});

const DIGEST = 'ab'.repeat(32);
const pull = { number: 7, merged_at: '2026-11-25T10:00:00Z', base: { ref: 'main' } };
const bot = { login: 'github-actions[bot]', type: 'Bot' };
const comment = (more: object = {}) => ({
  user: bot,
  body: `### What this changes\n\nPlan \`${DIGEST}\`\n`,
  created_at: '2026-11-25T08:00:00Z',
  updated_at: '2026-11-25T08:00:00Z',
  ...more,
});
const review = (more: object = {}) => ({
  user: { login: 'ada' },
  state: 'APPROVED',
  submitted_at: '2026-11-25T09:00:00Z',
  ...more,
});
const good = { pulls: [pull], comments: [comment()], reviews: [review()] };

/** Runs the script beside a `gh` that answers with these lists, a page each. */
function approved(answers: Readonly<Record<string, readonly object[]>>) {
  const gh = `#!${process.execPath}
const path = process.argv.at(-1);
const answers = ${JSON.stringify(answers)};
process.stdout.write(JSON.stringify(answers[path.split('/').at(-1)].map((each) => [each])));
`;
  writeFileSync(join(folder, 'gh'), gh);
  chmodSync(join(folder, 'gh'), 0o755);
  const { status, stdout } = spawnSync(process.execPath, [`${here}/approved-plan.mjs`, 'acme/config', 'c0ffee'], {
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env['PATH']}` },
  });
  return { status, stdout };
}

describe('what was approved', () => {
  it('is the plan that the workflow wrote last and somebody approved then', () => {
    const older = comment({ body: `Plan \`${'cd'.repeat(32)}\``, updated_at: '2026-11-25T07:00:00Z' });
    expect(approved({ ...good, comments: [comment(), older] })).toEqual({ status: 0, stdout: `${DIGEST}\n` });
  });

  it.each<[string, Partial<typeof good>]>([
    ['nothing was merged', { pulls: [{ ...pull, merged_at: null as unknown as string }] }],
    ['it was merged elsewhere', { pulls: [{ ...pull, base: { ref: 'dev' } }] }],
    ['there is no plan', { comments: [] }],
    ['somebody else wrote the plan', { comments: [comment({ user: { login: 'mallory', type: 'User' } })] }],
    ['the plan came after the approval', { comments: [comment({ updated_at: '2026-11-25T09:30:00Z' })] }],
    ['nobody approved', { reviews: [] }],
    ['an approval was dismissed', { reviews: [review({ state: 'DISMISSED' })] }],
    ['a reviewer changed their mind', { reviews: [review(), review({ state: 'CHANGES_REQUESTED' })] }],
    [
      'another reviewer asks for changes',
      { reviews: [review(), review({ user: { login: 'bob' }, state: 'CHANGES_REQUESTED' })] },
    ],
  ])('is nothing where %s', (_name, more) => {
    expect(approved({ ...good, ...more })).toEqual({ status: 1, stdout: '' });
  });
});

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { ENVIRONMENT, expectGenuine, SERVER } from '../../docs/aws-iam-proofs.ts';
import { snippetOf } from '../../docs/snippets.ts';

/** One that has botocore: CI's own, else the machine's. */
const python = process.env['VENV'] === undefined ? 'python3' : join(process.env['VENV'], 'aws', 'bin', 'python');

it("the page's Python makes a proof that the broker takes", async () => {
  const code = `${snippetOf('docs/aws-iam-proofs.md', 'python')}\nprint(aws_iam_proof("${SERVER}"), end="")\n`;
  const env = { ...ENVIRONMENT, PATH: process.env['PATH'], HOME: '/nonexistent' };
  const { stdout, stderr } = spawnSync(python, ['-'], { input: code, env, encoding: 'utf8' });
  expect(stderr).toBe('');
  await expectGenuine(stdout);
});

it('clients/python makes a proof that the broker takes', async () => {
  const code = `from token_broker.signed_request import caller_identity\nprint(caller_identity("${SERVER}"), end="")\n`;
  const env = { ...ENVIRONMENT, PATH: process.env['PATH'], HOME: '/nonexistent', PYTHONPATH: 'clients/python' };
  const { stdout, stderr } = spawnSync(python, ['-B', '-'], { input: code, env, encoding: 'utf8' });
  expect(stderr).toBe('');
  await expectGenuine(stdout);
});

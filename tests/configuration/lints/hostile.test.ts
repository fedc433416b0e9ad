import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { validateFolder } from '../../../lib/configuration/lints/validate.ts';
import { folderOf, ISSUER, NOW } from '../folder-of.ts';

const problemsOf = (files: Readonly<Record<string, string>>) =>
  validateFolder(folderOf(files), { deployment: { issuer: ISSUER, now: NOW } }).problems;

const GITHUB = `connection: github
type: oidc
preset: github-actions
audience: [${ISSUER}]
require:
  StringEquals: { claims.repository_owner_id: "1" }
`;

const grant = 'grant: { type: broker-token, audience: https://api.acme.internal }\n';

describe('a folder that nobody would write', () => {
  it('of ten thousand rules in one file, each with a problem, is told every one', () => {
    const rule = (at: number) => `  - connection: github\n    when: { StringEquals: { claims.sub: "${at}" } }\n`;
    const rules = Array.from({ length: 10_000 }, (_, at) => rule(at)).join('');
    const all = problemsOf({
      'connections/github.yaml': GITHUB,
      'scopes/many.yaml': `scope: many\nallow:\n${rules}${grant}`,
    });
    const problems = all.filter(({ code }) => code === 'raw-sub');
    expect(problems).toHaveLength(10_000);
    expect(new Set(problems.map(({ line }) => line)).size).toBe(10_000);
  });

  it('that nests deeper than calls can, with an allowance in it, is told so', () => {
    const text = `scope: deep\nallow: ${'['.repeat(20_000)} # token-broker: allow raw-sub: x\n`;
    expect(problemsOf({ 'scopes/deep.yaml': text }).length).toBeGreaterThan(0);
  });

  const word = fc.constantFrom(
    'claims.ref',
    'claims.sub',
    'github',
    'broker',
    'StringLike',
    'Null',
    'when',
    '*',
    '',
    '${claims.ref}',
    'true',
    '__proto__',
    'constructor',
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      word,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(word, tie('any'), { maxKeys: 3 }),
    ),
  })).any;

  it('never makes the lints throw, and has a place for each problem', () => {
    fc.assert(
      fc.property(value, value, value, (when, actor, policy) => {
        const scope = {
          scope: 'x',
          allow: [
            { connection: 'github', when },
            { connection: ['github'], actor: { client: 'x', when: actor } },
          ],
          deny: [{ when: actor }],
          grant: {
            type: 'aws-session',
            roleArn: 'arn:aws:iam::111122223333:role/a',
            policy: { Version: '2012-10-17', Statement: policy },
          },
        };
        for (const problem of problemsOf({ 'connections/github.yaml': GITHUB, 'scopes/x.yaml': stringify(scope) })) {
          expect(problem.line).toBeGreaterThan(0);
          expect(problem.column).toBeGreaterThan(0);
        }
      }),
      { numRuns: 200, seed: 13 },
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { problemsOf } from './folder-of.ts';

const connection = (provider: string, conditions: string, more = '') =>
  problemsOf({
    'connections/open.yaml': `connection: open\ntype: oidc\n${provider}\naudience: [https://broker.example.com]\n${more}${
      conditions === '' ? '' : `require: ${conditions}\n`
    }`,
  });

const GITHUB = 'preset: github-actions';
const PLAIN_GITHUB = 'issuer: https://token.actions.githubusercontent.com';
const GITLAB = 'preset: gitlab';
const GOOGLE = 'preset: google';

describe('an issuer that anybody can get a token from', () => {
  it.each([
    ['GitHub by preset', GITHUB],
    ['GitHub without preset', PLAIN_GITHUB],
    ['GitHub written with capitals', 'issuer: https://Token.Actions.GitHubUserContent.com'],
    ['GitHub with a final dot', 'issuer: https://token.actions.githubusercontent.com.'],
    ["an enterprise's GitHub", 'issuer: https://token.actions.githubusercontent.com/acme'],
    ['GitHub with data residency', 'issuer: https://token.actions.acme.ghe.com'],
    ['GitLab.com by preset', GITLAB],
    ['GitLab.com without preset', 'issuer: https://gitlab.com'],
    ['Google by preset', GOOGLE],
    ['Google without preset', 'issuer: https://accounts.google.com'],
  ])('does not load without require: %s', async (_name, provider) => {
    expect(await connection(provider, '')).toEqual([expect.stringMatching(/require: anybody can get a token/)]);
  });

  it.each([
    [GITHUB, '{ StringEquals: { claims.repository_owner_id: "1" } }'],
    [GITHUB, '{ StringEquals: { claims.repository_owner: [acme, acme-labs] } }'],
    [GITHUB, '{ StringEquals: { claims.repository_id: "1" }, StringLike: { claims.ref: "*" } }'],
    [GITHUB, '{ StringLike: { claims.repository: "acme/*" } }'],
    [GITHUB, '{ StringEquals: { claims.sub: "repo:acme/web:ref:refs/heads/main" } }'],
    [GITHUB, '{ StringLike: { claims.sub: "repo:acme@*/web@*:*" } }'],
    [PLAIN_GITHUB, '{ StringEqualsIgnoreCase: { claims.repository_owner: Acme } }'],
    [GITLAB, '{ StringEquals: { claims.namespace_id: "7" } }'],
    [GITLAB, '{ StringLike: { claims.project_path: "acme/*" } }'],
    [GITLAB, '{ StringLike: { claims.sub: "project_path:acme/*" } }'],
    [GITLAB, '{ StringLike: { claims.sub: "project_id:20:*" } }'],
    [GITLAB, '{ StringEquals: { claims.sub: "project_id:20" } }'],
    [GOOGLE, '{ StringEquals: { claims.hd: acme.example } }'],
    [GOOGLE, '{ StringEquals: { claims.sub: "1234" } }'],
    [GOOGLE, '{ StringEquals: { claims.email: a@acme.example }, Bool: { claims.email_verified: true } }'],
  ])('loads where an owner is pinned: %s %s', async (provider, conditions) => {
    expect(await connection(provider, conditions)).toEqual([]);
  });

  it.each([
    ['a claim that says nothing of the owner', GITHUB, '{ StringEquals: { claims.ref: refs/heads/main } }'],
    ['everything', GITHUB, '{ StringLike: { claims.repository: "*" } }'],
    ['every owner', GITHUB, '{ StringLike: { claims.repository: "*/web" } }'],
    ['owners that begin alike', GITHUB, '{ StringLike: { claims.repository: "acme*" } }'],
    ['owners by a wildcard', GITHUB, '{ StringLike: { claims.repository_owner: "acme*" } }'],
    ['a literal wildcard', GITHUB, '{ StringEquals: { claims.repository_owner: "*" } }'],
    ['one value that pins and one that does not', GITHUB, '{ StringLike: { claims.repository: [acme/*, "*"] } }'],
    ['only if it is there', GITHUB, '{ StringEqualsIfExists: { claims.repository_owner_id: "1" } }'],
    ['what it is not', GITHUB, '{ StringNotEqualsIfExists: { claims.repository_owner_id: "1" } }'],
    ['the called workflow', GITHUB, '{ StringLike: { claims.job_workflow_ref: "acme/*" } }'],
    ["a subject of the owner's own making", GITHUB, '{ StringEquals: { claims.sub: "environment:prod" } }'],
    ['subjects of owners that begin alike', GITHUB, '{ StringLike: { claims.sub: "repo:acme*" } }'],
    ['presence', GITHUB, '{ "Null": { claims.repository_owner_id: false } }'],
    ['projects whose ids begin alike', GITLAB, '{ StringLike: { claims.sub: "project_id:20*" } }'],
    ["the target of a fork's merge request", GITLAB, '{ StringEquals: { claims.job_project_id: "20" } }'],
    ['groups that begin alike', GITLAB, '{ StringLike: { claims.project_path: "acme*" } }'],
    ['a verified address of anybody', GOOGLE, '{ Bool: { claims.email_verified: true } }'],
    ['an address that nobody verified', GOOGLE, '{ StringEquals: { claims.email: a@acme.example } }'],
    [
      'an address that is not verified',
      GOOGLE,
      '{ StringEquals: { claims.email: a@b.c }, Bool: { claims.email_verified: false } }',
    ],
    ['an audience alone', GOOGLE, '{ StringEquals: { claims.azp: abc } }'],
    ['a domain by a wildcard', GOOGLE, '{ StringLike: { claims.hd: "*.example" } }'],
  ])('does not load where require pins %s', async (_name, provider, conditions) => {
    expect(await connection(provider, conditions)).toEqual(
      expect.arrayContaining([expect.stringMatching(/require: anybody can get a token/)]),
    );
  });

  it('is not pinned by an alias that took the name of the claim', async () => {
    const more = 'claims: { repository_owner_id: /ref }\n';
    expect(await connection(GITHUB, '{ StringEquals: { claims.repository_owner_id: "1" } }', more)).toEqual([
      expect.stringMatching(/anybody can get a token/),
    ]);
  });

  it('is pinned by an alias of the claim', async () => {
    const more = 'claims: { owner: /repository_owner_id }\n';
    expect(await connection(GITHUB, '{ StringEquals: { claims.owner: "1" } }', more)).toEqual([]);
  });

  it('is not a GitLab of your own', async () => {
    expect(await connection('preset: gitlab\nissuer: https://gitlab.acme.example', '')).toEqual([]);
  });
});

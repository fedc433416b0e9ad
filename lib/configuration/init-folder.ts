import type { Preset, Starter } from './presets/preset.ts';
import { presets } from './presets/table.ts';

/** Presets that a new folder can begin with. */
export const starterNames = Object.entries<Preset>(presets).flatMap(([name, { starter }]) =>
  starter === null ? [] : [name],
);

/**
 * The files of a new folder by name: a connection with the preset, a scope that gives an AWS session, and tests of both
 * that pass. null for a preset that none begins with.
 */
export function initialFolder(name: string, issuer: string): ReadonlyMap<string, string> | null {
  const preset = Object.entries<Preset>(presets).find(([known]) => known === name)?.[1];
  const starter = preset?.starter ?? null;
  if (starter === null) return null;
  return new Map([
    [`connections/${starter.connection}.yaml`, connectionText(name, starter, issuer)],
    ['scopes/deploy.yaml', scopeText(starter)],
    ['tests/deploy.yaml', testsText(starter)],
  ]);
}

const connectionText = (
  preset: string,
  { connection, provider, fields, require, hint }: Starter,
  issuer: string,
): string =>
  `# ${provider}. ${hint}
connection: ${connection}
type: oidc
preset: ${preset}
${Object.entries(fields)
  .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
  .join('')}audience: [${issuer}]
require:
  StringEquals: ${flow(require)}
maxTokenAge: 1h
`;

const scopeText = ({ connection, when, tag }: Starter): string =>
  `# Whoever matches gets a session of this role for an hour. Its trust: examples/target-role.yaml.
scope: deploy
description: Jobs of the main branch deploy.
allow:
  - connection: ${connection}
    when:
      StringEquals: ${flow(when)}
limits: { perPrincipal: 60/1h }
grant:
  type: aws-session
  roleArn: arn:aws:iam::111122223333:role/token-broker/deploy
  duration: 1h
  tags: { source: "\${claims.${tag}}" }
`;

function testsText({ connection, require, when, others, other }: Starter): string {
  const all = { ...claimsOf(require), ...claimsOf(when), ...others };
  const test = (name: string, claims: Readonly<Record<string, string>>, expect: string) =>
    `- name: ${name}
  proof: { connection: ${connection}, claims: ${flow(claims)} }
  scope: deploy
  expect: ${expect}
`;
  return [
    '# What the folder promises; `token-broker policy test DIR` holds it, by the code that requests run by.\n',
    test('a job of the main branch may deploy', all, 'allowed'),
    test('a job of another branch may not', { ...all, ...other.when }, 'not_allowed'),
    test('a job of somebody else is nobody here', { ...all, ...other.require }, 'requirement_not_met'),
  ].join('');
}

const claimsOf = (conditions: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(conditions).map(([key, value]) => [key.replace(/^claims\./, ''), value]));

const flow = (members: Readonly<Record<string, string>>): string =>
  `{ ${Object.entries(members)
    .map(([name, value]) => `${name}: ${/^[a-z][\w/-]*$/i.test(value) ? value : JSON.stringify(value)}`)
    .join(', ')} }`;

/** `npm run docs`: writes `docs/lints.md` from the table of codes and the broken folders of `docs/lints.yaml`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { PROBLEM_CODES, type ProblemCode, problemCodes } from '../../lib/configuration/problem-codes.ts';

/** A folder that is good but for one edit, and all that is said of it. */
export interface BrokenConfiguration {
  readonly tried: string;
  readonly file: string;
  /** The whole file; or what stands in place of `replace` in the good one. */
  readonly text?: string;
  readonly replace?: string;
  /** `FILL` stands for 400,000 characters. */
  readonly by?: string;
  /** Further files: their text, or the path of one in this repository. */
  readonly beside?: Readonly<Record<string, string>>;
  /** `null`: validated without one. */
  readonly issuer?: string | null;
  /** The lines of `policy validate`. */
  readonly says: readonly string[];
}

export interface BrokenConfigurations {
  readonly good: Readonly<Record<string, string>>;
  readonly cases: readonly BrokenConfiguration[];
}

export const brokenConfigurations = (): BrokenConfigurations =>
  parse(readFileSync(new URL('../../docs/lints.yaml', import.meta.url), 'utf8')) as BrokenConfigurations;

const introduction = `# Lints

Made from \`lib/configuration/problem-codes.ts\` and \`docs/lints.yaml\` by \`npm run docs\`; do not edit it here.

\`token-broker policy validate DIR\` says everything that is wrong with a folder at once, each problem once:
\`file:line:column: field: message (what to write instead) [code]\`. An error keeps the folder from loading; a warning does not,
unless \`--strict\` makes it an error. \`--json\` and \`--sarif\` say the same to programs.

A comment allows a warning on its line, or on the next line where it stands alone. It has to say why, and one that allows
nothing is a warning itself:

\`\`\`yaml
  roleArn: arn:aws:iam::111122223333:role/deploy   # token-broker: allow role-path: older than the broker, its trust names it
\`\`\`

What is known of each provider's claims, and where its documents say so, is in [presets.md](presets.md). Claims that nothing is
known of are never unknown: those of aliases, of SAML attributes, of GitLab and GitHub Enterprise Server of one's own, of Okta,
Entra ID and Cognito, which administrators extend.
`;

const beside = `## Beside other checkers

What others say of the like, from their documents: the pull-request check of octo-sts (\`octo-sts/app\`, README), the policy
checks of AWS IAM Access Analyzer (IAM User Guide, "IAM policy validation check reference"), and actionlint (\`docs/checks.md\`).

| kind | here | octo-sts | IAM Access Analyzer | actionlint |
| --- | --- | --- | --- | --- |
| not the language | \`bad-yaml\` | refused: the policy does not parse | Error: JSON syntax error | syntax-check |
| a field that is not known | \`unknown-field\`, with the near one | refused: unknown fields are errors | Error: invalid policy element | unexpected key, with all keys |
| a field missing | \`missing-field\` | refused: no issuer, no subject | Error: missing action, missing effect, missing resource | missing required key |
| a value of the wrong form | \`bad-value\` | refused: a pattern that does not compile | Error: invalid action, invalid ARN, invalid effect | by the kind of value |
| an operator or key that is not known | \`bad-condition\` | — | Error: invalid condition operator, invalid global condition key | undefined property of a context |
| a claim that the provider does not issue | \`unknown-claim\` | — (any claim may be named) | — (keys of OIDC providers are not known one by one) | — |
| a value that the claim never has | \`impossible-value\`, \`short-ref\` | — | — | event and runner names that do not exist |
| names where ids exist, a raw \`sub\` | \`mutable-name\`, \`raw-sub\` | — | — | — |
| everybody admitted | \`open-issuer\`, \`rule-without-when\` | issuer and subject are required | external access findings, of what is deployed | — |
| a pattern that is too open | \`leading-star\`, \`open-pattern\` | — (patterns are anchored) | — | glob syntax only |
| set operators on single values | \`bad-condition\` without \`IfExists\` or \`Null\` | — | Security warning: ForAllValues with single valued key | — |
| said twice, never reached | \`unreachable-rule\`, \`contradictory-conditions\` | — | Suggestion: redundant action, redundant statement | — |
| wide grants | \`wide-action\`, \`pass-role\`, \`wide-managed-policy\`, \`shared-role\` | permissions are GitHub's own | Security warning: pass role with star in resource | — |
| an old or missing version | \`policy-version\` | — | General warning: missing version | — |
| a finding that is meant | a comment with a reason | — | archive rules, ignored findings of its actions | \`-ignore\`, configuration file |
`;

/** The whole page, in Markdown. */
export function lintsPage(): string {
  const { good, cases } = brokenConfigurations();
  return [
    introduction,
    '## Codes',
    '',
    '| code | severity | what is wrong | what to do |',
    '| --- | --- | --- | --- |',
    ...problemCodes.map((code) => codeRow(code)),
    '',
    ...problemCodes.flatMap((code) => codeSection(code, cases)),
    beside,
    `## ${cases.length} broken configurations`,
    '',
    'The folder of which each is an edit:',
    '',
    ...Object.entries(good).flatMap(([file, text]) => ['```yaml', `# ${file}`, text.trimEnd(), '```', '']),
    '| tried | what is said |',
    '| --- | --- |',
    ...cases.map(({ tried, says }) => `| ${cell(tried)} | ${says.map((line) => code(line)).join('<br>')} |`),
    '',
  ].join('\n');
}

const codeRow = (name: ProblemCode): string => {
  const { severity, says, remedy } = PROBLEM_CODES[name];
  return `| [\`${name}\`](#${name}) | ${severity} | ${cell(says)} | ${cell(remedy)} |`;
};

function codeSection(name: ProblemCode, cases: readonly BrokenConfiguration[]): readonly string[] {
  const example = cases.find(({ says }) => says.some((line) => line.endsWith(`[${name}]`)));
  if (example === undefined) throw new Error(`docs/lints.yaml has no example of ${name}`);
  const { severity, says, remedy } = PROBLEM_CODES[name];
  return [
    `### ${name}`,
    '',
    `${severity === 'error' ? 'Error' : 'Warning'}. ${says} To mend it: ${remedy}.`,
    '',
    '```yaml',
    `# ${example.file}: ${example.tried}`,
    (example.by ?? shortened(example.text ?? '')).trim(),
    ...example.says.filter((line) => line.endsWith(`[${name}]`)).map((line) => `# ${line}`),
    '```',
    '',
  ];
}

const MOST_LINES = 14;

const shortened = (text: string): string => {
  const lines = text.trim().split('\n');
  return lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), '# …'].join('\n') : lines.join('\n');
};

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** Verbatim in a cell of a table: some messages have backticks themselves. */
const code = (line: string): string => `\`\` ${cell(line)} \`\``;

if (argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../../docs/lints.md', import.meta.url), lintsPage());
}

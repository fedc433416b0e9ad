/** `npm run docs`: writes `docs/presets.md` from what each preset's file says of itself. */
import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { downstreamPresets } from '../../lib/configuration/downstream-presets/table.ts';
import type { ClaimTable } from '../../lib/configuration/presets/claims.ts';
import type { Preset } from '../../lib/configuration/presets/preset.ts';
import { presets } from '../../lib/configuration/presets/table.ts';

const introduction = `# Presets

Made from \`lib/configuration/presets/\` and \`lib/configuration/downstream-presets/\` by \`npm run docs\`; do not edit it here.
What a file says itself wins, except \`require\`, where both hold, and the preset's aliases, which no file may give to something
else. Each has an example in \`examples/connections/\` or \`examples/scopes/\`.
`;

const openIssuers = `## Issuers that anybody can get a token from

With or without their preset, such a connection does not load unless at least one positive condition of \`require\`
(\`StringEquals\`, \`StringEqualsIgnoreCase\`, \`StringLike\`, also with \`ForAnyValue:\`, never \`…IfExists\`) names whose tokens are
taken, in every one of its values. A wildcard may stand behind the owner's name and its separator (\`acme/*\`), never in it
(\`acme*\`).
`;

const claimsIntroduction = `## Claims

What \`policy validate\` knows of each provider's tokens. A closed list has all that there are; of an open one, other claims are
taken as they come. A name is safe beside one of the ids that stand with it.
`;

function claimsSection(name: string, { provider, source, names, elsewhere, audience, claims, prefixes }: ClaimTable) {
  const also = prefixes.map((prefix) => `\`${prefix}*\``).join(', ');
  const closed = names === 'open' ? 'Open' : elsewhere === 'open' ? 'Closed; open at other issuers' : 'Closed';
  return [
    `### \`${name}\`\n`,
    `[${provider}](${source}). ${closed}. The audience is ${audience === 'caller' ? "the caller's to choose" : "the provider's"}.${
      also === '' ? '' : ` Also ${also}.`
    }\n`,
    table(
      ['claim', 'values', 'ids beside it', 'since'],
      Object.entries(claims).map(([claim, { form, ids, since }]) => [
        `\`${claim}\``,
        form.says,
        ids.map((id) => `\`${id}\``).join(', '),
        since ?? '',
      ]),
    ),
    '',
  ];
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A table in Markdown. */
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows]
    .map((line) => (typeof line === 'string' ? line : row(line)))
    .join('\n');

/** The whole page, in Markdown. */
export function presetsPage(): string {
  const connections = Object.entries<Preset>(presets);
  const open = connections.flatMap(([, preset]) => (preset.open === null ? [] : [preset.open]));
  return `${[
    introduction,
    '## Connections\n',
    table(
      ['preset', 'needs', 'fills in'],
      connections.map(([name, { documentation }]) => [`\`${name}\``, documentation.needs, documentation.fillsIn]),
    ),
    `\n${openIssuers}`,
    table(
      ['provider', 'issuers', 'claims that pin'],
      open.map(({ provider, documentation }) => [provider, documentation.issuers, documentation.pins]),
    ),
    `\n${claimsIntroduction}`,
    ...connections.flatMap(([name, { claims }]) => claimsSection(name, claims)),
    '\n## `oauth-token` grants\n',
    table(
      ['preset', 'needs', 'of its own'],
      Object.entries(downstreamPresets).map(([name, { documentation }]) => [
        `\`${name}\``,
        documentation.needs,
        documentation.ofItsOwn,
      ]),
    ),
  ].join('\n')}\n`;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(fileURLToPath(new URL('../../docs/presets.md', import.meta.url)), presetsPage());
}

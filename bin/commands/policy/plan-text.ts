import type { ConfigurationDocuments } from '../../../lib/configuration/documents/configuration.ts';
import type { Change } from '../../../lib/policy/plan/change.ts';
import { plainText } from '../issuances/text.ts';

const SIGNS = { gains: '+', loses: '-', changes: '~' } as const;
const WHOEVER = {
  scope: 'whoever may have it',
  connection: 'whoever comes from it',
  client: 'it',
} as const;
const MOST_NAMES = 5;

export const summaryOf = (changes: readonly Change[]) => ({
  gains: changes.filter(({ effect }) => effect === 'gains').length,
  losses: changes.filter(({ effect }) => effect === 'loses').length,
  others: changes.filter(({ effect }) => effect === 'changes').length,
});

/** What a plan says to people: a paragraph a document, a line a change, and what it comes to. */
export function changesText(changes: readonly Change[], documents: ConfigurationDocuments, differing: number): string {
  if (changes.length === 0) {
    const note = differing === 0 ? '' : `; ${differing} documents differ in what nobody gains or loses by`;
    return `Nobody gains and nobody loses${note}.\n`;
  }
  const byDocument = new Map<string, Change[]>();
  for (const change of changes) {
    const heading = `${change.document} ${change.name}`;
    byDocument.set(heading, [...(byDocument.get(heading) ?? []), change]);
  }
  const paragraphs = [...byDocument].map(([heading, own]) => {
    const [first] = own;
    const used = first === undefined ? '' : usedBy(first, documents);
    return `${plainText(heading)}${used}\n${own.map(lineOf).join('')}`;
  });
  const { gains, losses, others } = summaryOf(changes);
  return `${paragraphs.join('\n')}\n${gains} gained, ${losses} lost, ${others} otherwise changed\n`;
}

function lineOf({ effect, document, who, what }: Change): string {
  const verb = effect === 'changes' ? '' : ` ${effect}`;
  const subject = who === null && effect === 'changes' ? '' : `${who ?? WHOEVER[document]}${verb}: `;
  return `  ${SIGNS[effect]} ${plainText(`${subject}${what}`)}\n`;
}

/** Which scopes a connection or a client leads to: whom its changes reach. */
function usedBy({ document, name }: Change, { scopes }: ConfigurationDocuments): string {
  if (document === 'scope') return '';
  const field = document === 'connection' ? 'connections' : 'clients';
  const names = scopes
    .filter(({ allow }) => allow.some((rule) => [rule, rule.actor].some((party) => party?.[field]?.includes(name))))
    .map(({ scope }) => scope);
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return names.length === 0 ? ' (no scope names it)' : ` (leads to ${names.slice(0, MOST_NAMES).join(', ')}${more})`;
}

/** A fence that nothing in the text can end. */
export function markdownText(text: string, digest: string | null): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `### What this changes\n\n${fence}diff\n${text.replace(/^ {2}([+~-]) /gm, '$1 ').replaceAll(/^~/gm, '!')}${fence}\n${
    digest === null ? '' : `\nPlan \`${digest}\`\n`
  }`;
}

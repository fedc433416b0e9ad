import { OUTCOMES, type SearchParameter } from '../../../lib/ledger/filter.ts';
import type { Arguments, OptionSpec } from '../../command.ts';

/** An option for each filter of the API. */
type FilterParameter = Exclude<SearchParameter, 'limit' | 'cursor'>;

interface FilterOption extends OptionSpec {
  readonly parameter: FilterParameter;
}

const FILTERS: readonly FilterOption[] = [
  { parameter: 'principal', flags: '--principal <label>', description: 'who it was, as records name them' },
  { parameter: 'connection', flags: '--connection <name>', description: 'by which connection' },
  { parameter: 'client', flags: '--client <name>', description: 'by or through which client' },
  { parameter: 'scope', flags: '--scope <scope>', description: 'for which scope' },
  { parameter: 'outcome', flags: '--outcome <outcome>', description: OUTCOMES.join(', ') },
  { parameter: 'reason', flags: '--reason <reason>', description: 'why not (docs/refusals.md)' },
  {
    parameter: 'accessKeyId',
    flags: '--access-key-id <id>',
    description: 'which issuance made this AWS access key',
  },
  { parameter: 'actor', flags: '--actor <label>', description: 'who acted for the principal' },
  { parameter: 'intent', flags: '--intent <words>', description: 'words of the intent, all of them, in any order' },
  {
    parameter: 'approval',
    flags: '--approval <id>',
    description: 'the approval that was needed, by its id or its state (pending, approved, used, break-glass, …)',
  },
  {
    parameter: 'rule',
    flags: '--rule <place>',
    description: 'the rule that decided: scopes/deploy.yaml:12, the file alone, or with --scope its number, from 0 on',
  },
  {
    parameter: 'from',
    flags: '--from <time>',
    description: 'from when on, inclusive: RFC 3339, such as 2026-11-21T09:00:00Z',
  },
  { parameter: 'to', flags: '--to <time>', description: 'until when, inclusive' },
];

export const filterOptions: readonly OptionSpec[] = FILTERS.map(({ flags, description }) => ({ flags, description }));

export const tablesOption: OptionSpec = {
  flags: '--tables <prefix>',
  description: "of the deployment's tables (default: TOKEN_BROKER_TABLES, else token-broker)",
};

const nameOf = (flags: string): string => flags.replace(/^--/, '').replace(/ .*$/, '');

/** The filters that were given, by the parameter of the API that each of them is. */
export function givenFilters(given: Arguments): Partial<Record<FilterParameter, string>> {
  const parameters: Partial<Record<FilterParameter, string>> = {};
  for (const { parameter, flags } of FILTERS) {
    const value = given.value(nameOf(flags));
    if (value !== undefined) parameters[parameter] = value;
  }
  return parameters;
}

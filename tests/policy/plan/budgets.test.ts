/** What a plan says of budgets and of what has to come before: fewer takes, more gives, and nobody is left to guess. */
import { expect, it } from '@jest/globals';
import type { LiveLimits, PriorIssuance, Scope } from '../../../lib/configuration/documents/scopes.ts';
import { compareScopes } from '../../../lib/policy/plan/scope.ts';
import { seconds } from '../../../lib/time.ts';
import { aScope } from '../../fakes/world.ts';

const limited = (more: Partial<Scope['limits']>): Scope =>
  aScope({ limits: { perPrincipal: null, total: null, ...more } });
const alive = (live: LiveLimits): Scope => limited({ live });
const behind = (after?: PriorIssuance): Scope =>
  aScope({ requires: { intent: false, ...(after === undefined ? {} : { after }) } });
const ticket = (hours: number, scope = 'open-ticket'): PriorIssuance => ({ scope, within: seconds(hours * 3600) });
const daily = (count: number) => ({ count, window: seconds(86_400) });

const edits: readonly (readonly [string, Scope, Scope, readonly string[]])[] = [
  ['nothing', alive({ total: 3 }), alive({ total: 3 }), []],
  ['places', aScope(), alive({ total: 3 }), ['loses at most 3 alive at once in all']],
  ['fewer places', alive({ total: 3 }), alive({ total: 2 }), ['loses at most 2 alive at once in all, instead of 3']],
  ['more places', alive({ total: 3 }), alive({ total: 4 }), ['gains at most 4 alive at once in all, instead of 3']],
  [
    'other places',
    alive({ perPrincipal: 1 }),
    alive({ perActor: 2 }),
    [
      'gains as many may be alive at once as there are, of each principal',
      'loses at most 2 alive at once of each who acts',
    ],
  ],
  ['a budget of actors', aScope(), limited({ perActor: daily(9) }), ['loses at most 9 in 24h for each who acts']],
  ['no budget of actors', limited({ perActor: daily(9) }), aScope(), ['gains no limit for each who acts']],
  ['a ticket', behind(), behind(ticket(1)), ['loses open-ticket has to be issued within 1h before']],
  ['no ticket', behind(ticket(1)), behind(), ['gains nothing has to be issued before any more']],
  [
    'a ticket that lasts',
    behind(ticket(1)),
    behind(ticket(2)),
    ['gains open-ticket has to be issued within 2h before, instead of open-ticket within 1h'],
  ],
  [
    'a ticket that ends sooner',
    behind(ticket(2)),
    behind(ticket(1)),
    ['loses open-ticket has to be issued within 1h before, instead of open-ticket within 2h'],
  ],
  [
    'another ticket',
    behind(ticket(1)),
    behind(ticket(1, 'change')),
    ['changes change has to be issued within 1h before, instead of open-ticket within 1h'],
  ],
];

it.each(edits)('%s is told', (_, before, after, expected) => {
  expect(compareScopes(before, after).map(({ effect, what }) => `${effect} ${what}`)).toEqual(expected);
});

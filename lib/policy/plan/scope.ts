import type { Rule } from '../../configuration/documents/rules.ts';
import type { Limit, Scope } from '../../configuration/documents/scopes.ts';
import type { JsonObject } from '../../json.ts';
import { byOrder, changes, gains, loses, type Said } from './change.ts';
import { compareFields, durationText, fieldsBut, fieldsOf } from './fields.ts';
import { compareGrants, describeGrant } from './grant.ts';
import { compareParameters } from './parameters.ts';
import { compareRules } from './rules.ts';
import { compareWritten } from './written.ts';

/** Who gains and who loses a scope, and what whoever has it gets more and less of. null: there is, or was, none. */
export function compareScopes(before: Scope | null, after: Scope | null): readonly Said[] {
  const known = after ?? before;
  if (known === null) return [];
  return [
    ...compareAllowed(before, after, known),
    ...compareDenied(before, after),
    ...compareReported(before, after),
    ...(before === null || after === null ? [] : compareTerms(before, after)),
  ];
}

/** A scope that grants to nobody, whatever its rules are. */
const isOpen = (scope: Scope | null): boolean => scope?.enabled === true && scope.mode !== 'report';

const enforced = (rules: readonly Rule[]): readonly Rule[] => rules.filter(({ mode }) => mode !== 'report');
const reported = (rules: readonly Rule[]): readonly Rule[] => rules.filter(({ mode }) => mode === 'report');

function compareAllowed(before: Scope | null, after: Scope | null, { scope, grant }: Scope): readonly Said[] {
  const isShut = !isOpen(before) && !isOpen(after);
  const rules = (of: Scope | null) => (of !== null && (isShut || isOpen(of)) ? enforced(of.allow) : []);
  const { added, removed } = compareRules(rules(before), rules(after), 'allow');
  if (isShut) {
    const [yes, no] = [`could have ${scope}, which is closed,`, `could not any more have ${scope}, which is closed,`];
    const once = 'once it is open';
    return [
      ...shutWords(before, after, scope),
      ...added.map((who) => changes(`${yes} ${once}`, who)),
      ...removed.map((who) => changes(`${no} ${once}`, who)),
    ];
  }
  const what = before === null ? `${scope}: ${describeGrant(grant)}` : scope;
  return [...added.map((who) => gains(what, who)), ...removed.map((who) => loses(scope, who))];
}

/** Closed before and after, but closed in another way, or gone. */
function shutWords(before: Scope | null, after: Scope | null, scope: string): readonly Said[] {
  const how = (of: Scope | null) => (of === null ? 'not there' : of.enabled ? 'under report' : 'disabled');
  return how(before) === how(after) ? [] : [changes(`${scope} is ${how(after)}, and was ${how(before)}`)];
}

/** Told only of a scope that was there: of a new one it says who is not among those who gain it. */
function compareDenied(before: Scope | null, after: Scope | null): readonly Said[] {
  if (after === null) return [];
  const { added, removed } = compareRules(enforced(before?.deny ?? []), enforced(after.deny), 'deny');
  const [refused, again] = [
    `${after.scope} is refused, whatever allows it`,
    `${after.scope} is not refused any more by a deny rule`,
  ];
  return [
    ...added.map((who) => (before === null ? changes(refused, who) : loses(refused, who))),
    ...removed.map((who) => gains(again, who)),
  ];
}

function compareReported(before: Scope | null, after: Scope | null): readonly Said[] {
  if (after === null) return [];
  const allow = compareRules(reported(before?.allow ?? []), reported(after.allow), 'allow');
  const deny = compareRules(reported(before?.deny ?? []), reported(after.deny), 'deny');
  return [
    ...allow.added.map((who) => changes('a report is kept that a rule would allow it', who)),
    ...allow.removed.map((who) => changes('no report is kept any more that a rule would allow it', who)),
    ...deny.added.map((who) => changes('a report is kept that a rule would refuse it', who)),
    ...deny.removed.map((who) => changes('no report is kept any more that a rule would refuse it', who)),
  ];
}

/** What holds for whoever the rules allow. */
function compareTerms(before: Scope, after: Scope): readonly Said[] {
  return [
    ...intent(before, after),
    ...approval(before, after),
    ...limit(before.limits.perPrincipal, after.limits.perPrincipal, 'for each principal'),
    ...limit(before.limits.total, after.limits.total, 'for all together'),
    ...limit(before.limits.perActor ?? null, after.limits.perActor ?? null, 'for each who acts'),
    ...live(before, after),
    ...prior(before, after),
    ...compareParameters(before.parameters, after.parameters),
    ...compareGrants(before.grant, after.grant),
    ...compareFields(others(before), others(after), ''),
  ];
}

const TOLD = new Set(['parameters', 'allow', 'deny', 'enabled', 'mode', 'limits', 'grant', 'requires']);

/** What a later field of a scope says is told by its name. */
const others = (scope: Scope): JsonObject => fieldsBut(fieldsOf(scope), TOLD);

function intent(before: Scope, after: Scope): readonly Said[] {
  if (before.requires.intent === after.requires.intent) return [];
  return [after.requires.intent ? loses('an intent has to be stated') : gains('no intent has to be stated any more')];
}

const ALIVE = { perPrincipal: 'of each principal', perActor: 'of each who acts', total: 'in all' } as const;

/** Fewer alive at once takes, more gives. */
function live(before: Scope, after: Scope): readonly Said[] {
  return (Object.keys(ALIVE) as readonly (keyof typeof ALIVE)[]).flatMap((each) => {
    const [old, now] = [before.limits.live?.[each], after.limits.live?.[each]];
    const open = `as many may be alive at once as there are, ${ALIVE[each]}`;
    if (now === undefined) return old === undefined ? [] : [gains(open)];
    const says = `at most ${now} alive at once ${ALIVE[each]}`;
    return old === undefined ? [loses(says)] : byOrder(old, now, `${says}, instead of ${old}`);
  });
}

/** A demand: to make one takes, to drop one or to leave it more time gives. */
function prior(before: Scope, after: Scope): readonly Said[] {
  const [old, now] = [before.requires.after, after.requires.after];
  if (now === undefined) return old === undefined ? [] : [gains('nothing has to be issued before any more')];
  const says = `${now.scope} has to be issued within ${durationText(now.within)} before`;
  if (old === undefined) return [loses(says)];
  const both = `${says}, instead of ${old.scope} within ${durationText(old.within)}`;
  return old.scope === now.scope ? byOrder(old.within, now.within, both) : [changes(both)];
}

/** Consent is a demand: to make one takes, to drop one gives. */
function approval(before: Scope, after: Scope): readonly Said[] {
  const [old, now] = [before.requires.approval, after.requires.approval];
  if (old === undefined && now !== undefined) return [loses('somebody has to approve')];
  if (old === undefined || now === undefined) return old === now ? [] : [gains('nobody has to approve any more')];
  const told = new Set(['from', 'breakGlass']);
  return [
    ...parties(old.from, now.from, 'approving its requests'),
    ...parties(old.breakGlass, now.breakGlass, 'going on at once, without an approval'),
    ...compareWritten(fieldsBut(fieldsOf(old), told), fieldsBut(fieldsOf(now), told), 'approval', 'requires.approval'),
  ];
}

function parties(before: readonly Rule[], after: readonly Rule[], what: string): readonly Said[] {
  const { added, removed } = compareRules(before, after, 'allow');
  return [...added.map((who) => gains(what, who)), ...removed.map((who) => loses(what, who))];
}

function limit(before: Limit | null, after: Limit | null, whom: string): readonly Said[] {
  if (before?.count === after?.count && before?.window === after?.window) return [];
  if (after === null) return [gains(`no limit ${whom}`)];
  const now = `at most ${after.count} in ${durationText(after.window)} ${whom}`;
  if (before === null) return [loses(now)];
  const was = `instead of ${before.count} in ${durationText(before.window)}`;
  const isLess = after.count <= before.count && after.window >= before.window;
  const isMore = after.count >= before.count && after.window <= before.window;
  if (isLess) return [loses(`${now}, ${was}`)];
  return [isMore ? gains(`${now}, ${was}`) : changes(`${now}, ${was}`)];
}

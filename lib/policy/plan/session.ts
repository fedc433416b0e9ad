import type { JsonObject } from '../../json.ts';
import { type PolicyDocument, readPolicyDocument } from '../iam/document.ts';
import { type Access, type AccessRequest, evaluateAccess, readAccessRequest } from '../iam/evaluate.ts';
import { Malformed } from '../iam/malformed.ts';
import { changes, gains, loses, type Said } from './change.ts';
import {
  grantsOf,
  type Place,
  type Probe,
  probesOf,
  statementsOf,
  whereOf,
  withTemplatesNamed,
} from './session-probes.ts';
import { unproven } from './session-proof.ts';

/** What limits a session beside its role: an inline policy, and managed ones that nobody here can read. */
export interface SessionLimits {
  readonly policy: JsonObject | null;
  readonly policyArns: readonly string[];
}

const EXTENT = { none: 0, some: 1, all: 2 } as const;

/**
 * What a session may do more and less, found by asking both policies about every action and resource that either
 * names, under the conditions that either has. A session without policies may do what its role may.
 */
export function compareSessions(before: SessionLimits, after: SessionLimits): readonly Said[] {
  return [...compareInline(before, after), ...compareManaged(before, after)];
}

const isFree = ({ policy, policyArns }: SessionLimits): boolean => policy === null && policyArns.length === 0;

function compareManaged(before: SessionLimits, after: SessionLimits): readonly Said[] {
  const added = after.policyArns.filter((arn) => !before.policyArns.includes(arn));
  const removed = before.policyArns.filter((arn) => !after.policyArns.includes(arn));
  if (isFree(before) && added.length > 0) return [loses(`the session may do only what ${added.join(', ')} allows`)];
  if (isFree(after) && removed.length > 0) return [gains('the session may do all that its role may')];
  return [
    ...added.map((arn) => gains(`the session may also do what ${arn} allows`)),
    ...removed.map((arn) => loses(`the session may not do any more what only ${arn} allows`)),
  ];
}

function compareInline(before: SessionLimits, after: SessionLimits): readonly Said[] {
  if (JSON.stringify(before.policy) === JSON.stringify(after.policy)) return [];
  // Managed policies are told of beside this, and are no part of what is compared here.
  const [old, now] = [sidesOf(before), sidesOf(after)];
  if (old === FREE && now === FREE) return [];
  if (now === FREE) return [gains('the session may do all that its role may')];
  try {
    if (old === FREE) return [loses(`instead of all that its role may: ${allOf(now)}`)];
    const asked = askedOf(old, now);
    // What is lost on the way there is what would be gained on the way back.
    const back = asked.map((each) => ({ ...each, from: each.to, to: each.from }));
    const more = toldOrUnproven(asked, old, now, 'more');
    return [...more, ...toldOrUnproven(back, now, old, 'less')];
  } catch (error) {
    // A policy that AWS takes and that is not understood here is still told to be another one.
    if (error instanceof Malformed) return [changes('the session policy is another one')];
    throw error;
  }
}

const allOf = (policy: JsonObject): string =>
  gainedOf(askedOf(NOTHING, policy), NOTHING, policy)
    .map((each) => `the session may do ${wordsOf(each)}`)
    .join('; ') || 'the session may do nothing';

/** What asking shows, and what it does not show and nothing else shows to be as it was. */
function toldOrUnproven(
  asked: readonly Asked[],
  base: JsonObject,
  target: JsonObject,
  way: 'more' | 'less',
): readonly Said[] {
  const gained = gainedOf(asked, base, target);
  const told = gained.map((each) => {
    const what = wordsOf(each);
    return way === 'more' ? gains(`the session may also do ${what}`) : loses(`the session may not any more do ${what}`);
  });
  const places = gained.flatMap(({ actions, resource }) => actions.map((action) => ({ action, resource })));
  const open = unproven(base, target, places);
  return [
    ...told,
    ...open.map((statement) => changes(`it cannot be told whether the session may do ${way}: ${statement}`)),
  ];
}

const sidesOf = ({ policy, policyArns }: SessionLimits): JsonObject => {
  if (policy !== null) return withTemplatesNamed(policy);
  return policyArns.length === 0 ? FREE : NOTHING;
};

function documentOf(policy: JsonObject): PolicyDocument {
  const reading = readPolicyDocument(policy);
  if (reading.ok) return reading.document;
  throw new Malformed(reading.problem);
}

const everything = (Effect: string): JsonObject => ({
  Version: '2012-10-17',
  Statement: [{ Effect, Action: '*', Resource: '*' }],
});
const FREE = everything('Allow');
const NOTHING = everything('Deny');

interface Asked {
  readonly probe: Probe;
  readonly request: AccessRequest;
  /** The conditions that it is asked under, in words; empty: none. */
  readonly where: string;
  readonly from: Access['extent'];
  readonly to: Access['extent'];
}

const extentBy = (document: PolicyDocument, request: AccessRequest): Access['extent'] =>
  evaluateAccess({ identity: null, session: [document] }, request).extent;

/** What is let through on a resource that was not; `place` says in which part and under which condition. */
interface Gained {
  readonly actions: readonly string[];
  readonly resource: string;
  readonly place: string;
}

const wordsOf = ({ actions, place }: Gained): string =>
  `${actions.map((action) => (action === '*' ? 'anything' : action)).join(', ')} ${place}`;

function askedOf(before: JsonObject, after: JsonObject): readonly Asked[] {
  const [old, now] = [documentOf(before), documentOf(after)];
  return probesOf([before, after]).map((probe): Asked => {
    const request = readAccessRequest(probe.action, probe.resource, probe.context);
    return { probe, request, where: whereOf(probe), from: extentBy(old, request), to: extentBy(now, request) };
  });
}

/** What `target` lets through and `base` does not, told of as few actions and resources as it takes. */
function gainedOf(asked: readonly Asked[], base: JsonObject, target: JsonObject): readonly Gained[] {
  const turned = asked.filter(isTurned);
  if (turned.length === 0) return [];
  const granted = new Set(grantsOf(target).map(placeOf));
  const told = turned.filter((one) =>
    one.to === 'all' ? !isExplained(one, turned, base) : granted.has(placeOf(one.probe)),
  );
  const gained = new Map<string, Gained>();
  for (const each of told.filter((one, at) => !told.some((other, before) => saysBetter(other, one, before < at)))) {
    const { action, resource } = each.probe;
    const where = each.where === '' ? unlessOf(each, asked) : ` where ${each.where}`;
    const place = `on ${resource}${each.to === 'all' ? '' : ', in part'}${where}`;
    gained.set(place, { resource, place, actions: [...(gained.get(place)?.actions ?? []), action] });
  }
  return [...gained.values()];
}

const placeOf = ({ action, resource }: Place): string => JSON.stringify([action, resource]);

const isTurned = ({ from, to }: Asked): boolean => EXTENT[to] > EXTENT[from];

const isSamePlace = (one: Asked, other: Asked): boolean => placeOf(one.probe) === placeOf(other.probe);

/** Under which conditions it is no gain. */
function unlessOf(each: Asked, asked: readonly Asked[]): string {
  const kept = asked.filter((other) => isSamePlace(each, other) && other.where !== '' && !isTurned(other));
  return kept.length === 0 ? '' : `, unless ${kept.map(({ where }) => where).join(' or ')}`;
}

/** A pattern that was let through in part before, where the parts that are told by themselves are all the rest. */
function isExplained(one: Asked, turned: readonly Asked[], base: JsonObject): boolean {
  if (one.from === 'none') return false;
  const parts = turned.filter(
    (part) => part !== one && part.from === 'none' && part.to === 'all' && isUnder(part, one) && covers(one, part),
  );
  if (parts.length === 0) return false;
  const isLifted = (statement: JsonObject) =>
    statement['Effect'] === 'Deny' &&
    probesOf([{ Statement: [{ ...statement, Condition: {} }] }]).every(({ action, resource }) =>
      parts.some((part) => reaches(part, action, resource)),
    );
  const Statement = [
    ...statementsOf(base).filter((statement) => !isLifted(statement)),
    ...parts.map(({ probe: { action, resource } }) => ({ Effect: 'Allow', Action: action, Resource: resource })),
  ];
  return EXTENT[extentBy(documentOf({ Version: '2012-10-17', Statement }), one.request)] >= EXTENT[one.to];
}

/** What holds without a condition holds under one. */
const isUnder = (one: Asked, other: Asked): boolean => one.where === '' || one.where === other.where;

/** Of two gains the wider is told, the one without a condition, and of two that are alike the first. */
function saysBetter(other: Asked, one: Asked, isBefore: boolean): boolean {
  if (other === one || !isUnder(other, one)) return false;
  if (isSamePlace(other, one)) return other.where !== one.where;
  return covers(other, one) && (isBefore || !covers(one, other));
}

const covers = ({ probe: wide }: Asked, { probe: narrow }: Asked): boolean =>
  reaches({ probe: wide }, narrow.action, narrow.resource);

function reaches({ probe: { action, resource } }: Pick<Asked, 'probe'>, otherAction: string, other: string): boolean {
  const statement = { Effect: 'Allow', Action: action, Resource: resource };
  const document = documentOf({ Version: '2012-10-17', Statement: [statement] });
  return extentBy(document, readAccessRequest(otherAction, other, {})) === 'all';
}

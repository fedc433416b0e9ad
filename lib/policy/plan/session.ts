import type { JsonObject } from '../../json.ts';
import { type PolicyDocument, readPolicyDocument } from '../iam/document.ts';
import { type Access, type AccessRequest, evaluateAccess, readAccessRequest } from '../iam/evaluate.ts';
import { Malformed } from '../iam/malformed.ts';
import { changes, gains, loses, type Said } from './change.ts';
import { canonical } from './fields.ts';
import {
  grantsOf,
  type Place,
  type Probe,
  placesNamed,
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

/**
 * What a session may do more and less, found by asking both policies about every action and resource that either
 * names, under the conditions that either has. A session without policies may do what its role may.
 */
export function compareSessions(before: SessionLimits, after: SessionLimits): readonly Said[] {
  if (isFree(after)) return isFree(before) ? [] : [gains('the session may do all that its role may')];
  if (isFree(before)) return [loses(`instead of all that its role may: ${allOf(after)}`)];
  return [...compareInline(before.policy, after.policy), ...compareManaged(before.policyArns, after.policyArns)];
}

/** Whether it may do all that its role may. */
export const isFree = ({ policy, policyArns }: SessionLimits): boolean => policy === null && policyArns.length === 0;

function compareManaged(before: readonly string[], after: readonly string[]): readonly Said[] {
  return [
    ...after.filter((arn) => !before.includes(arn)).map((arn) => gains(`the session may also do what ${arn} allows`)),
    ...before
      .filter((arn) => !after.includes(arn))
      .map((arn) => loses(`the session may not do any more what only ${arn} allows`)),
  ];
}

/** Managed policies are told of beside this, and are no part of what is compared here. */
function compareInline(before: JsonObject | null, after: JsonObject | null): readonly Said[] {
  if (canonical(before) === canonical(after)) return [];
  const [old, now] = [named(before), named(after)];
  const asked = understood(() => askedOf(old, now));
  if (asked === null) return [changes('the session policy is another one')];
  // What is lost on the way there is what would be gained on the way back.
  const back = asked.map((each) => ({ ...each, from: each.to, to: each.from }));
  return [...toldOrUnproven(asked, old, now, 'more'), ...toldOrUnproven(back, now, old, 'less')];
}

function allOf({ policy, policyArns }: SessionLimits): string {
  const now = named(policy);
  const asked = understood(() => askedOf(NOTHING, now));
  const inline = asked === null ? ['what its session policy allows'] : gainedOf(asked, NOTHING, now).map(wordsOf);
  const all = [...inline, ...policyArns.map((arn) => `what ${arn} allows`)];
  return `the session may do ${all.length === 0 ? 'nothing' : all.join('; ')}`;
}

/** null: a policy that AWS may take is not understood here. */
function understood<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

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
  const open = unproven(base, target, gained);
  return [
    ...told,
    ...open.map((statement) => changes(`it cannot be told whether the session may do ${way}: ${statement}`)),
  ];
}

/** Of no policy. */
const NOTHING: JsonObject = {};

const named = (policy: JsonObject | null): JsonObject => (policy === null ? NOTHING : withTemplatesNamed(policy));

function documentOf(policy: JsonObject): PolicyDocument {
  if (policy === NOTHING) return { statements: [] };
  const reading = readPolicyDocument(policy);
  if (reading.ok) return reading.document;
  throw new Malformed(reading.problem);
}

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
  readonly where: string;
  readonly place: string;
}

const wordsOf = ({ actions, place }: Gained): string =>
  `${actions.map((action) => (action === '*' ? 'anything' : action)).join(', ')} ${place}`;

function askedOf(before: JsonObject, after: JsonObject): readonly Asked[] {
  const [old, now] = [documentOf(before), documentOf(after)];
  return probesOf([before, after]).map((probe): Asked => {
    const request = readAccessRequest(probe.action, probe.resource, probe.context);
    return { probe, request, where: whereOf(probe.context), from: extentBy(old, request), to: extentBy(now, request) };
  });
}

/** What `target` lets through and `base` does not, told of as few actions and resources as it takes. */
function gainedOf(asked: readonly Asked[], base: JsonObject, target: JsonObject): readonly Gained[] {
  const turned = asked.filter(isTurned);
  const granted = new Set(grantsOf(target).map(placeOf));
  const told = turned.filter((one) =>
    one.to === 'all' ? !isExplained(one, turned, base) : granted.has(placeOf(one.probe)),
  );
  const gained = new Map<string, Gained>();
  for (const each of told.filter((one, at) => !told.some((other, before) => saysBetter(other, one, before < at)))) {
    const { action, resource } = each.probe;
    const where = each.where === '' ? unlessOf(each, asked) : ` where ${each.where}`;
    const place = `on ${resource}${each.to === 'all' ? '' : ', in part'}${where}`;
    const actions = [...(gained.get(place)?.actions ?? []), action];
    gained.set(place, { actions, resource, where: each.where, place });
  }
  return [...gained.values()];
}

const placeOf = ({ action, resource }: Place): string => JSON.stringify([action, resource]);

const isTurned = ({ from, to }: Asked): boolean => from !== to && (from === 'none' || to === 'all');

const isSamePlace = (one: Asked, other: Asked): boolean => placeOf(one.probe) === placeOf(other.probe);

/** Under which conditions it is no gain. */
function unlessOf(each: Asked, asked: readonly Asked[]): string {
  const kept = asked.filter((other) => isSamePlace(each, other) && !isTurned(other));
  return kept.length === 0 ? '' : `, unless ${kept.map(({ where }) => where).join(' or ')}`;
}

/** A pattern that was let through in part before, where the parts that are told by themselves are all the rest. */
function isExplained(one: Asked, turned: readonly Asked[], base: JsonObject): boolean {
  if (one.from === 'none') return false;
  const parts = turned.filter(
    (part) => part.from === 'none' && part.to === 'all' && isUnder(part, one) && covers(one, part),
  );
  // Of what was denied, what no part lifts; conditions are left as they are.
  const stillDenied = (statement: JsonObject): readonly JsonObject[] => {
    const { NotAction: _, NotResource: __, ...rest } = statement;
    return placesNamed(statement)
      .filter((place) => !parts.some(({ probe }) => reaches(probe, place)))
      .map((place) => ({ ...rest, ...naming(place) }));
  };
  const Statement = [
    ...statementsOf(base).flatMap((each) => (each['Effect'] === 'Deny' ? stillDenied(each) : [each])),
    ...parts.map(({ probe }) => ({ Effect: 'Allow', ...naming(probe) })),
  ];
  return extentBy(documentOf({ Version: '2012-10-17', Statement }), one.request) === 'all';
}

/** What holds without a condition holds under one. */
const isUnder = (one: Asked, other: Asked): boolean => one.where === '' || one.where === other.where;

/** Of two gains the wider is told, the one without a condition, and of two that are alike the first. */
const saysBetter = (other: Asked, one: Asked, isBefore: boolean): boolean =>
  isUnder(other, one) && covers(other, one) && (isBefore || !covers(one, other));

const naming = ({ action, resource }: Place): JsonObject => ({ Action: action, Resource: resource });

const covers = (wide: Asked, narrow: Asked): boolean => reaches(wide.probe, narrow.probe);

function reaches(wide: Place, { action, resource }: Place): boolean {
  const document = documentOf({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...naming(wide) }] });
  return extentBy(document, readAccessRequest(action, resource, {})) === 'all';
}

import type { JsonObject } from '../../json.ts';
import { type PolicyDocument, readPolicyDocument } from '../iam/document.ts';
import { type Access, evaluateAccess, readAccessRequest } from '../iam/evaluate.ts';
import { Malformed } from '../iam/malformed.ts';
import { changes, gains, loses, type Said } from './change.ts';
import { type Probe, probesOf, whereOf, withTemplatesNamed } from './session-probes.ts';
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
    const turned = turnsOf(old, now);
    if (old !== FREE) return (['more', 'less'] as const).flatMap((way) => toldOrUnproven(old, now, turned, way));
    const left = told(turnsOf(NOTHING, now), 'more').map(({ what }) => what.replace(' also do ', ' do '));
    return [loses(`instead of all that its role may: ${left.join('; ') || 'the session may do nothing'}`)];
  } catch (error) {
    // A policy that AWS takes and that is not understood here is still told to be another one.
    if (error instanceof Malformed) return [changes('the session policy is another one')];
    throw error;
  }
}

/** Where asking shows no difference in a direction, and nothing shows that there is none, that is told. */
function toldOrUnproven(old: JsonObject, now: JsonObject, turned: readonly Asked[], way: Way): readonly Said[] {
  const said = told(turned, way);
  if (said.length > 0) return said;
  const suspects = way === 'more' ? unproven(old, now) : unproven(now, old);
  return suspects.map((statement) => changes(`it cannot be told whether the session may do ${way}: ${statement}`));
}

const sidesOf = ({ policy, policyArns }: SessionLimits): JsonObject => {
  if (policy !== null) return withTemplatesNamed(policy);
  return policyArns.length === 0 ? FREE : NOTHING;
};

function turnsOf(before: JsonObject, after: JsonObject): readonly Asked[] {
  const [old, now] = [documentOf(before), documentOf(after)];
  return probesOf([before, after]).map((probe) => ({
    probe,
    turn: turnOf(old, now, probe),
    place: JSON.stringify([probe.action, probe.resource]),
    where: whereOf(probe),
  }));
}

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

type Way = 'more' | 'less';

interface Turn {
  readonly from: Access['extent'];
  readonly to: Access['extent'];
}

function turnOf(before: PolicyDocument, after: PolicyDocument, { action, resource, context }: Probe): Turn {
  const request = readAccessRequest(action, resource, context);
  const extent = (document: PolicyDocument) => evaluateAccess({ identity: null, session: [document] }, request).extent;
  return { from: extent(before), to: extent(after) };
}

interface Asked {
  readonly probe: Probe;
  readonly turn: Turn;
  readonly place: string;
  /** The conditions that it is asked under, in words; empty: none. */
  readonly where: string;
}

/** The answers that turned one way, as few as it takes: what a wider or a narrower one says better is left out. */
function told(asked: readonly Asked[], way: Way): readonly Said[] {
  const isTurned = ({ turn: { from, to } }: Asked) =>
    way === 'more' ? EXTENT[to] > EXTENT[from] : EXTENT[to] < EXTENT[from];
  const turned = asked.filter(isTurned);
  const sentences = new Map<string, Set<string>>();
  for (const each of turned.filter((one) => !turned.some((other) => other !== one && saysBetter(other, one)))) {
    const kept = asked.filter((other) => other.place === each.place && other.where !== '' && !isTurned(other));
    const unless =
      each.where !== '' || kept.length === 0 ? '' : `, unless ${kept.map(({ where }) => where).join(' or ')}`;
    const place = `on ${each.probe.resource}${each.where === '' ? unless : ` where ${each.where}`}`;
    sentences.set(place, (sentences.get(place) ?? new Set()).add(each.probe.action));
  }
  return [...sentences].map(([place, actions]) => {
    const what = [...actions].map((action) => (action === '*' ? 'anything' : action)).join(', ');
    return way === 'more'
      ? gains(`the session may also do ${what} ${place}`)
      : loses(`the session may not any more do ${what} ${place}`);
  });
}

/**
 * What is told without a condition is not told under one; a turn of a part is told by the part that turned whole, where
 * there is one; and of two whole turns the wider is told.
 */
function saysBetter(other: Asked, one: Asked): boolean {
  if (other.where !== '' && other.where !== one.where) return false;
  if (other.place === one.place) return other.where === '' && one.where !== '';
  if (isPart(one) !== isPart(other)) return isPart(one) && covers(one, other);
  return covers(other, one);
}

const isPart = ({ turn }: Asked): boolean => turn.from === 'some' || turn.to === 'some';

function covers({ probe: wide }: Asked, { probe: narrow }: Asked): boolean {
  const statement = { Effect: 'Allow', Action: wide.action, Resource: wide.resource };
  const document = documentOf({ Version: '2012-10-17', Statement: [statement] });
  const request = readAccessRequest(narrow.action, narrow.resource, narrow.context);
  return evaluateAccess({ identity: null, session: [document] }, request).extent === 'all';
}

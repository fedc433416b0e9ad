import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { ApprovalRequest } from './approvals.ts';

/** What a grant would let somebody do, one sentence each, in words of the broker's own and values of the grant's. */
export function wordsOf({
  grant,
  gives,
  duration,
}: Pick<ApprovalRequest, 'grant' | 'gives' | 'duration'>): readonly string[] {
  const lasting = duration === null ? [] : [`For ${lengthText(duration)}.`];
  switch (grant) {
    case 'aws-session':
    case 'aws-federated':
      return [...sessionWords(gives), ...limitWords(gives), ...lasting];
    case 'broker-token':
      return [`Speak to ${plain(gives['audience'])} with a token of this broker.`, ...claimWords(gives), ...lasting];
    case 'oauth-token':
      return [
        `Get a token from ${plain(gives['tokenEndpoint'])}${part('for', gives['audience'])}${part('with the scope', gives['scope'])}.`,
      ];
  }
}

function sessionWords(gives: JsonObject): readonly string[] {
  const { roleArn, policy, policyArns } = gives;
  const role = `Act in AWS as the role ${plain(roleArn)}.`;
  const arns = textsOf(policyArns);
  const managed = arns.length === 0 ? [] : [`What the managed policies ${arns.join(', ')} allow, within the role.`];
  if (!isJsonObject(policy)) {
    return [role, ...(arns.length === 0 ? ['Everything that the role may do: nothing narrows it.'] : managed)];
  }
  const statements = [policy['Statement'] ?? []].flat().filter((each) => isJsonObject(each));
  return [role, 'Nothing but this, as far as the role may do it:', ...managed, ...statements.map(statementWords)];
}

/** `Can read, change: s3:GetObject, s3:PutObject; on arn:…; only if …`. */
function statementWords(statement: JsonObject): string {
  const { Effect, Action, NotAction, Resource, NotResource, Condition } = statement;
  const actions = Action === undefined ? `everything but ${textsOf(NotAction).join(', ')}` : textsOf(Action).join(', ');
  const kinds = Action === undefined ? 'do anything' : [...new Set(textsOf(Action).map(verbOf))].join(', ');
  const on = Resource === undefined ? `everything but ${textsOf(NotResource).join(', ')}` : placesOf(Resource);
  const only = conditionWords(Condition);
  return Effect === 'Deny'
    ? `Never ${kinds}: ${actions}; on ${on}${only}.`
    : `Can ${kinds}: ${actions}; on ${on}${only}.`;
}

const placesOf = (resource: JsonValue): string => {
  const places = textsOf(resource);
  return places.includes('*') ? 'anything' : places.join(', ');
};

const VERBS: readonly (readonly [RegExp, string])[] = [
  [/^(?:iam:PassRole|sts:AssumeRole\w*)$/i, 'hand on or take other roles'],
  [/^(?:\*|[a-z0-9-]+:\*)$/i, 'do anything'],
  [/^[a-z0-9-]+:(?:Get|List|Describe|Head|BatchGet|Query|Scan|Search|Lookup|View|Select|Download)/i, 'read'],
  [/^[a-z0-9-]+:(?:Delete|Terminate|Remove|Destroy|Purge|Deregister|BatchDelete|Abort|Cancel|Stop)/i, 'delete or stop'],
];

/** By the action's name, which is what AWS itself classes it by; whatever is not known to read may change something. */
const verbOf = (action: string): string => VERBS.find(([pattern]) => pattern.test(action))?.[1] ?? 'change';

function conditionWords(condition: JsonValue | undefined): string {
  if (!isJsonObject(condition)) return '';
  const parts = Object.entries(condition).flatMap(([operator, keys]) =>
    isJsonObject(keys)
      ? Object.entries(keys).map(([key, values]) => `${key} ${operator} ${textsOf(values).join(' or ')}`)
      : [],
  );
  return parts.length === 0 ? '' : `; only if ${parts.join(' and ')}`;
}

function limitWords({ effective, network }: JsonObject): readonly string[] {
  return [
    ...(typeof effective === 'number' ? [`For ${lengthText(effective)} from when it is taken up, then nothing.`] : []),
    ...(typeof network === 'string' ? [`From the address ${network} alone.`] : []),
  ];
}

const claimWords = ({ claims }: JsonObject): readonly string[] =>
  isJsonObject(claims) && Object.keys(claims).length > 0
    ? [
        `It says: ${Object.entries(claims)
          .map(([name, value]) => `${name} = ${plain(value)}`)
          .join('; ')}.`,
      ]
    : [];

const part = (word: string, value: JsonValue | undefined): string =>
  value === null || value === undefined ? '' : ` ${word} ${plain(value)}`;

const plain = (value: JsonValue | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);

const textsOf = (value: JsonValue | undefined): readonly string[] => [value ?? []].flat().map((each) => plain(each));

/** `90` as `1 minute 30 seconds`. */
export function lengthText(length: number): string {
  const units = [
    [Math.floor(length / 3600), 'hour'],
    [Math.floor((length % 3600) / 60), 'minute'],
    [length % 60, 'second'],
  ] as const;
  const parts = units.flatMap(([count, unit]) => (count === 0 ? [] : [`${count} ${unit}${count === 1 ? '' : 's'}`]));
  return parts.length === 0 ? 'no time' : parts.join(' ');
}

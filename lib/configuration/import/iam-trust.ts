/** Trusts of IAM roles for OIDC and SAML (IAM User Guide, "Create a role for a third-party identity provider"). */
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import type { FieldPath } from '../problem.ts';
import { ConditionsBuilder, readOperator } from './conditions.ts';
import { type Conditions, type DraftRule, NotCarriedOver, nameFrom, type Place, type Say } from './draft.ts';

/** A role with its trust, and where they stand in their file. */
export interface RoleTrust {
  readonly arn: string;
  readonly trust: JsonObject;
  readonly maxDurationSeconds: number | null;
  readonly path: FieldPath;
}

/** What else the statements are read with. */
export interface TrustContext {
  placeOf(path: FieldPath): Place;
  readonly say: Say;
  /** Metadata documents of SAML providers, by the provider's name. */
  readonly metadata: ReadonlyMap<string, string>;
}

const ACTIONS = {
  'sts:assumerolewithwebidentity': 'oidc',
  'sts:assumerolewithsaml': 'saml',
} as const;

/** Actions beside the federated ones that say nothing of who may come. */
const BESIDE: ReadonlySet<string> = new Set(['sts:tagsession', 'sts:setsourceidentity']);

/**
 * The rules of a role's trust. A condition that cannot be carried over leaves its statement out, never the condition
 * alone; a `Deny` that cannot be carried over leaves the role out.
 */
export function readTrust(role: RoleTrust, context: TrustContext): readonly DraftRule[] {
  const statements = [role.trust['Statement']].flat().map((statement, index) => ({
    statement,
    path: Array.isArray(role.trust['Statement']) ? [...role.path, 'Statement', index] : [...role.path, 'Statement'],
  }));
  const rules: DraftRule[] = [];
  for (const { statement, path } of statements) {
    try {
      rules.push(...readStatement(statement ?? null, path, role, context));
    } catch (error) {
      if (!(error instanceof NotCarriedOver)) throw error;
      const isDeny = isJsonObject(statement) && statement['Effect'] === 'Deny';
      const message = isDeny
        ? `${error.message}; without this Deny the role ${role.arn} would be wider`
        : error.message;
      context.say({ ...error.place, kind: 'left-out', message });
      if (isDeny) return [];
    }
  }
  return rules;
}

function readStatement(
  statement: JsonValue,
  path: FieldPath,
  role: RoleTrust,
  context: TrustContext,
): readonly DraftRule[] {
  const place = context.placeOf(path);
  const no = (message: string, at: FieldPath = path) => new NotCarriedOver(context.placeOf(at), message);
  if (!isJsonObject(statement)) throw no('is not a statement');
  for (const part of ['NotPrincipal', 'NotAction']) {
    if (statement[part] !== undefined) throw no(`${part} cannot be carried over`, [...path, part]);
  }
  const list = statement['Effect'] === 'Deny' ? 'deny' : 'allow';
  const kind = kindOf(textsOf(statement['Action']), list);
  if (kind === null) throw no('is not a trust for OIDC or SAML', [...path, 'Action']);
  const principal = statement['Principal'];
  const federated = isJsonObject(principal) ? textsOf(principal['Federated']) : [];
  if (federated.length === 0) throw no('names no Federated principal', [...path, 'Principal']);
  const stated = isJsonObject(statement['Condition']) ? statement['Condition'] : {};
  return federated.map((provider) => {
    const read = kind === 'oidc' ? readOidc : readSaml;
    const { when, ...rest } = read(provider, stated, [...path, 'Condition'], { no, context, list });
    return {
      ...{ place, list, when, scope: scopeOf(role.arn), ...rest },
      description: `Whoever the trust of ${role.arn.split(':role/')[1] ?? role.arn} names, as imported.`,
      grant: { ...rest.grant, roleArn: role.arn, ...durationOf(role) },
    };
  });
}

const scopeOf = (arn: string): string => nameFrom(arn.slice(arn.lastIndexOf('/') + 1), 'imported-role');

const HOUR = 3600;

const durationOf = ({ maxDurationSeconds }: RoleTrust): JsonObject =>
  maxDurationSeconds === null || maxDurationSeconds <= HOUR ? {} : { maxDuration: `${maxDurationSeconds / 60}m` };

function kindOf(actions: readonly string[], list: 'allow' | 'deny'): 'oidc' | 'saml' | null {
  const others = actions.map((action) => action.toLowerCase()).filter((action) => !BESIDE.has(action));
  const kinds = new Set(others.map((action) => Object.entries(ACTIONS).find(([name]) => name === action)?.[1] ?? null));
  const [only] = kinds;
  return kinds.size === 1 && only !== undefined && (list === 'allow' || others.length > 0) ? only : null;
}

interface Reading {
  readonly no: (message: string, at?: FieldPath) => NotCarriedOver;
  readonly context: TrustContext;
  readonly list: 'allow' | 'deny';
}

type Read = Pick<DraftRule, 'source' | 'when' | 'grant'>;

/** What AWS's own tools ask for as the audience of a token. */
const AWS_AUDIENCE = 'sts.amazonaws.com';

function readOidc(provider: string, stated: JsonObject, path: FieldPath, reading: Reading): Read {
  const host = /^arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider\/(.+)$/.exec(provider)?.[1];
  if (host === undefined) throw reading.no(`${provider} is not an OIDC provider of IAM`);
  const audiences: string[] = [];
  const when = readConditions(stated, path, reading, ({ key, operator, values, at }) => {
    const claim = claimOf(key, host);
    if (claim !== 'aud') return claim === null ? otherKey(key) : `claims.${claim}`;
    const isPlain = /^(ForAnyValue:)?StringEquals$/.test(operator) && values.every((value) => !/[*?]/.test(value));
    if (!isPlain || reading.list === 'deny') throw reading.no(`${operator} on the audience cannot be carried over`, at);
    audiences.push(...values);
    return 'audience';
  });
  if (audiences.length === 0) {
    const { say, placeOf } = reading.context;
    const message = `says no audience: ${AWS_AUDIENCE} is taken, which AWS's own tools ask for`;
    say({ ...placeOf(path.slice(0, -1)), kind: 'to-do', message });
    audiences.push(AWS_AUDIENCE);
  }
  return {
    source: { type: 'oidc', issuer: `https://${host}`, audiences },
    when,
    grant: { type: 'aws-federated', via: 'web-identity' },
  };
}

/** `token.actions.githubusercontent.com:sub`: the provider's address, a colon, and the claim. */
function claimOf(key: string, host: string): string | null {
  const prefix = `${host}:`.toLowerCase();
  return key.toLowerCase().startsWith(prefix) ? key.slice(prefix.length) : null;
}

const OTHER_KEYS: Readonly<Record<string, string>> = {
  'aws:sourceip': 'request.sourceIp',
  'aws:currenttime': 'request.time',
};

const otherKey = (key: string): string | null => OTHER_KEYS[key.toLowerCase()] ?? null;

/** Where AWS's sign-in page is the recipient, the response is addressed to it. */
const SAML_AUDIENCE = 'https://signin.aws.amazon.com/saml';

const SAML_KEYS: Readonly<Record<string, string>> = {
  'saml:sub': 'claims.nameId',
  'saml:iss': 'claims.issuer',
};

function readSaml(provider: string, stated: JsonObject, path: FieldPath, reading: Reading): Read {
  const name = /^arn:aws[a-z-]*:iam::[0-9]{12}:saml-provider\/([\w.-]+)$/.exec(provider)?.[1];
  if (name === undefined) throw reading.no(`${provider} is not a SAML provider of IAM`);
  const metadata = reading.context.metadata.get(name);
  if (metadata === undefined) {
    throw reading.no(
      `the metadata of ${name} is missing: give the output of aws iam get-saml-provider, or ${name}.xml`,
    );
  }
  let audience = SAML_AUDIENCE;
  const when = readConditions(stated, path, reading, ({ key, operator, values, at }) => {
    if (key.toLowerCase() !== 'saml:aud') return SAML_KEYS[key.toLowerCase()] ?? otherKey(key);
    const [only] = values;
    if (operator !== 'StringEquals' || values.length !== 1 || only === undefined || reading.list === 'deny') {
      throw reading.no(`${operator} on the recipient cannot be carried over`, at);
    }
    audience = only;
    return 'audience';
  });
  return {
    source: { type: 'saml', name, metadata, audience },
    when,
    grant: { type: 'aws-federated', via: 'saml', principalArn: provider },
  };
}

interface Stated {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
  readonly at: FieldPath;
}

/** `keyOf` names the key here, takes the test as an `audience`, or says null where there is no such key. */
function readConditions(
  stated: JsonObject,
  path: FieldPath,
  { no, list }: Reading,
  keyOf: (test: Stated) => string | 'audience' | null,
): Conditions {
  const built = new ConditionsBuilder();
  for (const [written, keys] of Object.entries(stated)) {
    const operator = readOperator(written);
    if (typeof operator === 'string') throw no(operator, [...path, written]);
    for (const [key, value] of Object.entries(isJsonObject(keys) ? keys : {})) {
      const at = [...path, written, key];
      const values = textsOf(value);
      if (values.some((each) => each.includes('${'))) throw no('a policy variable cannot be carried over', at);
      const own = keyOf({ key, operator: operator.name, values, at });
      if (own === null) throw no(`${key} is not known here`, at);
      if (own === 'audience') continue;
      const isNew = built.add(operator.name, own, values);
      const present = !operator.holdsForMissing || list === 'deny' || built.add('Null', own, ['false']);
      if (!isNew || !present) throw no(`${key} is tested twice by ${written}`, at);
    }
  }
  return built.conditions;
}

const textsOf = (value: JsonValue | undefined): readonly string[] =>
  [value].flat().flatMap((each) => (typeof each === 'object' || each === undefined ? [] : [String(each)]));

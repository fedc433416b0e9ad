/** Roles of HashiCorp Vault as `vault read -format=json` prints them: `auth/jwt/role/NAME` and `aws/roles/NAME`. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { ConditionsBuilder } from './conditions.ts';
import { type Conditions, type DraftRule, NotCarriedOver, nameFrom, type Place } from './draft.ts';

/** One printed answer, with the fields of its `data`. */
export interface VaultAnswer {
  /** Of the file: what the role is called. */
  readonly name: string;
  readonly data: JsonObject;
  placeOf(field: string): Place;
}

export const isJwtRole = (data: JsonObject): boolean => data['role_type'] === 'jwt' && data['user_claim'] !== undefined;
export const isAwsRole = (data: JsonObject): boolean =>
  data['credential_type'] !== undefined || data['credential_types'] !== undefined;
export const isJwtConfig = (data: JsonObject): boolean =>
  data['oidc_discovery_url'] !== undefined || data['bound_issuer'] !== undefined;
export const isPolicy = (data: JsonObject): boolean => typeof data['policy'] === 'string';

/** The issuer of a mount of the jwt method. */
export function issuerOf({ data, placeOf }: VaultAnswer): string {
  for (const field of ['bound_issuer', 'oidc_discovery_url']) {
    if (typeof data[field] === 'string' && data[field] !== '') return data[field];
  }
  throw new NotCarriedOver(placeOf('oidc_discovery_url'), 'names no issuer');
}

/** Fields that say who a token of Vault may be used from or for how long, which nothing here is. */
const NARROWING = ['token_bound_cidrs', 'bound_cidrs', 'max_age', 'bound_service_account_names'];

/** Who a jwt role lets in. */
export function jwtRole({ data, placeOf }: VaultAnswer): {
  readonly when: Conditions;
  readonly audiences: readonly string[];
} {
  const no = (field: string, message: string) => new NotCarriedOver(placeOf(field), message);
  const full = (value: JsonValue | undefined) => value !== undefined && value !== null && value !== '' && value !== 0;
  for (const field of NARROWING) {
    const value = data[field];
    if (full(value) && !(Array.isArray(value) && value.length === 0))
      throw no(field, `${field} cannot be carried over`);
  }
  const built = new ConditionsBuilder();
  if (typeof data['bound_subject'] === 'string' && data['bound_subject'] !== '') {
    built.add('StringEquals', 'claims.sub', [data['bound_subject']]);
  }
  const isGlob = data['bound_claims_type'] === 'glob';
  for (const [name, value] of Object.entries(isJsonObject(data['bound_claims']) ? data['bound_claims'] : {})) {
    if (name.startsWith('/'))
      throw no('bound_claims', `${name} is a JSON pointer: give the connection an alias for it`);
    const values = textsOf(value);
    // A star alone is a wildcard of Vault's; a question mark is none.
    if (isGlob && values.some((each) => each.includes('?')))
      throw no('bound_claims', `${name} has a ?, which is no wildcard of Vault`);
    const pattern = isGlob && values.some((each) => each.includes('*'));
    const added = built.add(pattern ? 'StringLike' : 'StringEquals', `claims.${name}`, values);
    if (!added) throw no('bound_claims', `${name} is bound twice`);
  }
  const audiences = textsOf(data['bound_audiences']);
  if (audiences.length === 0) throw no('bound_audiences', 'binds no audience');
  return { when: built.conditions, audiences };
}

/** The grants of an aws role that assumes roles; another kind of credential has none here. */
export function awsGrants({ data, placeOf }: VaultAnswer): readonly JsonObject[] {
  const no = (field: string, message: string) => new NotCarriedOver(placeOf(field), message);
  const kinds = textsOf(data['credential_type'] ?? data['credential_types']);
  if (kinds.join() !== 'assumed_role')
    throw no('credential_type', `${kinds.join(', ')}: only assumed_role is a session here`);
  const policy = data['policy_document'];
  const parsed: unknown = typeof policy === 'string' && policy !== '' ? parseJson(policy) : (policy ?? null);
  if (parsed === undefined) throw no('policy_document', 'is not JSON');
  const arns = textsOf(data['policy_arns']);
  const external = data['external_id'];
  return textsOf(data['role_arns']).map((roleArn) => ({
    ...{ type: 'aws-session', roleArn },
    ...(isJsonObject(parsed) ? { policy: parsed } : {}),
    ...(arns.length === 0 ? {} : { policyArns: [...arns] }),
    ...(typeof external === 'string' && external !== '' ? { externalId: external } : {}),
  }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Names of aws roles that a policy of Vault lets read or update; null where a path has a wildcard. */
export function awsRolesIn({ data, placeOf }: VaultAnswer): readonly string[] {
  const paths = [...String(data['policy']).matchAll(/path\s+"([^"]+)"/g)].map(([, path = '']) => path);
  return paths.flatMap((path) => {
    const name = /\/(?:sts|creds)\/(.+)$/.exec(path)?.[1];
    if (name === undefined) return [];
    if (/[*+]/.test(name))
      throw new NotCarriedOver(placeOf('policy'), `${path} has a wildcard: which roles it means is not in it`);
    return [name];
  });
}

export interface VaultRule {
  readonly jwt: VaultAnswer;
  readonly aws: VaultAnswer;
  readonly issuer: string;
  /** The broker's own issuer, which callers are to ask for; null: unknown. */
  readonly audience: string | null;
}

/** The rules of a jwt role for an aws role, one for each role of AWS that it assumes. */
export function vaultRules({ jwt, aws, issuer, audience }: VaultRule): readonly DraftRule[] {
  const { when, audiences } = jwtRole(jwt);
  return awsGrants(aws).map((grant) => ({
    place: jwt.placeOf(''),
    list: 'allow',
    source: { type: 'oidc', issuer, audiences: audience === null ? audiences : [audience] },
    when,
    scope: nameFrom(aws.name, 'imported-role'),
    description: `Whoever the role ${jwt.name} of Vault let in, as imported.`,
    grant,
  }));
}

const textsOf = (value: JsonValue | undefined): readonly string[] =>
  [value]
    .flat()
    .flatMap((each) => (typeof each === 'object' || each === undefined || each === '' ? [] : [String(each)]));

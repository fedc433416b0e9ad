/** What each file that is to be imported is, and the rules in it. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import type { FieldPath } from '../problem.ts';
import { readYaml } from '../yaml-file.ts';
import { type DraftRule, NotCarriedOver, nameFrom, type Place, type Say } from './draft.ts';
import { type RoleTrust, readTrust } from './iam-trust.ts';
import { isOctoSts, readOctoSts } from './octo-sts.ts';
import {
  awsRolesIn,
  isAwsRole,
  isJwtConfig,
  isJwtRole,
  isPolicy,
  issuerOf,
  type VaultAnswer,
  vaultRules,
} from './vault.ts';

export interface GivenFile {
  /** As it was given on the command line. */
  readonly path: string;
  readonly text: string;
}

export interface ReadOptions {
  /** The broker's issuer; null: unknown. */
  readonly issuer: string | null;
  /** The role of a trust that stands by itself; null: one of the file's name. */
  readonly roleArn: string | null;
  readonly say: Say;
}

interface Parsed extends GivenFile {
  readonly value: JsonObject;
  placeOf(path: FieldPath): Place;
}

/** The rules of all files together: a role of Vault needs its mount, a SAML trust its provider's metadata. */
export function readImports(files: readonly GivenFile[], options: ReadOptions): readonly DraftRule[] {
  const parsed: Parsed[] = [];
  const metadata = new Map<string, string>();
  for (const file of files) {
    if (file.text.trimStart().startsWith('<')) metadata.set(stemOf(file.path), file.text);
    else parsed.push(...parse(file, options.say));
  }
  const vault: Parsed[] = [];
  const rest: Parsed[] = [];
  for (const file of parsed) {
    const provided = samlMetadata(file);
    if (provided !== null) metadata.set(provided.name, provided.text);
    else if (isVault(file.value)) vault.push(file);
    else rest.push(file);
  }
  return [...rest.flatMap((file) => readOne(file, metadata, options)), ...readVault(vault, options)];
}

/** JSON is YAML too, but for its tabs. */
function parse(file: GivenFile, say: Say): readonly Parsed[] {
  const yaml = readYaml(file.text.replaceAll('\t', '  '));
  const [fault] = yaml.faults;
  if (fault !== undefined || !isJsonObject(yaml.value)) {
    const message = fault === undefined ? 'is not a document' : `cannot be read: ${fault.message}`;
    say({ file: file.path, line: fault?.line ?? 1, kind: 'left-out', message });
    return [];
  }
  const placeOf = (path: FieldPath): Place => ({ file: file.path, line: yaml.positionOf(path).line });
  return [{ ...file, value: yaml.value, placeOf }];
}

const stemOf = (path: string): string => (path.split(/[\\/]/).at(-1) ?? path).replace(/(\.sts)?\.[^.]+$/, '');

/** `aws iam get-saml-provider` names no provider: the file does. */
function samlMetadata({ path, value }: Parsed): { readonly name: string; readonly text: string } | null {
  const text = value['SAMLMetadataDocument'];
  return typeof text === 'string' ? { name: stemOf(path), text } : null;
}

function readOne(file: Parsed, metadata: ReadonlyMap<string, string>, options: ReadOptions): readonly DraftRule[] {
  const { value, placeOf } = file;
  const { say } = options;
  try {
    if (isOctoSts(value)) {
      const place = (field: string) => placeOf(field === '' ? [] : [field]);
      return [readOctoSts(value, { name: stemOf(file.path), placeOf: place, say, issuer: options.issuer })];
    }
    const roles = rolesOf(file, options);
    if (roles.length === 0) throw new NotCarriedOver(placeOf([]), 'is none of the forms that can be imported');
    return roles.flatMap((role) => readTrust(role, { placeOf, say, metadata }));
  } catch (error) {
    if (!(error instanceof NotCarriedOver)) throw error;
    say({ ...error.place, kind: 'left-out', message: error.message });
    return [];
  }
}

/** A trust by itself, or what the AWS CLI prints of one role or many. */
function rolesOf({ path, value, placeOf }: Parsed, { roleArn, say }: ReadOptions): readonly RoleTrust[] {
  if (value['Statement'] !== undefined) {
    const account = /:iam::([0-9]{12}):(?:oidc|saml)-provider\//.exec(JSON.stringify(value))?.[1] ?? '000000000000';
    const arn = roleArn ?? `arn:aws:iam::${account}:role/${nameFrom(stemOf(path), 'imported-role')}`;
    const message = `says not whose trust it is: ${arn} is taken, by the name of the file (--role-arn says another)`;
    if (roleArn === null) say({ ...placeOf([]), kind: 'to-do', message });
    return [{ arn, trust: value, maxDurationSeconds: null, path: [] }];
  }
  const lists = [
    [['Role'], [value['Role']]],
    [['Roles'], value['Roles']],
    [['RoleDetailList'], value['RoleDetailList']],
  ] as const;
  return lists.flatMap(([at, roles]) =>
    Array.isArray(roles)
      ? roles.flatMap((role: JsonValue | undefined, index) =>
          roleOf(role ?? null, at[0] === 'Role' ? at : [...at, index], placeOf, say),
        )
      : [],
  );
}

function roleOf(role: JsonValue, path: FieldPath, placeOf: Parsed['placeOf'], say: Say): readonly RoleTrust[] {
  if (!isJsonObject(role) || typeof role['Arn'] !== 'string') return [];
  const at = [...path, 'AssumeRolePolicyDocument'];
  const trust = decoded(role['AssumeRolePolicyDocument']);
  if (trust === null) {
    say({ ...placeOf(at), kind: 'left-out', message: `the trust of ${role['Arn']} cannot be read` });
    return [];
  }
  const longest = role['MaxSessionDuration'];
  return [{ arn: role['Arn'], trust, maxDurationSeconds: typeof longest === 'number' ? longest : null, path: at }];
}

/** IAM's own API answers with the document in percent encoding. */
function decoded(document: JsonValue | undefined): JsonObject | null {
  if (typeof document !== 'string') return isJsonObject(document) ? document : null;
  try {
    const value: unknown = JSON.parse(decodeURIComponent(document));
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

const dataOf = (value: JsonObject): JsonObject | null => (isJsonObject(value['data']) ? value['data'] : null);

const isVault = (value: JsonObject): boolean => {
  const data = dataOf(value);
  return data !== null && [isJwtRole, isAwsRole, isJwtConfig, isPolicy].some((is) => is(data));
};

/** A jwt role leads to the aws roles that its policies name, or to the one of its own name. */
function readVault(files: readonly Parsed[], { say, issuer: audience }: ReadOptions): readonly DraftRule[] {
  const answers = files.map((file): VaultAnswer => {
    const placeOf = (field: string) => file.placeOf(field === '' ? [] : ['data', field]);
    return { name: stemOf(file.path), data: dataOf(file.value) ?? {}, placeOf };
  });
  const of = (is: (data: JsonObject) => boolean) => answers.filter(({ data }) => is(data));
  const jwtRoles = of(isJwtRole);
  return jwtRoles.flatMap((jwt): readonly DraftRule[] => {
    try {
      const [config] = of(isJwtConfig);
      if (config === undefined)
        throw new NotCarriedOver(
          jwt.placeOf(''),
          "needs the mount's configuration: vault read -format=json auth/jwt/config",
        );
      const roles = awsRolesOf(jwt, of(isPolicy), of(isAwsRole));
      if (roles.length === 0) throw new NotCarriedOver(jwt.placeOf(''), 'leads to no aws role that was given');
      const rules = roles.flatMap((aws) => vaultRules({ jwt, aws, issuer: issuerOf(config), audience }));
      if (audience !== null) {
        const message = `callers ask for ${audience} in place of the audiences that are bound`;
        say({ ...jwt.placeOf('bound_audiences'), kind: 'to-do', message });
      }
      for (const aws of roles) {
        const message = "its roles trust Vault: let them trust the broker's minting roles (examples/target-role.yaml)";
        say({ ...aws.placeOf('role_arns'), kind: 'to-do', message });
      }
      return rules;
    } catch (error) {
      if (!(error instanceof NotCarriedOver)) throw error;
      say({ ...error.place, kind: 'left-out', message: error.message });
      return [];
    }
  });
}

function awsRolesOf(
  jwt: VaultAnswer,
  policies: readonly VaultAnswer[],
  roles: readonly VaultAnswer[],
): readonly VaultAnswer[] {
  const { data } = jwt;
  const named = [data['token_policies'], data['policies']].flat().map(String);
  const paths = policies.filter(({ name }) => named.includes(name)).flatMap((policy) => awsRolesIn(policy));
  return roles.filter(({ name }) => paths.includes(name) || (paths.length === 0 && name === jwt.name));
}

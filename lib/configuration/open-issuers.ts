/**
 * Issuers that anybody can get a token from. A signature of theirs proves only that a token is genuine; a connection to one must therefore pin, in `require`,
 * a claim that tells whose token it is (contract section 2).
 */
import type { ConditionsDocument, PresetName } from './documents.ts';
import { parseUrl } from './web-address.ts';

/**
 * JSON pointer of a claim -> whether a condition's fixed beginning (all of it, or what stands before its first wildcard) says whose the token is.
 * `whole` is true where the value has no wildcard.
 */
type Pins = Readonly<Record<string, (fixed: string, whole: boolean) => boolean>>;

const exactly = (fixed: string, whole: boolean): boolean => whole && fixed !== '';
const startingWith =
  (pattern: RegExp) =>
  (fixed: string): boolean =>
    pattern.test(fixed);

/** An owner's name ends with a slash, so `acme/*` names one and `acme*` does not. */
const ownerPath = startingWith(/^[^/]+\//);

const githubPins: Pins = {
  '/repository_owner_id': exactly,
  '/repository_owner': exactly,
  '/repository_id': exactly,
  '/repository': ownerPath,
  '/enterprise_id': exactly,
  '/enterprise': exactly,
  '/workflow_ref': ownerPath,
  // `@` (of the form with ids) cannot stand in a name either. Forms that an owner made up, such as `environment:prod`, say nothing of the owner.
  '/sub': startingWith(/^(repo:[^/@:]+[/@]|repository_owner(_id)?:[^:]+(:|$))/),
};

const gitlabPins: Pins = {
  '/namespace_id': exactly,
  '/namespace_path': (fixed, whole) => exactly(fixed, whole) || ownerPath(fixed),
  '/project_id': exactly,
  '/project_path': ownerPath,
  '/sub': startingWith(/^project_path:[^/:]+\//),
};

const googlePins: Pins = { '/hd': exactly, '/sub': exactly, '/email': exactly };

export interface OpenIssuer {
  readonly provider: string;
  readonly pins: Pins;
  /** A claim that pins only beside another one that `Bool` holds to be true. */
  readonly vouched?: { readonly pointer: string; readonly by: string };
}

/** The open provider behind a connection, by its preset or by its issuer whatever the preset; null: tokens are not for everybody. */
export function openIssuer(issuer: string, preset: PresetName | null): OpenIssuer | null {
  const host = parseUrl(issuer)?.hostname.replace(/\.$/, '') ?? '';
  const isGithub = host === 'token.actions.githubusercontent.com' || /^token\.actions\.[^.]+\.ghe\.com$/.test(host);
  if (isGithub || preset === 'github-actions') return { provider: 'GitHub Actions', pins: githubPins };
  if (host === 'gitlab.com') return { provider: 'GitLab.com', pins: gitlabPins };
  if (host === 'accounts.google.com' || preset === 'google')
    return { provider: 'Google', pins: googlePins, vouched: { pointer: '/email', by: '/email_verified' } };
  return null;
}

/** Positive operators that compare text, and whether `*` and `?` are wildcards in them. */
const PINNING: ReadonlyMap<string, 'literal' | 'wildcards'> = new Map([
  ['StringEquals', 'literal'],
  ['StringEqualsIgnoreCase', 'literal'],
  ['StringLike', 'wildcards'],
  ['ForAnyValue:StringEquals', 'literal'],
  ['ForAnyValue:StringLike', 'wildcards'],
]);

/** A wildcard in a literal operator never matches anything real, so it is not taken for a pin either. */
function saysWhose(value: string, kind: 'literal' | 'wildcards', pin: Pins[string]): boolean {
  const wildcard = value.search(/[*?]/);
  if (wildcard === -1) return pin(value, true);
  return kind === 'wildcards' && pin(value.slice(0, wildcard), false);
}

const escapePointer = (member: string): string => member.replaceAll('~', '~0').replaceAll('/', '~1');

/** The JSON pointer that a condition key reads: an alias shadows the member of its name. */
function pointerOf(key: string, aliases: Aliases): string | null {
  if (!key.startsWith('claims.')) return null;
  const name = key.slice('claims.'.length);
  return Object.hasOwn(aliases, name) ? (aliases[name] ?? null) : `/${escapePointer(name)}`;
}

type Aliases = Readonly<Record<string, string>>;

/** True if `Bool` holds the claim at `pointer` to be true. */
const holdsTrue = (require: readonly ConditionsDocument[], pointer: string, aliases: Aliases): boolean =>
  require.some((conditions) =>
    Object.entries(conditions['Bool'] ?? {}).some(
      ([key, values]) =>
        pointerOf(key, aliases) === pointer &&
        values.length > 0 &&
        values.every((value) => value.toLowerCase() === 'true'),
    ),
  );

/** True if some positive condition, in every value it takes, names an owner, tenant or project of the open issuer. */
export function pinsOwner(open: OpenIssuer, require: readonly ConditionsDocument[], aliases: Aliases): boolean {
  return require.some((conditions) =>
    Object.entries(conditions).some(([operator, keys]) => {
      const kind = PINNING.get(operator);
      if (kind === undefined) return false;
      return Object.entries(keys).some(([key, values]) => {
        const pointer = pointerOf(key, aliases) ?? '';
        const pin = open.pins[pointer];
        if (pin === undefined || values.length === 0) return false;
        if (open.vouched?.pointer === pointer && !holdsTrue(require, open.vouched.by, aliases)) return false;
        return values.every((value) => saysWhose(value, kind, pin));
      });
    }),
  );
}

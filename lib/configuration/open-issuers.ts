/**
 * Issuers that anybody can get a token from. A signature of theirs proves only that a token is genuine; a connection to
 * one must therefore pin, in `require`, a claim that tells whose token it is (contract section 2).
 */
import type { ConditionsDocument } from './documents/rules.ts';
import type { Pin } from './presets/pins.ts';
import type { OpenIssuer, Preset } from './presets/preset.ts';
import { presets } from './presets/table.ts';
import { parseUrl } from './web-address.ts';

/**
 * The open provider behind a connection: by its issuer, whatever the preset says; else by the preset, where every
 * issuer of it is open. null: tokens are not for everybody.
 */
export function openIssuer(issuer: string, preset: Preset | null): OpenIssuer | null {
  const host = parseUrl(issuer)?.hostname.replace(/\.$/, '') ?? '';
  const known = Object.values<Preset>(presets).find(({ open }) => open?.isHost(host));
  if (known !== undefined) return known.open;
  return preset?.open?.elsewhere === 'open' ? preset.open : null;
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
function saysWhose(value: string, kind: 'literal' | 'wildcards', pin: Pin): boolean {
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

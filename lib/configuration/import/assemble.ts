/** Rules that were read become documents: a connection for each issuer and audience, a scope for each grant. */
import type { JsonObject, JsonValue } from '../../json.ts';
import { testsOf } from '../lints/tests.ts';
import { openIssuer } from '../open-issuers.ts';
import type { OpenIssuer, Preset } from '../presets/preset.ts';
import { presets } from '../presets/table.ts';
import { parseUrl } from '../web-address.ts';
import { type DraftRule, type DraftSource, nameFrom, type Say } from './draft.ts';

/** A document with the rules that it is made of, so that what is wrong with it leads back to them. */
export interface DraftDocument {
  /** `connections/github.yaml`. */
  readonly file: string;
  readonly value: JsonObject;
  readonly rules: readonly DraftRule[];
}

export interface Assembled {
  readonly documents: readonly DraftDocument[];
  /** Files that documents name: an IdP's metadata. */
  readonly beside: ReadonlyMap<string, string>;
}

/** A rule of an issuer that anybody can get a token from, and that does not say whose, is left out and said. */
export function assemble(rules: readonly DraftRule[], say: Say): Assembled {
  const sources = new SourceNames();
  const kept = withOwners(rules, say);
  for (const { rule } of kept) sources.add(rule.source);
  const connections = sources.all.map(({ name, source }) => {
    const own = kept.filter(({ rule }) => sources.namesOf(rule.source).includes(name));
    const value = source.type === 'saml' ? samlDocument(name, source) : oidcDocument(name, source, requireOf(own));
    return { file: `connections/${name}.yaml`, value, rules: own.map(({ rule }) => rule) };
  });
  const saml = sources.all.flatMap(({ name, source }) => (source.type === 'saml' ? [[name, source] as const] : []));
  return {
    documents: [
      ...connections,
      ...scopeDocuments(
        kept.map(({ rule }) => rule),
        sources,
      ),
    ],
    beside: new Map(saml.map(([name, { metadata }]) => [`connections/${name}-metadata.xml`, metadata])),
  };
}

/** One connection for each audience of an issuer, so that none takes a token that was asked for another. */
class SourceNames {
  private readonly byKey = new Map<string, { readonly name: string; readonly source: DraftSource }>();

  get all() {
    return [...this.byKey.values()];
  }

  add(source: DraftSource): void {
    for (const [key, single] of singles(source)) {
      if (this.byKey.has(key)) continue;
      const base = baseName(source);
      const taken = this.all.filter(({ name }) => name === base || name.startsWith(`${base}-`)).length;
      this.byKey.set(key, { name: taken === 0 ? base : `${base}-${taken + 1}`, source: single });
    }
  }

  namesOf = (source: DraftSource): readonly string[] =>
    singles(source).flatMap(([key]) => this.byKey.get(key)?.name ?? []);
}

const singles = (source: DraftSource): readonly (readonly [string, DraftSource])[] =>
  source.type === 'saml'
    ? [[`saml ${source.name} ${source.audience}`, source]]
    : source.audiences.map((audience) => [`${source.issuer} ${audience}`, { ...source, audiences: [audience] }]);

const MOST_NAME = 50;

function baseName(source: DraftSource): string {
  const text =
    source.type === 'saml'
      ? source.name
      : (presetOf(source.issuer)?.[0] ?? parseUrl(source.issuer)?.hostname ?? 'issuer');
  return nameFrom(text.toLowerCase().replace(/[^a-z0-9]+/g, '-'), 'issuer')
    .slice(0, MOST_NAME)
    .replace(/-+$/, '');
}

const presetOf = (issuer: string): readonly [string, Preset] | undefined => {
  const url = parseUrl(issuer);
  return url === null ? undefined : Object.entries<Preset>(presets).find(([, { claims }]) => claims.isIssuer(url));
};

function oidcDocument(
  connection: string,
  source: DraftSource & { type: 'oidc' },
  require: JsonObject | null,
): JsonObject {
  const url = parseUrl(source.issuer);
  const [preset, facts] = presetOf(source.issuer) ?? [];
  const parameters = url === null || facts === undefined ? null : facts.claims.parametersOf?.(url);
  const named = preset === undefined || parameters === null ? {} : { preset, ...parameters };
  return {
    ...{ connection, type: 'oidc', ...named, issuer: source.issuer, audience: [...source.audiences] },
    ...(require === null ? {} : { require }),
  };
}

const samlDocument = (connection: string, { audience }: DraftSource & { type: 'saml' }): JsonObject => ({
  ...{ connection, type: 'saml', metadata: `./${connection}-metadata.xml`, entityId: audience },
});

/** A rule, and the condition of `require` that says whose its tokens are, where its issuer needs one. */
interface OwnedRule {
  readonly rule: DraftRule;
  readonly owner: { readonly key: string; readonly values: readonly string[] } | null;
}

function withOwners(rules: readonly DraftRule[], say: Say): readonly OwnedRule[] {
  return rules.flatMap((rule): readonly OwnedRule[] => {
    const { source } = rule;
    const open = source.type === 'oidc' ? openIssuer(source.issuer, presetOf(source.issuer)?.[1] ?? null) : null;
    if (open === null || rule.list === 'deny') return [{ rule, owner: null }];
    const like = rules.filter((other) => other.list === 'allow' && isSameIssuer(other.source, source));
    const key = commonKey(like, open);
    const owner = key === null ? null : ownersIn(rule, key, open);
    if (owner !== null && key !== null) return [{ rule, owner: { key, values: owner } }];
    const message = `does not say whose tokens of ${open.provider} are taken, or not by the claim that others name`;
    say({ ...rule.place, kind: 'left-out', message: `${message}: anybody can get one` });
    return [];
  });
}

const isSameIssuer = (a: DraftSource, b: DraftSource): boolean =>
  a.type === 'oidc' && b.type === 'oidc' && a.issuer === b.issuer;

/** The claim by which most of the rules say whose tokens they take; ids before names. */
function commonKey(rules: readonly DraftRule[], open: OpenIssuer): string | null {
  const counts = Object.keys(open.pins)
    .filter((pointer) => open.vouched?.pointer !== pointer)
    .map((pointer) => `claims.${pointer.slice(1)}`)
    .map((key) => [key, rules.filter((rule) => ownersIn(rule, key, open) !== null).length] as const);
  const most = Math.max(0, ...counts.map(([, count]) => count));
  return most === 0 ? null : (counts.find(([, count]) => count === most)?.[0] ?? null);
}

/** What a rule fixes of the owner in the claim, as patterns that hold wherever the rule does; null: nothing. */
function ownersIn({ when }: DraftRule, key: string, open: OpenIssuer): readonly string[] | null {
  const pin = open.pins[`/${key.slice('claims.'.length)}`];
  const test = testsOf(when, []).find(
    (each) => each.key === key && !each.ifExists && /^String(Equals|Like)$/.test(each.operator),
  );
  if (pin === undefined || test === undefined) return null;
  const owners = test.values.map((value) => ownerPart(value));
  return owners.every((owner) => pin(owner.replace(/\*$/, ''), !owner.endsWith('*'))) ? [...new Set(owners)] : null;
}

/** `repo:acme/web:ref:…` -> `repo:acme/*`, `acme/web` -> `acme/*`; an id stays as it is. */
const ownerPart = (value: string): string => {
  const slash = value.indexOf('/');
  return slash === -1 ? value : `${value.slice(0, slash + 1)}*`;
};

function requireOf(rules: readonly OwnedRule[]): JsonObject | null {
  const owners = rules.flatMap(({ owner }) => (owner === null ? [] : [owner]));
  const [first] = owners;
  if (first === undefined) return null;
  const values = [...new Set(owners.flatMap((owner) => owner.values))];
  return { [values.some((value) => value.includes('*')) ? 'StringLike' : 'StringEquals']: { [first.key]: values } };
}

function scopeDocuments(rules: readonly DraftRule[], sources: SourceNames): readonly DraftDocument[] {
  const byGrant = new Map<string, DraftRule[]>();
  for (const rule of rules) {
    const key = JSON.stringify([rule.scope, rule.grant]);
    byGrant.set(key, [...(byGrant.get(key) ?? []), rule]);
  }
  const names = new Map<string, number>();
  return [...byGrant.values()].flatMap((own): readonly DraftDocument[] => {
    const [first] = own;
    // A scope whose every rule of allow was left out gives nothing.
    if (first === undefined || own.every(({ list }) => list === 'deny')) return [];
    const count = (names.get(first.scope) ?? 0) + 1;
    names.set(first.scope, count);
    const scope = count === 1 ? first.scope : `${first.scope}-${count}`;
    const listed = (list: 'allow' | 'deny') => own.filter((rule) => rule.list === list);
    const denied = listed('deny').map((rule) => ruleDocument(rule, sources));
    const value: JsonObject = {
      ...{ scope, description: first.description, allow: listed('allow').map((rule) => ruleDocument(rule, sources)) },
      ...(denied.length === 0 ? {} : { deny: denied }),
      grant: first.grant,
    };
    return [
      { file: `scopes/${scope.replaceAll(':', '.')}.yaml`, value, rules: [...listed('allow'), ...listed('deny')] },
    ];
  });
}

function ruleDocument({ source, when }: DraftRule, sources: SourceNames): JsonValue {
  const names = sources.namesOf(source);
  const [only, ...others] = names;
  const connection: JsonValue = only !== undefined && others.length === 0 ? only : [...names];
  const single = (values: readonly string[]): JsonValue => (values.length === 1 ? (values[0] ?? '') : [...values]);
  const tests = Object.entries(when).map(([operator, keys]) => [
    operator,
    Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, single(values)])),
  ]);
  return { connection, ...(tests.length === 0 ? {} : { when: Object.fromEntries(tests) }) };
}

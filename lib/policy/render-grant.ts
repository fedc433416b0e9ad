import type { JsonObject, JsonValue } from '../json.ts';
import { accept, type Outcome } from '../outcome.ts';
import type { KeyLookup } from './decision.ts';
import type { CompiledTag, CompiledTokenClaim, TokenClaim } from './grants/grant-templates.ts';
import type { OauthTokenTemplates } from './grants/oauth-token.ts';
import { type CompiledSessionPolicy, renderSessionPolicy } from './session-policy.ts';
import { refuseValue, renderTemplate, Template } from './template.ts';
import { TOKEN_CLAIM } from './template-places.ts';

/** Members of one broker-token claim that came of a list. */
const MAX_LIST = 1000;

/**
 * The session policy as compact JSON text of at most 2,048 characters; null: the grant has none. Refuses with
 * `template_value` or `policy_too_large`.
 */
export const renderPolicy = (policy: CompiledSessionPolicy | null, lookup: KeyLookup): Outcome<string | null> =>
  policy === null ? accept(null) : renderSessionPolicy(policy, lookup);

/** The session tags of the scope, without the broker's own. Values that came of templates are 1 to 256 characters. */
export function renderTags(
  templates: readonly CompiledTag[],
  lookup: KeyLookup,
): Outcome<readonly { readonly key: string; readonly value: string }[]> {
  const tags: { key: string; value: string }[] = [];
  for (const { key, value } of templates) {
    const text = renderTemplate(value, lookup);
    if (!text.ok) return text;
    tags.push({ key, value: text.value });
  }
  return accept(tags);
}

/**
 * The further claims of a broker token. A claim that is exactly one template carries a list of strings where the value
 * is one.
 */
export function renderTokenClaims(templates: readonly CompiledTokenClaim[], lookup: KeyLookup): Outcome<JsonObject> {
  const claims: [string, JsonValue][] = [];
  for (const { name, value } of templates) {
    const rendered = renderList(value, lookup) ?? renderClaim(value, lookup);
    if (!rendered.ok) return rendered;
    claims.push([name, rendered.value]);
  }
  return accept(Object.fromEntries(claims));
}

/** What another authorization server is asked for; null where the grant says nothing. */
export function renderDownstream(
  templates: OauthTokenTemplates,
  lookup: KeyLookup,
): Outcome<{ readonly scope: string | null; readonly audience: string | null; readonly subject: string | null }> {
  const scope = renderOptional(templates.scope, lookup);
  if (!scope.ok) return scope;
  const audience = renderOptional(templates.audience, lookup);
  if (!audience.ok) return audience;
  const subject = renderOptional(templates.subject, lookup);
  if (!subject.ok) return subject;
  return accept({ scope: scope.value, audience: audience.value, subject: subject.value });
}

const renderOptional = (template: Template | null, lookup: KeyLookup): Outcome<string | null> =>
  template === null ? accept(null) : renderTemplate(template, lookup);

/** null where the claim is not one template, or its value no list. */
function renderList(value: TokenClaim, lookup: KeyLookup): Outcome<JsonValue> | null {
  if (!(value instanceof Template) || value.parts.length !== 1) return null;
  const [key] = value.keys;
  if (key === undefined) return null;
  const list = lookup(key);
  if (!Array.isArray(list)) return null;
  const texts = list.filter((item: JsonValue) => typeof item === 'string');
  const admitted = texts.every((text) => TOKEN_CLAIM.whole.test(text) && text.length <= TOKEN_CLAIM.maxLength);
  if (!admitted || texts.length !== list.length || list.length === 0 || list.length > MAX_LIST) {
    return refuseValue(TOKEN_CLAIM, key);
  }
  return accept(texts);
}

function renderClaim(value: TokenClaim, lookup: KeyLookup): Outcome<JsonValue> {
  if (value instanceof Template) return renderTemplate(value, lookup);
  if (typeof value !== 'object' || value === null) return accept(value);
  const entries: [string, JsonValue][] = [];
  for (const [name, item] of Object.entries(value)) {
    const rendered = renderClaim(item, lookup);
    if (!rendered.ok) return rendered;
    entries.push([name, rendered.value]);
  }
  return accept(Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries));
}

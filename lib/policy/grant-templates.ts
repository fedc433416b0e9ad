import type { Grant } from '../configuration/documents.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { type DocumentProblem, errorAt, hasErrors, under } from './problem.ts';
import { type CompiledSessionPolicy, compileSessionPolicy } from './session-policy.ts';
import { compileTemplate, Template, templateInTheWay } from './template.ts';
import {
  DOWNSTREAM_AUDIENCE,
  DOWNSTREAM_SCOPE,
  DOWNSTREAM_SUBJECT,
  TAG_VALUE,
  type TemplatePlace,
  TOKEN_CLAIM,
} from './template-places.ts';

type Path = readonly (string | number)[];

/** A claim of a broker token with its strings parsed. */
export type TokenClaim =
  | null
  | boolean
  | number
  | Template
  | readonly TokenClaim[]
  | { readonly [name: string]: TokenClaim };

/** The templates of a grant, parsed. What the grant's type does not have is null or empty. */
export interface CompiledGrant {
  readonly policy: CompiledSessionPolicy | null;
  readonly tags: readonly { readonly key: string; readonly value: Template }[];
  readonly claims: readonly { readonly name: string; readonly value: TokenClaim }[];
  readonly scope: Template | null;
  readonly audience: Template | null;
  readonly subject: Template | null;
  /** Condition keys that its templates name. */
  readonly keys: readonly string[];
}

class GrantCompiler {
  readonly problems: DocumentProblem[] = [];
  readonly templates: Template[] = [];

  policy(document: JsonObject | null): CompiledSessionPolicy | null {
    if (document === null) return null;
    const { compiled, problems } = compileSessionPolicy(document);
    this.problems.push(...under(['policy'], problems));
    this.templates.push(...(compiled?.templates ?? []));
    return compiled;
  }

  template(text: string, path: Path, place: TemplatePlace): Template {
    const compiled = compileTemplate(text, place);
    if ('messages' in compiled) {
      this.problems.push(...compiled.messages.map((message) => errorAt(path, message)));
      return new Template([], place);
    }
    this.templates.push(compiled.template);
    return compiled.template;
  }

  optional(text: string | null, path: Path, place: TemplatePlace): Template | null {
    return text === null ? null : this.template(text, path, place);
  }

  tags(tags: Readonly<Record<string, string>>): CompiledGrant['tags'] {
    return Object.entries(tags).map(([key, text]) => {
      this.closed(key, ['tags', key]);
      return { key, value: this.template(text, ['tags', key], TAG_VALUE) };
    });
  }

  claim(value: JsonValue, path: Path): TokenClaim {
    if (typeof value === 'string') return this.template(value, path, TOKEN_CLAIM);
    if (isJsonObject(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([name, item]) => {
          this.closed(name, [...path, name]);
          return [name, this.claim(item, [...path, name])];
        }),
      );
    }
    if (typeof value !== 'object' || value === null) return value;
    return value.map((item, index) => this.claim(item, [...path, index]));
  }

  claims(claims: JsonObject): CompiledGrant['claims'] {
    return Object.entries(claims).map(([name, value]) => {
      this.closed(name, ['claims', name]);
      return { name, value: this.claim(value, ['claims', name]) };
    });
  }

  /** Nothing below may hold a template: roles, endpoints, names, secrets. */
  closed(value: JsonValue | object, path: Path): void {
    if (typeof value === 'string') {
      const message = templateInTheWay(value, 'none');
      if (message !== null) this.problems.push(errorAt(path, message));
    } else if (typeof value === 'object' && value !== null) {
      const list = Array.isArray(value);
      for (const [name, item] of Object.entries(value)) this.closed(item, [...path, list ? Number(name) : name]);
    }
  }
}

/** The members of a grant that templates may stand in, by its type; everywhere else they do not load. */
function openMembers(grant: Grant, compiler: GrantCompiler): Partial<CompiledGrant> {
  switch (grant.type) {
    case 'aws-session':
      return { policy: compiler.policy(grant.policy), tags: compiler.tags(grant.tags) };
    case 'aws-federated':
      return { policy: compiler.policy(grant.policy) };
    case 'broker-token':
      return { claims: compiler.claims(grant.claims) };
    case 'oauth-token':
      return {
        scope: compiler.optional(grant.scope, ['scope'], DOWNSTREAM_SCOPE),
        audience: compiler.optional(grant.audience, ['audience'], DOWNSTREAM_AUDIENCE),
        subject:
          grant.provider === 'jwt-bearer' ? compiler.optional(grant.subject, ['subject'], DOWNSTREAM_SUBJECT) : null,
      };
  }
}

/** Compiles the templates of a grant. Paths of problems begin at the grant's members. */
export function compileGrant(grant: Grant): {
  readonly compiled: CompiledGrant | null;
  readonly problems: readonly DocumentProblem[];
} {
  const compiler = new GrantCompiler();
  const open = openMembers(grant, compiler);
  for (const [name, value] of Object.entries(grant)) {
    if (!Object.hasOwn(open, name)) compiler.closed(value, [name]);
  }
  if (hasErrors(compiler.problems)) return { compiled: null, problems: compiler.problems };
  const keys = [...new Set(compiler.templates.flatMap((template) => template.keys))];
  const none = { policy: null, tags: [], claims: [], scope: null, audience: null, subject: null };
  return { compiled: Object.freeze({ ...none, ...open, keys }), problems: compiler.problems };
}

import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { type DocumentProblem, errorAt, under } from '../problem.ts';
import { type CompiledSessionPolicy, compileSessionPolicy } from '../session-policy.ts';
import { compileTemplate, Template, templateInTheWay } from '../template.ts';
import { TAG_VALUE, type TemplatePlace, TOKEN_CLAIM } from '../template-places.ts';

type Path = readonly (string | number)[];

/** A claim of a broker token with its strings parsed. */
export type TokenClaim =
  | null
  | boolean
  | number
  | Template
  | readonly TokenClaim[]
  | { readonly [name: string]: TokenClaim };

/** A session tag of the scope. */
export interface CompiledTag {
  readonly key: string;
  readonly value: Template;
}

/** A further claim of a broker token. */
export interface CompiledTokenClaim {
  readonly name: string;
  readonly value: TokenClaim;
}

/**
 * Parses the templates of one grant, and keeps what it parsed and what is wrong. Paths of problems begin at the grant's
 * members.
 */
export class GrantTemplates {
  readonly problems: DocumentProblem[] = [];
  private readonly parsed: Template[] = [];

  /** The condition keys that they name. */
  get keys(): readonly string[] {
    return [...new Set(this.parsed.flatMap((template) => template.keys))];
  }

  policy(document: JsonObject | null): CompiledSessionPolicy | null {
    if (document === null) return null;
    const { compiled, problems } = compileSessionPolicy(document);
    this.problems.push(...under(['policy'], problems));
    this.parsed.push(...(compiled?.templates ?? []));
    return compiled;
  }

  private template(text: string, path: Path, place: TemplatePlace): Template {
    const compiled = compileTemplate(text, place);
    if ('messages' in compiled) {
      this.problems.push(...compiled.messages.map((message) => errorAt(path, message)));
      return new Template([], place);
    }
    this.parsed.push(compiled.template);
    return compiled.template;
  }

  optional(text: string | null, path: Path, place: TemplatePlace): Template | null {
    return text === null ? null : this.template(text, path, place);
  }

  tags(tags: Readonly<Record<string, string>>): readonly CompiledTag[] {
    return Object.entries(tags).map(([key, text]) => {
      this.closed(key, ['tags', key]);
      return { key, value: this.template(text, ['tags', key], TAG_VALUE) };
    });
  }

  private claim(value: JsonValue, path: Path): TokenClaim {
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

  claims(claims: JsonObject): readonly CompiledTokenClaim[] {
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

import * as z from 'zod';
import type { OidcIssuer } from '../documents/connections.ts';
import type { JwsAlgorithm } from '../documents/jws-algorithm.ts';
import type { ConditionsDocument } from '../documents/rules.ts';
import type { Report } from '../problem.ts';
import type { ClaimTable } from './claims.ts';
import type { Pins } from './pins.ts';

/**
 * What is known of a provider's tokens. Where a file says something itself, that wins, but for `require` and `aliases`.
 */
export interface PresetFacts {
  /** Used where the file names no issuer. null: the file must name one. */
  readonly issuers: readonly OidcIssuer[] | null;
  readonly algorithms: readonly JwsAlgorithm[];
  readonly types: readonly string[];
  /** Template of the label. */
  readonly principal: string;
  readonly tokenIdClaim: string;
  /** Holds before the file's own `require`. */
  readonly require: readonly ConditionsDocument[];
  /** Derived name -> JSON pointer. The file cannot give one of these names to something else. */
  readonly aliases: Readonly<Record<string, string>>;
  /** `optional` where the provider's tokens have no `aud`: `authorizedParties` are required instead. */
  readonly audience: 'required' | 'optional';
  /** Pointer of the claim that states the account of the role that `sub` is; null: `sub` is no role. */
  readonly roleAccount: string | null;
}

/** Where a provider has nothing unusual. */
export const plainFacts: PresetFacts = {
  issuers: null,
  algorithms: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'],
  types: ['jwt'],
  principal: '${claims.sub}',
  tokenIdClaim: 'jti',
  require: [],
  aliases: {},
  audience: 'required',
  roleAccount: null,
};

/** Issuers that anybody can get a token from: a connection has to pin, in `require`, whose tokens it takes. */
export interface OpenIssuer {
  readonly provider: string;
  /** True for the host of such an issuer: lower case, without a final dot. */
  isHost(host: string): boolean;
  /** Whether the preset's other issuers (an installation of one's own) count as open too. */
  readonly elsewhere: 'open' | 'closed';
  readonly pins: Pins;
  /** A claim that pins only beside another one that `Bool` holds to be true. */
  readonly vouched?: { readonly pointer: string; readonly by: string };
  /** For `docs/presets.md`, in Markdown. */
  readonly documentation: { readonly issuers: string; readonly pins: string };
}

/** The part of a connection's file that presets look at beside their own parameters. */
interface WrittenIssuer {
  readonly issuer?: string | undefined;
}

/** Claims, by condition key or name, with the values that an example has. */
type Example = Readonly<Record<string, string>>;

/** What a new folder with the preset begins with (`policy init`): whose tokens, which of them, and who is neither. */
export interface Starter {
  readonly connection: string;
  readonly provider: string;
  /** Where to find what has to be filled in. */
  readonly hint: string;
  /** Further fields of the connection. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly require: Example;
  readonly when: Example;
  /** Claims of the example's tokens beside those that conditions test. */
  readonly others: Example;
  /** The claim of the tag. */
  readonly tag: string;
  /** What tokens of another branch, and of somebody else, have instead. */
  readonly other: { readonly when: Example; readonly require: Example };
}

/** All that is known of one provider, in one place. Nothing else in the broker knows it by its name. */
export interface Preset {
  /**
   * Fields of an OIDC connection that this preset takes and plain ones do not, each with its form. All are optional for
   * the schema.
   */
  readonly parameters: z.ZodRawShape;
  readonly open: OpenIssuer | null;
  /** What its tokens hold: for `policy validate` and for people, never for a decision. */
  readonly claims: ClaimTable;
  /** null: no new folder begins with it. */
  readonly starter: Starter | null;
  /** For `docs/presets.md`, in Markdown: the fields that a file must have, and what it may leave out. */
  readonly documentation: { readonly needs: string; readonly fillsIn: string };
  /** Reports the parameters that are missing or do not fit; what follows from them is left out then. */
  facts(written: WrittenIssuer, report: Report): PresetFacts;
}

/** A preset as its file states it: plain but for what it says. */
interface Statement<P extends z.ZodRawShape> extends Pick<Preset, 'documentation' | 'claims'> {
  readonly parameters?: P;
  readonly open?: OpenIssuer;
  readonly starter?: Starter;
  facts(parameters: z.output<z.ZodObject<P>>, written: WrittenIssuer, report: Report): Partial<PresetFacts>;
}

/** Makes a preset of what its file states. */
export function definePreset<P extends z.ZodRawShape>(statement: Statement<P>): Preset {
  const parameters = z.object(statement.parameters);
  return {
    parameters: parameters.shape,
    open: statement.open ?? null,
    claims: statement.claims,
    starter: statement.starter ?? null,
    documentation: statement.documentation,
    facts: (written, report) => ({ ...plainFacts, ...statement.facts(parameters.parse(written), written, report) }),
  };
}

/** An issuer whose keys its discovery document names. */
export const discovered = (issuer: string): OidcIssuer => ({ issuer, jwksUri: null });

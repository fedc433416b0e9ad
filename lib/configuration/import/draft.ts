import type { JsonObject } from '../../json.ts';

/** Where something stands in a file that is imported. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A thing worth saying of an import: what was left out and why, or what somebody has to fill in. */
export interface Note extends Place {
  readonly kind: 'left-out' | 'to-do';
  readonly message: string;
}

/** Operator -> key -> values, as a rule's `when` has them. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Who is to be let in, and to what: one rule of one scope. */
export interface DraftRule {
  readonly place: Place;
  /** The rule's list in the scope. */
  readonly list: 'allow' | 'deny';
  readonly source: DraftSource;
  readonly when: Conditions;
  readonly scope: string;
  readonly description: string;
  readonly grant: JsonObject;
}

/** Whose proofs: an OIDC issuer with the audiences that were asked for, or a SAML provider with its metadata. */
export type DraftSource =
  | { readonly type: 'oidc'; readonly issuer: string; readonly audiences: readonly string[] }
  | { readonly type: 'saml'; readonly name: string; readonly metadata: string; readonly audience: string };

export type Say = (note: Note) => void;

/** A reading of one statement: what could not be carried over is a reason to leave all of it out. */
export class NotCarriedOver extends Error {
  readonly place: Place;

  constructor(place: Place, message: string) {
    super(message);
    this.name = 'NotCarriedOver';
    this.place = place;
  }
}

/** Names of scopes and connections are made of what the other side calls them. */
export const nameFrom = (text: string, otherwise: string): string => {
  const name = text.replace(/[^A-Za-z0-9:._-]+/g, '-').replace(/^[^A-Za-z]+/, '');
  return name === '' ? otherwise : name.slice(0, 128);
};

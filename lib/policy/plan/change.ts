/**
 * One thing that a new configuration changes, in words. `gains`: somebody gets what they did not get. `loses`: somebody
 * does not get what they got. `changes`: neither can be said, or it is both.
 */
export interface Change {
  readonly effect: 'gains' | 'loses' | 'changes';
  readonly document: 'scope' | 'connection' | 'client';
  /** Of the document. */
  readonly name: string;
  /** Whom it is about; null: whoever the document is for. */
  readonly who: string | null;
  readonly what: string;
}

/** What is said of one document. */
export type Said = Omit<Change, 'document' | 'name'>;

export const gains = (what: string, who: string | null = null): Said => ({ effect: 'gains', who, what });
export const loses = (what: string, who: string | null = null): Said => ({ effect: 'loses', who, what });
export const changes = (what: string, who: string | null = null): Said => ({ effect: 'changes', who, what });

/** More of something is a gain, less a loss. */
export const byOrder = (before: number, after: number, what: string): readonly Said[] =>
  before === after ? [] : [after > before ? gains(what) : loses(what)];

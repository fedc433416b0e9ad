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
export function byOrder(before: number, after: number, what: string): readonly Said[] {
  if (after > before) return [gains(what)];
  return after < before ? [loses(what)] : [];
}

/** What was shut and is open is a gain, what was open and is shut a loss; each with what is so now. */
export function bySwitch(before: boolean, after: boolean, open: string, shut: string): readonly Said[] {
  if (before === after) return [];
  return [after ? gains(open) : loses(shut)];
}

/** What is marked on a timeline: bars from `anchor` to `head`, both included, in either order. */
export interface Brush {
  readonly anchor: number;
  readonly head: number;
}

export const lowOf = ({ anchor, head }: Brush): number => Math.min(anchor, head);
export const highOf = ({ anchor, head }: Brush): number => Math.max(anchor, head);

/** What a key does: the arrows, Home and End move, with Shift they mark; null: the key means nothing here. */
export function brushByKey({ anchor, head }: Brush, key: string, shift: boolean, count: number): Brush | null {
  const to = targetOf(key, head, count);
  if (to === null) return null;
  const next = Math.min(count - 1, Math.max(0, to));
  return { anchor: shift ? anchor : next, head: next };
}

function targetOf(key: string, head: number, count: number): number | null {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return head + 1;
    case 'ArrowLeft':
    case 'ArrowDown':
      return head - 1;
    case 'PageUp':
      return head + 10;
    case 'PageDown':
      return head - 10;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

/** The bar under a place, given as a part of the whole width. */
export const barAt = (part: number, count: number): number =>
  Math.min(count - 1, Math.max(0, Math.floor(part * count)));

/**
 * From the beginning of the first bar to the last millisecond of the last, in RFC 3339; both ends of a range are
 * inclusive. `start` of the first bar of all and `step` in milliseconds.
 */
export function rangeOfBars(brush: Brush, start: number, step: number): { readonly from: string; readonly to: string } {
  const from = start + lowOf(brush) * step;
  const to = start + (highOf(brush) + 1) * step - 1;
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/**
 * The known name that somebody most likely meant by `name`: the one with the fewest edits (a letter too many, too few,
 * another or two swapped, case not counted), one for every three letters at most, or the only one that begins with it.
 * null where none is near.
 */
export function nearest(name: string, known: Iterable<string>): string | null {
  const meant = name.toLowerCase();
  const most = Math.max(1, Math.floor(meant.length / 3));
  let best: string | null = null;
  let fewest = most + 1;
  const longer: string[] = [];
  for (const candidate of known) {
    const folded = candidate.toLowerCase();
    if (meant.length >= 3 && folded.startsWith(meant)) longer.push(candidate);
    if (Math.abs(folded.length - meant.length) >= fewest) continue;
    const edits = distance(meant, folded);
    if (edits >= fewest) continue;
    best = candidate;
    fewest = edits;
  }
  // `repo` is no typing error of `repository`: whoever wrote it meant the shortest name of that beginning.
  return best ?? longer.sort((a, b) => a.length - b.length)[0] ?? null;
}

/** `did you mean x?` for a name that is near one of those known; null where none is. */
export function didYouMean(name: string, known: Iterable<string>): string | null {
  const near = nearest(name, known);
  return near === null ? null : `did you mean ${near}?`;
}

/** Edits between two texts, a swap of neighbours counted as one (Damerau-Levenshtein, optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const edits = [(above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (above[column - 1] ?? 0) + same];
      if (swapped) edits.push((before[column - 2] ?? 0) + 1);
      current.push(Math.min(...edits));
    }
    [before, above] = [above, current];
  }
  return above[b.length] ?? 0;
}

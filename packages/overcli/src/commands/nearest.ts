/** A word is taken for a slip of another when it differs in at most this share of its letters. */
const MOST_SHARE = 0.4;

/** The word of `known` that was probably meant; undefined when none is near. */
export function nearest(word: string, known: string[]): string | undefined {
  const ranked = known
    .map((other) => ({ other, distance: distance(word.toLowerCase(), other.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const [first] = ranked;
  const most = Math.max(1, Math.floor(MOST_SHARE * word.length));
  return first && first.distance <= most ? first.other : undefined;
}

/**
 * How many letters must be put in, taken out, replaced or swapped with their neighbour to make one word of the other.
 * Source: the optimal string alignment distance, of which two rows are not enough as a swap looks two rows back.
 */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + (isSame ? 0 : 1),
        isSwapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
  }
  return at(a.length, b.length);
}

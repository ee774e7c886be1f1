// "Did you mean ...?": the nearest name in a list, for error messages about unknown names.

/**
 * The candidate nearest to `name`, or `undefined` where none is near enough to be worth suggesting.
 *
 * Compared without regard to case, hyphens, underscores and spaces. Near enough means: at most a third of the
 * longer name's letters (and always at least one) have to be inserted, deleted, replaced or swapped with their
 * neighbour; or one name is the beginning of the other. Of equally near ones the first is taken.
 *
 * @param name what was asked for
 * @param candidates the names that exist
 * @example
 * suggest('rmsprob', ['sgd', 'momentum', 'rmsprop', 'adam']); // 'rmsprop'
 */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = fold(name);
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const offered = fold(candidate);
    const longer = Math.max(wanted.length, offered.length);
    let distance = editDistance(wanted, offered);
    if (
      wanted.length >= 3 &&
      offered.length >= 3 &&
      (offered.startsWith(wanted) || wanted.startsWith(offered))
    ) {
      distance = Math.min(distance, 1);
    }
    if (distance <= Math.max(1, Math.floor(longer / 3)) && distance < longer && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * One sentence about an unknown name: what it was, the nearest name if there is one, and every name there is.
 *
 * @param kind what the name should have been, for example `'optimizer'`
 * @example
 * unknownName('optimizer', 'adamm', ['sgd', 'adam']); // "unknown optimizer 'adamm': did you mean 'adam'? (there are: sgd, adam)"
 */
export function unknownName(kind: string, name: string, candidates: Iterable<string>): string {
  const names = [...candidates];
  const nearest = suggest(name, names);
  const question = nearest === undefined ? '' : `: did you mean '${nearest}'?`;
  return `unknown ${kind} '${name}'${question} (there are: ${names.join(', ')})`;
}

function fold(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, '');
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (each letter touched once). */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous: number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current: number[] = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let distance = Math.min(
        previous[column] + 1,
        current[column - 1] + 1,
        previous[column - 1] + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        distance = Math.min(distance, beforePrevious[column - 2] + 1);
      }
      current.push(distance);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length];
}

/** The known name that a misspelt one most likely meant; undefined where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const written = name.toLowerCase();
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(written, candidate.toLowerCase()) }))
    .sort((left, right) => left.distance - right.distance);
  const [best] = ranked;
  if (best !== undefined && best.distance <= Math.max(2, Math.floor(name.length / 3))) return best.candidate;
  // A part of only one name says which is meant, as alb of aws-alb.
  const holding = known.filter((other) => other.split("-").includes(written));
  if (holding.length === 1) return holding[0];
  // idleTimeout is far from idleSeconds by letters, and still what was meant.
  return known.find((other) => firstWord(other) === firstWord(name) && firstWord(name).length >= 4);
}

const firstWord = (name: string): string => /^[a-z]*/.exec(name)![0];

/** `Unknown key "idelSeconds"; did you mean "idleSeconds"?`, for every key that is not known. */
export function unknownKeys(found: readonly string[], known: readonly string[], where: string): string[] {
  return found
    .filter((key) => !known.includes(key))
    .map((key) => {
      const near = nearest(key, known);
      const hint = near === undefined ? `known are ${known.join(", ")}` : `did you mean "${near}"?`;
      return `${where}: unknown key "${key}"; ${hint}`;
    });
}

/** Single-character edits between two words (Levenshtein), row by row. */
export function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}

/**
 * The annotations that controllers read, by their names below a prefix that is one controller's own. Whatever else stands below
 * such a prefix is read by nobody, unless a newer version knows it.
 */
export interface AnnotationSet {
  /** Who reads them. */
  title: string;
  prefix: string;
  /** The kinds of objects on which they are read. */
  on: readonly ("Ingress" | "Service")[];
  /** Names that it reads on fewer kinds than the others. */
  onFewer?: Readonly<Record<string, readonly ("Ingress" | "Service")[]>>;
  /** The names below the prefix. Absent: the whole list is not known here. */
  keys?: ReadonlySet<string>;
  /** Beginnings of names that go on with one of the user's own: `actions.<name>`. */
  families?: readonly string[];
  /** True where a name may be written in capitals and small letters as one likes. */
  inAnyCase?: true;
  /** True where it is read on the object whichever controller serves the way in. */
  byWhomever?: true;
  /** True where others read names below the prefix too, which are not all known here: only a slip of the pen is certain then. */
  isShared?: true;
  /** Names of settings that stand in the ConfigMap of the controller, and are passed over on any other object. */
  inConfigMapAlone?: ReadonlySet<string>;
  /** Names that it read once, and what to write instead. */
  removed?: Readonly<Record<string, string>>;
  source: string;
}

/** A list of words, as a set. */
export function names(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** The kinds of objects on which one of them is read. */
export function kindsOf({ on, onFewer }: AnnotationSet, name: string): readonly string[] {
  return onFewer !== undefined && Object.hasOwn(onFewer, name) ? (onFewer[name] ?? on) : on;
}

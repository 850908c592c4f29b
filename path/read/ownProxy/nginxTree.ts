/** One file of an nginx, by the last part of its name. */
export interface NginxFile {
  name: string;
  text: string;
}

/** One directive of an nginx configuration, and what stands between its braces. */
export interface Directive {
  name: string;
  words: string[];
  inside: Directive[];
  /** Which of the files it stands in, from 0. */
  file: number;
}

const TOKEN = /#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]|(?:\$\{[^}]*\}|[^\s{};"'#])(?:\$\{[^}]*\}|[^\s{};])*/g;
/** What stands beside servers and never inside one. */
const OUTSIDE_SERVERS = new Set(["server", "upstream", "map", "geo", "http", "stream", "events"]);
/** What only the first of all files has. */
const OUTMOST = new Set(["http", "stream", "events"]);
/** Characters to read by including: enough for every real configuration, and an end for files that include each other over and over. */
const MOST_INCLUDED = 4_000_000;
const ONE_INCLUDE = 4_000;

/**
 * The directives of each of some files, with those of the others in the place where they are included; a file that another one includes
 * has none of its own. What none of the files is called stays an `include`.
 */
export function treesOf(files: readonly NginxFile[]): Directive[][] {
  const bare = files.map(({ text }, file) => treeOf(text, file));
  const meant = filesMeant(files, bare);
  const included = new Set<number>();
  let left = MOST_INCLUDED;
  const opened = (directives: Directive[], within: readonly number[], inServer: boolean): Directive[] =>
    directives.flatMap((directive) => {
      if (directive.name === "include") {
        const found = meant(directive.words[0] ?? "", inServer).filter((file) => !within.includes(file));
        for (const file of found) left -= ONE_INCLUDE + files[file]!.text.length;
        if (found.length === 0 || left < 0) return [directive];
        for (const file of found) included.add(file);
        return found.flatMap((file) => opened(bare[file]!, [...within, file], inServer));
      }
      if (directive.inside.length === 0) return [directive];
      return [{ ...directive, inside: opened(directive.inside, within, inServer || directive.name === "server") }];
    });
  // One after the other: of files that include each other the first is read with all of them.
  const trees = bare.map((tree, file) => (included.has(file) ? [] : opened(tree, [file], false)));
  return trees.map((tree, file) => (included.has(file) ? [] : tree));
}

type Meant = (pattern: string, inServer: boolean) => number[];

/** The files that an `include` means, by the last part of its pattern: where they are mounted is not looked at. */
function filesMeant(files: readonly NginxFile[], trees: Directive[][]): Meant {
  const names = trees.map((tree) => new Set(tree.map(({ name }) => name)));
  const byName = new Map(files.map(({ name }, file) => [name, file]));
  const byPattern = new Map<string, number[]>();
  const lookFor = (pattern: string): number[] => {
    const [first = "", ...rest] = pattern.split("*");
    const last = rest.at(-1);
    if (last === undefined) return byName.has(first) ? [byName.get(first)!] : [];
    if (byPattern.size > MOST_PATTERNS || /[?[]/.test(pattern)) return [];
    return files.flatMap(({ name }, file) => (name.startsWith(first) && name.slice(first.length).endsWith(last) ? [file] : []));
  };
  return (pattern, inServer) => {
    const last = pattern.slice(pattern.lastIndexOf("/") + 1);
    const found = byPattern.get(last) ?? lookFor(last);
    byPattern.set(last, found);
    const never = inServer ? OUTSIDE_SERVERS : OUTMOST;
    return found.filter((file) => ![...names[file]!].some((name) => never.has(name)));
  };
}

const MOST_PATTERNS = 50;

/** `8080`, `0.0.0.0:8080`, `[::]:8080`. */
export function portOf(address: string): number[] {
  const port = /^(?:.*:)?(\d+)$/.exec(address)?.[1];
  return port === undefined ? [] : [Number(port)];
}

function treeOf(text: string, file: number): Directive[] {
  const root: Directive = { name: "", words: [], inside: [], file };
  const open = [root];
  let words: string[] = [];
  const close = (): Directive | undefined => {
    const [name, ...rest] = words;
    words = [];
    if (name === undefined) return undefined;
    const directive = { name, words: rest, inside: [], file };
    open.at(-1)!.inside.push(directive);
    return directive;
  };
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith("#")) continue;
    if (token === ";") close();
    else if (token === "{") open.push(close() ?? { name: "", words: [], inside: [], file });
    else if (token === "}") {
      words = [];
      if (open.length > 1) open.pop();
    } else words.push(token.replace(/^(["'])([\s\S]*)\1$/, "$2"));
  }
  return root.inside;
}

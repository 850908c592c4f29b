import { nginxTime } from "./durations";

/** One directive of an nginx configuration, and what stands between its braces. */
interface Directive {
  name: string;
  words: string[];
  inside: Directive[];
}

/** What an nginx configuration does where it passes requests on. */
export interface NginxPassing {
  /** Which of the texts it stands in, from 0. */
  text: number;
  /** `location /ws`, or the block it stands in. */
  where: string;
  /** Seconds of proxy_read_timeout; undefined where nothing sets it. */
  readTimeoutSeconds: number | undefined;
  /** Whether the upgrade of a WebSocket is passed on. */
  upgrades: boolean;
  /** Where it passes them to, each a host without its port; those of an upstream in place of its name. */
  hosts: string[];
}

const TOKEN = /#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]|(?:\$\{[^}]*\}|[^\s{};"'#])(?:\$\{[^}]*\}|[^\s{};])*/g;
const PASSES = new Set(["proxy_pass", "grpc_pass"]);

/** Every place of some texts that one nginx reads together in which it passes requests on; what it cannot read it passes over. */
export function nginxPassings(texts: readonly string[]): NginxPassing[] {
  const trees = texts.map(treeOf);
  const common = trees.flat().flatMap((directive) => (directive.name === "http" ? directive.inside : [directive]));
  const settings = common.filter(({ inside }) => inside.length === 0);
  const upstreams = new Map(
    common.flatMap(({ name, words, inside }) => (name === "upstream" ? [[words[0] ?? "", serversOf(inside)] as const] : [])),
  );
  return trees.flatMap((tree, text) =>
    passingsIn(tree, settings, "the server").map((passing) => ({
      text,
      ...passing,
      hosts: passing.hosts.flatMap((host) => upstreams.get(host) ?? [host]),
    })),
  );
}

function passingsIn(directives: Directive[], inherited: Directive[], where: string): Omit<NginxPassing, "text">[] {
  const own = directives.filter(({ inside }) => inside.length === 0);
  const settings = withInherited(own, inherited);
  const here = own.some(({ name }) => PASSES.has(name)) ? [passingOf(settings, where)] : [];
  const below = directives
    .filter(({ name, inside }) => inside.length > 0 && name !== "upstream" && name !== "stream")
    .flatMap(({ name, words, inside }) =>
      passingsIn(inside, settings, name === "location" ? `location ${words.join(" ")}` : where),
    );
  return [...here, ...below];
}

const serversOf = (inside: Directive[]): string[] =>
  inside.flatMap(({ name, words }) => (name === "server" && words[0] !== undefined ? [hostOf(words[0])] : []));

/** `http://web.chat:80/x` without everything but the host. */
function hostOf(address: string): string {
  return address.replace(/^\w+:\/\//, "").replace(/[:/].*$/, "");
}

/** A directive of its own replaces all of the same name from above, headers too. */
function withInherited(own: Directive[], inherited: Directive[]): Directive[] {
  const named = new Set(own.map(({ name }) => name));
  return [...own, ...inherited.filter(({ name }) => !named.has(name))];
}

function passingOf(settings: Directive[], where: string): Omit<NginxPassing, "text"> {
  const timeout = settings.find(({ name }) => name === "proxy_read_timeout")?.words.join(" ");
  const upgrades = settings.some(({ name, words }) => name === "proxy_set_header" && words[0]?.toLowerCase() === "upgrade");
  const hosts = settings.flatMap(({ name, words }) => (PASSES.has(name) && words[0] !== undefined ? [hostOf(words[0])] : []));
  return { where, hosts, readTimeoutSeconds: timeout === undefined ? undefined : nginxTime(timeout), upgrades };
}

function treeOf(text: string): Directive[] {
  const root: Directive = { name: "", words: [], inside: [] };
  const open = [root];
  let words: string[] = [];
  const close = (): Directive | undefined => {
    const [name, ...rest] = words;
    words = [];
    if (name === undefined) return undefined;
    const directive = { name, words: rest, inside: [] };
    open.at(-1)!.inside.push(directive);
    return directive;
  };
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith("#")) continue;
    if (token === ";") close();
    else if (token === "{") open.push(close() ?? { name: "", words: [], inside: [] });
    else if (token === "}") {
      words = [];
      if (open.length > 1) open.pop();
    } else words.push(token.replace(/^(["'])([\s\S]*)\1$/, "$2"));
  }
  return root.inside;
}

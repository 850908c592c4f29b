import { nginxTime } from "./durations";
import type { Choice, Target } from "./ownProxyChoice";
import { BY_NOTHING, byCookie, bySourceAddress, byTheRequest } from "./ownProxyChoice";

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
  /** What sets its clock: proxy_read_timeout, grpc_read_timeout, or proxy_timeout of a `stream`. */
  directive: string;
  /** True in a `stream`, where it passes bytes on. */
  isTcp: boolean;
  /** The ports that its server listens on. */
  ports: number[];
  /** Seconds of that directive; undefined where nothing sets it. */
  readTimeoutSeconds: number | undefined;
  /** What is written there, where it is no time. */
  unread?: string;
  /** Whether the upgrade of a WebSocket is passed on. */
  upgrades: boolean;
  /** Where it passes them to; the servers of an upstream in place of its name. */
  targets: Target[];
}

const TOKEN = /#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]|(?:\$\{[^}]*\}|[^\s{};"'#])(?:\$\{[^}]*\}|[^\s{};])*/g;
const PASSES = new Set(["proxy_pass", "grpc_pass"]);

/** Every place of some texts that one nginx reads together in which it passes requests on; what it cannot read it passes over. */
export function nginxPassings(texts: readonly string[]): NginxPassing[] {
  const trees = texts.map(treeOf);
  const common = trees.flat().flatMap((directive) => (/^(http|stream)$/.test(directive.name) ? directive.inside : [directive]));
  const settings = common.filter(({ name, inside }) => inside.length === 0 && !PASSES.has(name));
  const upstreams = new Map(
    common.flatMap(({ name, words, inside }) => (name === "upstream" ? [[words[0] ?? "", targetsOf(inside)] as const] : [])),
  );
  return trees.flatMap((tree, text) =>
    passingsIn(tree, settings, { where: "the server", isTcp: false, ports: [] }).map((passing) => ({
      text,
      ...passing,
      targets: passing.targets.flatMap((target) => upstreams.get(target.host) ?? [target]),
    })),
  );
}

/** One server of an nginx, and how its clients speak with it. */
export interface NginxServer {
  ports: number[];
  /** Whether it ends TLS on them. */
  tls: boolean;
  /** Whether all it does is to send its clients over to https. */
  redirects: boolean;
}

/** The servers of some texts, one for each kind of port that they listen on. Source: nginx.org/en/docs/http/configuring_https_servers.html. */
export function nginxServers(texts: readonly string[]): NginxServer[] {
  const inHttp = (tree: Directive[]): Directive[] =>
    tree.flatMap((directive) => (directive.name === "http" ? directive.inside : [directive]));
  return texts
    .flatMap((text) => (/\blisten\b/.test(text) ? inHttp(treeOf(text)) : []))
    .filter(({ name }) => name === "server")
    .flatMap(({ inside }) => {
      const listens = inside.filter(({ name }) => name === "listen");
      const portsOf = (found: Directive[]): number[] => found.flatMap(({ words }) => portOf(words[0] ?? ""));
      const isTls = ({ words }: Directive): boolean => words.includes("ssl");
      const old = inside.some(({ name, words }) => name === "ssl" && words[0] === "on");
      const redirects = inside.some(({ name, words }) => name === "return" && /^https:\/\//.test(words.at(-1) ?? ""));
      return [true, false].map((tls) => ({
        tls,
        redirects,
        ports: portsOf(listens.filter((one) => (old || isTls(one)) === tls)),
      }));
    });
}

type Place = Pick<NginxPassing, "where" | "isTcp" | "ports">;

function passingsIn(directives: Directive[], inherited: Directive[], place: Place): Omit<NginxPassing, "text">[] {
  const own = directives.filter(({ inside }) => inside.length === 0);
  // What passes requests on belongs to its own block, and is handed to none inside; of two the later one is in force.
  const pass = own.findLast(({ name }) => PASSES.has(name));
  const settings = withInherited(
    own.filter(({ name }) => !PASSES.has(name)),
    inherited,
  );
  const listening = own.filter(({ name }) => name === "listen").flatMap(({ words }) => portOf(words[0] ?? ""));
  const ports = listening.length > 0 ? listening : place.ports;
  const here = pass === undefined ? [] : [passingOf(pass, settings, { ...place, ports })];
  const below = directives
    .filter(({ name, inside }) => inside.length > 0 && name !== "upstream")
    .flatMap(({ name, words, inside }) => {
      const where = name === "location" ? `location ${words.join(" ")}` : place.where;
      return passingsIn(inside, name === "stream" ? [] : settings, { where, ports, isTcp: place.isTcp || name === "stream" });
    });
  return [...here, ...below];
}

/** `8080`, `0.0.0.0:8080`, `[::]:8080`. */
function portOf(address: string): number[] {
  const port = /^(?:.*:)?(\d+)$/.exec(address)?.[1];
  return port === undefined ? [] : [Number(port)];
}

function targetsOf(inside: Directive[]): Target[] {
  const choice = choiceOf(inside);
  return inside.flatMap(({ name, words }) =>
    name === "server" && words[0] !== undefined ? [{ host: hostOf(words[0]), choice }] : [],
  );
}

/** nginx.org/en/docs/http/ngx_http_upstream_module.html: ip_hash, hash, sticky; the name of its cookie follows `cookie`, or `name=`. */
function choiceOf(inside: Directive[]): Choice {
  const sticky = inside.find(({ name }) => name === "sticky");
  if (sticky !== undefined) {
    const own = sticky.words.map((word) => /^name=(.+)$/.exec(word)?.[1]).find((name) => name !== undefined);
    return byCookie(own ?? (sticky.words[0] === "cookie" ? sticky.words[1] : undefined));
  }
  const hash = inside.find(({ name }) => name === "hash");
  if (inside.some(({ name }) => name === "ip_hash") || /^\$(binary_)?remote_addr$/.test(hash?.words[0] ?? "")) {
    return bySourceAddress("nginx");
  }
  return hash === undefined ? BY_NOTHING : byTheRequest();
}

/** `http://web.chat:80/x` without everything but the host. */
function hostOf(address: string): string {
  return address.replace(/^\w+:\/\//, "").replace(/[:/].*$/, "");
}

/** A directive of its own replaces all of the same name from above, headers too. */
function withInherited(own: Directive[], inherited: Directive[]): Directive[] {
  const named = new Set(own.map(({ name }) => name));
  return [...own, ...inherited.filter(({ name }) => !named.has(name))];
}

function passingOf(pass: Directive, settings: Directive[], place: Place): Omit<NginxPassing, "text"> {
  const isGrpc = pass.name === "grpc_pass";
  const directive = place.isTcp ? "proxy_timeout" : isGrpc ? "grpc_read_timeout" : "proxy_read_timeout";
  const timeout = settings.find(({ name }) => name === directive)?.words.join(" ");
  const upgrades = settings.some(({ name, words }) => name === "proxy_set_header" && words[0]?.toLowerCase() === "upgrade");
  const targets = pass.words[0] === undefined ? [] : [{ host: hostOf(pass.words[0]), choice: BY_NOTHING }];
  const readTimeoutSeconds = timeout === undefined ? undefined : nginxTime(timeout);
  const unread = timeout !== undefined && readTimeoutSeconds === undefined ? { unread: timeout } : {};
  // What passes bytes or calls on is asked for no upgrade.
  return { ...place, directive, targets, readTimeoutSeconds, ...unread, upgrades: upgrades || place.isTcp || isGrpc };
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

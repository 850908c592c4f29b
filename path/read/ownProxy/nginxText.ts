import { nginxTime } from "../durations";
import type { Choice, Target } from "./choice";
import { BY_NOTHING, byCookie, bySourceAddress, byTheRequest } from "./choice";
import type { Directive, NginxFile } from "./nginxTree";
import { portOf, treesOf } from "./nginxTree";
import { headerOfVariable } from "../requestHash";

/** What an nginx configuration does where it passes requests on. */
export interface NginxPassing {
  /** Which of the files it stands in, from 0. */
  file: number;
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

const PASSES = new Set(["proxy_pass", "grpc_pass"]);

/** Every place of some files that one nginx reads together in which it passes requests on; what it cannot read it passes over. */
export function nginxPassings(files: readonly NginxFile[]): NginxPassing[] {
  const trees = treesOf(files);
  const common = trees.flat().flatMap((directive) => (/^(http|stream)$/.test(directive.name) ? directive.inside : [directive]));
  const settings = common.filter(({ name, inside }) => inside.length === 0 && !PASSES.has(name));
  const upstreams = new Map(
    common.flatMap(({ name, words, inside }) => (name === "upstream" ? [[words[0] ?? "", targetsOf(inside)] as const] : [])),
  );
  return trees.flatMap((tree) =>
    passingsIn(tree, settings, { where: "the server", isTcp: false, ports: [] }).map((passing) => ({
      ...passing,
      targets: passing.targets.flatMap((target) => upstreams.get(target.host) ?? [target]),
    })),
  );
}

type Place = Pick<NginxPassing, "where" | "isTcp" | "ports">;

function passingsIn(directives: Directive[], inherited: Directive[], place: Place): NginxPassing[] {
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
  return hash === undefined ? BY_NOTHING : byTheRequest(null, headerOfVariable(hash.words[0] ?? ""));
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

function passingOf(pass: Directive, settings: Directive[], place: Place): NginxPassing {
  const isGrpc = pass.name === "grpc_pass";
  const directive = place.isTcp ? "proxy_timeout" : isGrpc ? "grpc_read_timeout" : "proxy_read_timeout";
  const timeout = settings.find(({ name }) => name === directive)?.words.join(" ");
  const upgrades = settings.some(({ name, words }) => name === "proxy_set_header" && words[0]?.toLowerCase() === "upgrade");
  const targets = pass.words[0] === undefined ? [] : [{ host: hostOf(pass.words[0]), choice: BY_NOTHING }];
  const readTimeoutSeconds = timeout === undefined ? undefined : nginxTime(timeout);
  const unread = timeout !== undefined && readTimeoutSeconds === undefined ? { unread: timeout } : {};
  // What passes bytes or calls on is asked for no upgrade.
  return {
    ...place,
    file: pass.file,
    directive,
    targets,
    readTimeoutSeconds,
    ...unread,
    upgrades: upgrades || place.isTcp || isGrpc,
  };
}

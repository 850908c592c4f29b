import type { Directive, NginxFile } from "./nginxTree";
import { portOf, treesOf } from "./nginxTree";

/** One server of an nginx, and how its clients speak with it. */
export interface NginxServer {
  ports: number[];
  /** Whether it ends TLS on them. */
  tls: boolean;
  /** Whether all it does is to send its clients over to https, or away. */
  redirects: boolean;
}

/** The servers of some files, one for each kind of port that they listen on. Source: nginx.org/en/docs/http/configuring_https_servers.html. */
export function nginxServers(files: readonly NginxFile[]): NginxServer[] {
  // Anything may stand in a ConfigMap: a file without any of these words has no part in a server.
  const own = files.filter(({ text }) => /\b(listen|location|return|rewrite)\b/.test(text));
  return treesOf(own)
    .flatMap((tree) => tree.flatMap((directive) => (directive.name === "http" ? directive.inside : [directive])))
    .filter(({ name }) => name === "server")
    .flatMap(({ inside }) => {
      const listens = inside.filter(({ name }) => name === "listen");
      const portsOf = (found: Directive[]): number[] => found.flatMap(({ words }) => portOf(words[0] ?? ""));
      const isTls = ({ words }: Directive): boolean => words.includes("ssl");
      const old = inside.some(({ name, words }) => name === "ssl" && words[0] === "on");
      const redirects = onlySendsAway(inside);
      return [true, false].map((tls) => ({
        tls,
        redirects,
        ports: portsOf(listens.filter((one) => (old || isTls(one)) === tls)),
      }));
    });
}

/**
 * What stands in the server itself is done before a location is chosen, whatever locations there are. Else one location has to send
 * everybody away, and all others to answer by a line, or to serve what proves to an authority whose name it is.
 * Source: nginx.org/en/docs/http/ngx_http_rewrite_module.html.
 */
function onlySendsAway(server: Directive[]): boolean {
  const always = forAllOfPlain(server);
  if (always.some(sendsToHttps)) return true;
  const answers = [...always, ...server.flatMap(({ name, inside }) => (name === "if" ? inside : []))].filter(isReturn);
  if (always.some(isReturn)) return answers.every(sendsAway);
  const locations = locationsIn(server);
  if (!locations.some((one) => isForEverything(one) && forAllOfPlain(one.inside).some(sendsAway))) return false;
  return locations.every(
    (one) => provesTheName(one) || forAllOfPlain(one.inside).some((inside) => isReturn(inside) || sendsAway(inside)),
  );
}

/** What is done with every request that comes without TLS: what stands there, and in `if ($scheme = http)` and its kin. */
function forAllOfPlain(directives: Directive[]): Directive[] {
  return directives.flatMap((one) => (one.name === "if" && isForPlain(one) ? one.inside : [one]));
}

const isReturn = ({ name }: Directive): boolean => name === "return";
const sendsAway = (directive: Directive): boolean => sendsToHttps(directive) || refuses(directive);

/** `301 https://chat.test$request_uri`, or without the status. */
function sendsToHttps({ name, words }: Directive): boolean {
  if (name === "return") return /^https:\/\//.test(words.at(-1) ?? "");
  return name === "rewrite" && EVERYTHING.test(words[0] ?? "") && /^https:\/\//.test(words[1] ?? "");
}

function refuses({ name, words }: Directive): boolean {
  return name === "return" ? /^4\d\d$/.test(words[0] ?? "") : name === "deny" && words[0] === "all";
}

function isForPlain({ words }: Directive): boolean {
  return /^\(\$(scheme(=http|!=https)|https(=|!=on)|server_port(=80|!=443))\)$/.test(words.join("").replaceAll(/\s/g, ""));
}

function locationsIn(directives: Directive[]): Directive[] {
  return directives.flatMap((one) => (one.name === "location" ? [one, ...locationsIn(one.inside)] : []));
}

const EVERYTHING = /^\^?\/?(\(?\.[*+]\)?)?\$?$/;
const isForEverything = ({ words }: Directive): boolean =>
  words.length === 1 ? words[0] === "/" : /^(\^~|~\*?)$/.test(words[0] ?? "") && EVERYTHING.test(words[1] ?? "");

/** What an authority asks for by plain HTTP before it gives a certificate: RFC 8555, 8.3. */
const provesTheName = ({ words }: Directive): boolean => /well-known|acme-challenge/.test(words.at(-1) ?? "");

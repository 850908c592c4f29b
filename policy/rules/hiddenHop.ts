import type { Catalog } from "../../path/catalog";
import type { HopKind } from "../../path/facts";
import { facts } from "../../path/facts";
import type { Hop } from "../../path/model";
import type { Rule, RuleContext, Statement } from "../rule";
import { nameOf, refOf } from "../../path/value";
import type { Asked, Question } from "../scope/asked";
import { notBefore, severityOf, unreadable } from "../scope/asked";
import type { ProxyBehind } from "../scope/ownProxies";
import { proxiesBehind } from "../scope/ownProxies";

/** A proxy of the user's own between the way in and the application keeps connections as every other hop must. */
export const hiddenHop: Rule = {
  id: "hidden-hop",
  title: "No proxy is overlooked",
  description: "A proxy in front of the application lets long connections through.",
  group: "connection",
  check: (context: RuleContext): Statement[] => context.asked.flatMap((asked) => check(asked, context)),
};

type JudgedWay = Extract<Asked, Question>;

/** Its clock is the matter of `idle-timeout`, as every hop's is; here is said what cannot be read, and what lets no WebSocket through. */
function check(asked: Asked, { catalog }: RuleContext): Statement[] {
  if (!("requirement" in asked)) return unreadable(asked);
  return [...edgesOfVendors(asked), ...behindTheWayIn(asked, catalog)];
}

/** Of a tunnel whose vendor says nothing of it, nobody here can read how long a silent connection lives. */
function edgesOfVendors({ path, requirement, perhaps }: JudgedWay): Statement[] {
  return path.hops
    .filter(({ hop }) => hop === "managed-tunnel")
    .map(({ title, from, settle }) => {
      const statement: Statement = {
        severity: "warning",
        object: path.entry,
        found: `nothing says how long ${title} keeps a silent connection: ${from}`,
        needed: `more than ${requirement.promise.idleSeconds} s`,
        fix: settle ?? "",
        reason: "nothing in the cluster raises a limit that stands at somebody else's edge",
        path,
      };
      return notBefore(statement, perhaps);
    });
}

function behindTheWayIn(asked: JudgedWay, catalog: Catalog): Statement[] {
  return proxiesBehind(asked.path, catalog).flatMap((proxy) => {
    const statement =
      proxy.config === undefined
        ? clockNotRead(proxy, asked)
        : proxy.upgrades || asked.requirement.protocol !== "websocket"
          ? undefined
          : withoutUpgrade(proxy, proxy.config, asked);
    return statement === undefined ? [] : [notBefore(statement, asked.perhaps || proxy.perhaps)];
  });
}

function clockNotRead(
  { hop, container, doubtful, workload }: ProxyBehind,
  { path, requirement, byANeighbour }: JudgedWay,
): Statement {
  const standard = doubtful ? undefined : tooShortUnlessRaised(hop, requirement.promise.idleSeconds);
  return {
    severity: hop.pending === true || (standard !== undefined && !byANeighbour) ? "warning" : "info",
    ...(hop.pending === true && { pending: true }),
    object: refOf(workload),
    ...(container !== "" && { container }),
    found: `${hop.title} stands before the application, and how long it keeps a silent connection was not read${standard === undefined ? "" : ` (${standard} s unless its file says otherwise)`}: ${hop.from}`,
    needed: `more than ${requirement.promise.idleSeconds} s`,
    fix: hop.settle ?? "",
    reason: "the smallest limit on the way decides, also one inside the pod",
    path,
  };
}

function withoutUpgrade({ hop, workload }: ProxyBehind, config: NonNullable<ProxyBehind["config"]>, asked: JudgedWay): Statement {
  return {
    severity: severityOf(asked),
    object: refOf(config.object),
    at: ["data", config.key],
    found: `${hop.title} in ${nameOf(workload)} passes no upgrade on, and ends what is silent for ${hop.idleSeconds} s (${hop.from})`,
    needed: "the headers Upgrade and Connection, passed on with HTTP/1.1, and a read timeout above the promise",
    fix: UPGRADE[hop.hop] ?? "",
    reason: "a WebSocket is refused there, behind every hop that was made ready for it",
    path: asked.path,
  };
}

/** Whose clock stands in its file and nowhere else; an Envoy may be told by a control plane as well. */
const TOLD_BY_ITS_FILE_ALONE = new Set(["own-nginx"]);

/** What it does where its file, which somebody else has, says nothing. */
function tooShortUnlessRaised({ hop, pending }: Hop, idleSeconds: number): number | undefined {
  const { defaultSeconds } = facts(hop as HopKind).idle;
  if (pending === true || defaultSeconds === null || !TOLD_BY_ITS_FILE_ALONE.has(hop)) return undefined;
  return defaultSeconds < idleSeconds ? defaultSeconds : undefined;
}

/** The lines that let a WebSocket through. */
const UPGRADE: Record<string, string> = {
  "own-nginx":
    'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; proxy_read_timeout 3660s;',
  "own-envoy": "upgrade_configs: [{ upgrade_type: websocket }] in the http_connection_manager, and stream_idle_timeout: 3660s",
};

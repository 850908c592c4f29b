import type { Catalog } from "../../path/catalog";
import { runningContainers } from "../../path/containers";
import { NGINX_ANNOTATION_PREFIX } from "../../path/facts";
import { KONG_PROTOCOLS } from "../../path/facts/kongAnnotations";
import { imageName } from "../../path/imageReference";
import type { Hop, Path } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { annotationOf, nameOf, refOf, textAt } from "../../path/value";
import { letsNothingThrough } from "../../path/verdict";
import { notKnownYet } from "../pending";
import type { PropertyPath, Rule, RuleContext, Severity, Statement } from "../rule";
import type { Asked } from "../scope/asked";
import { notBefore, notKnownWhoServes, severityOf, unreadable } from "../scope/asked";
import { annotationAt } from "../scope/place";

/** The upgrade of a WebSocket reaches the application through every hop. */
export const websocketUpgrade: Rule = {
  id: "websocket-upgrade",
  title: "WebSockets get through",
  description: "Every hop passes the upgrade to a WebSocket on.",
  group: "connection",
  check: (context: RuleContext): Statement[] => mergedByEntry(context.asked.flatMap((asked) => check(asked, context))),
};

const NEEDED = "every hop passes the upgrade on";
const REASON = "the client's first request is answered like any other, and no WebSocket is ever opened";
const KONG_REFUSES = "Kong refuses the route, and with it the configuration that it came in: nothing new of it is served";

function check(asked: Asked, { catalog }: RuleContext): Statement[] {
  if (!("requirement" in asked)) return unreadable(asked);
  if (asked.requirement.protocol !== "websocket") return [];
  const { path, perhaps } = asked;
  const severity = severityOf(asked);
  const refusing = path.hops.filter((hop) => hop.refuses?.protocols !== undefined && letsNothingThrough(hop, "websocket"));
  const statements = refusing.map(({ title, refuses }): Statement => {
    const { because, write } = refuses!;
    const key = /^([\w.-]+\/[\w.-]+): /.exec(write)?.[1];
    return {
      severity,
      object: path.entry,
      ...(key !== undefined && { at: annotationAt(key) }),
      found: `${title} lets no WebSocket through: ${because}`,
      needed: NEEDED,
      fix: write,
      reason: REASON,
      path,
    };
  });
  const ingress = catalog.resolve(path.entry);
  const byNginx = path.hops.some(({ hop }) => hop === "ingress-nginx") && ingress !== undefined;
  const spoilt = byNginx ? spoiltHeaders(ingress) : [];
  const byKong = path.hops.some(({ hop }) => hop === "kong") && ingress?.kind === "Ingress";
  const unspoken = byKong ? protocolsThatKongLacks(ingress, severity, catalog) : [];
  const open = path.hops.filter(({ upgradeUnknown }) => upgradeUnknown === true).map((hop) => upgradeNotKnownYet(hop, path));
  return [
    ...notKnownWhoServes(path),
    ...open,
    ...statements,
    ...[...spoilt, ...unspoken].map((statement) => ({ ...statement, path })),
  ].map((statement) => notBefore(statement, perhaps));
}

function upgradeNotKnownYet({ settle }: Hop, path: Path): Statement {
  const object = path.entry;
  return {
    severity: "warning",
    object,
    found: settle ?? "",
    needed: NEEDED,
    fix: "wait for the update",
    reason: REASON,
    pending: true,
  };
}

/** `ws` and `wss` are protocols of its commercial edition, where they stand by themselves. WebSockets need neither. */
function protocolsThatKongLacks(ingress: KubernetesObject, severity: Severity, catalog: Catalog): Statement[] {
  const { key, needless, withThem, source } = KONG_PROTOCOLS;
  const text = annotationOf(ingress, key);
  if (text === undefined) return [];
  if (text === UNKNOWN) return [notKnownYet(ingress, annotationAt(key), { needed: NEEDED, reason: KONG_REFUSES })];
  const protocols = text.split(",").map((one) => one.trim());
  const plain = protocols.filter((one) => !needless.includes(one));
  if (plain.length === protocols.length) return [];
  const images = catalog.workloads().flatMap((workload) => {
    const containers = runningContainers(workload);
    return containers === UNKNOWN ? [] : containers.map((container) => imageName(String(textAt(container, "image") ?? "")));
  });
  if (images.some((image) => withThem.test(image))) return [];
  return [
    {
      // Which edition it is, only its image shows.
      severity: images.includes("kong") ? severity : "warning",
      object: refOf(ingress),
      at: annotationAt(key),
      found: `${key}: "${text}": open-source Kong knows neither ws nor wss, and the controller passes them on unseen`,
      needed: `${NEEDED}: for Kong a route with http and https carries WebSockets as it is (${source})`,
      fix: `${key}: "${plain.length === 0 ? "http,https" : plain.join(",")}"`,
      reason: KONG_REFUSES,
    },
  ];
}

/** Both replace what nginx otherwise says to the application of an upgrade. */
function spoiltHeaders(ingress: KubernetesObject): Statement[] {
  const spoils: [name: string, isGood: (text: string) => boolean, good: string][] = [
    ["connection-proxy-header", (text) => /upgrade/i.test(text), "upgrade"],
    ["proxy-http-version", (text) => text.trim() !== "1.0", "1.1"],
  ];
  return spoils.flatMap(([name, isGood, good]): Statement[] => {
    const text = annotationOf(ingress, NGINX_ANNOTATION_PREFIX + name);
    if (text === undefined || (text !== UNKNOWN && isGood(text))) return [];
    const at: PropertyPath = annotationAt(NGINX_ANNOTATION_PREFIX + name);
    const common = {
      object: refOf(ingress),
      at,
      needed: NEEDED,
      fix: `remove ${NGINX_ANNOTATION_PREFIX}${name}, or write "${good}"`,
      reason: REASON,
    };
    if (text === UNKNOWN) {
      const found = `${NGINX_ANNOTATION_PREFIX}${name} of ${nameOf(ingress)} is not known before the update`;
      return [{ ...common, severity: "warning", pending: true, found }];
    }
    return [
      {
        ...common,
        severity: "error",
        found: `${name}: "${text}" is what nginx tells the application in place of the upgrade`,
      },
    ];
  });
}

/** One line has to be written for all rules of a route: the values of one annotation are joined. */
function mergedByEntry(statements: Statement[]): Statement[] {
  const byLine = new Map<string, Statement[]>();
  for (const statement of statements) {
    const key = [nameOf(statement.object), statement.severity, statement.at?.at(-1) ?? statement.found].join(" ");
    const known = byLine.get(key);
    if (known === undefined) byLine.set(key, [statement]);
    else known.push(statement);
  }
  return [...byLine.values()].map(merged);
}

function merged(statements: Statement[]): Statement {
  const [first] = statements as [Statement];
  const others = new Set(statements.map(({ found }) => found)).size - 1;
  if (others === 0) return first;
  const values = statements.flatMap(({ fix }) => /: "(.*)"$/.exec(fix)?.[1]?.split(",") ?? []);
  const found = `${first.found}; and so ${others} more of its backends`;
  return { ...first, found, fix: `${String(first.at?.at(-1))}: "${[...new Set(values)].join(",")}"` };
}

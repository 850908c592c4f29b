import type { Catalog } from "../../path/catalog";
import { facts, secondsToWrite } from "../../path/facts";
import type { Hop } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { hopOf } from "../../path/read/hop";
import type { Read } from "../../path/value";
import { nameOf, textAt, valueAt } from "../../path/value";
import type { CloudReading, Shown } from "./resource";
import { clockFrom, comesFrom, numberOf, property, shownBy, strongest } from "./resource";

const RULES = "loadBalancingRules";
const MINUTES = "idleTimeoutInMinutes";
const SECONDS_PER_MINUTE = facts("azure-lb").idle.stepSeconds ?? 1;

/** The rules of Azure load balancers that the program makes itself. */
export function readAzure(catalog: Catalog): CloudReading {
  const reading: CloudReading = { clocks: [], choosers: [], drains: [], listeners: [] };
  const addresses = catalog.ofKind("azure-native:network:PublicIPAddress").filter((one) => raised(one) !== "no");
  for (const balancer of catalog.ofKind("azure-native:network:LoadBalancer")) readBalancer(balancer, addresses, reading);
  return reading;
}

function readBalancer(balancer: KubernetesObject, addresses: KubernetesObject[], { clocks, choosers }: CloudReading): void {
  const rules = property(balancer, RULES);
  if (rules === UNKNOWN) {
    const settle = `${RULES} of ${nameOf(balancer)} are not known before the update`;
    const pending: Partial<Hop> = { limit: "unknown", idleSeconds: null, pending: true, settle };
    const hop = hopOf("azure-lb", { from: nameOf(balancer), balances: true, affinityUnknown: true, ...pending });
    for (const list of [clocks, choosers]) list.push({ object: balancer, at: ["spec", RULES], hop, shown: "perhaps" });
    return;
  }
  const rows = (Array.isArray(rules) ? (rules as Value[]) : []).map((rule, index): { rule: Value; index: number } => ({
    rule,
    index,
  }));
  // The clock of the address is not asked for what comes through a rule; whoever raised it meant the connections all the same.
  const meant = addresses.filter((address) => comesFrom(balancer, ["frontendIPConfigurations"], address)).map(raised);
  const shown = strongest([...meant, ...rows.flatMap(({ rule }) => [raisedBy(minutesOf(rule)), isSticky(rule)])]);
  for (const { rule, index } of rows.filter((row) => !isUdp(row.rule))) {
    const at = ["spec", RULES, index];
    clocks.push({ object: balancer, at: [...at, MINUTES], hop: ruleHop(balancer, rule), shown });
    choosers.push({ object: balancer, at: [...at, "loadDistribution"], hop: ruleHop(balancer, rule), shown });
  }
}

const minutesOf = (rule: Value): Read<number> => numberOf(valueAt(rule, MINUTES));
const isUdp = (rule: Value): boolean => /^udp$/i.test(String(textAt(rule, "protocol") ?? ""));
const raised = (address: KubernetesObject): Shown => raisedBy(numberOf(property(address, MINUTES)));

function raisedBy(minutes: Read<number>): Shown {
  return shownBy(minutes, (value) => value * SECONDS_PER_MINUTE > (facts("azure-lb").idle.defaultSeconds ?? 0));
}

function isSticky(rule: Value): Shown {
  return shownBy(textAt(rule, "loadDistribution"), (value) => value.startsWith("SourceIP"));
}

function ruleHop(balancer: KubernetesObject, rule: Value): Hop {
  const name = textAt(rule, "name");
  const from = `${nameOf(balancer)} rule ${typeof name === "string" ? name : "without a name"}`;
  const minutes = minutesOf(rule);
  const seconds = typeof minutes === "number" ? minutes * SECONDS_PER_MINUTE : minutes;
  const { title, idle } = facts("azure-lb");
  const sticky = isSticky(rule);
  // Without a reset both sides go on believing in a connection that the load balancer has forgotten.
  const silent = valueAt(rule, "enableTcpReset") === true ? [] : ["enableTcpReset is off, so neither side is told"];
  return hopOf("azure-lb", {
    from: [`${from} ${MINUTES}`, ...silent].join("; "),
    ...clockFrom(seconds, idle.defaultSeconds, `${MINUTES} of ${from}`),
    balances: true,
    affinity: sticky === "yes" ? { mechanism: "source-ip", ttlSeconds: null } : null,
    ...(sticky === "perhaps" && {
      affinityUnknown: true,
      pending: true,
      settle: `loadDistribution of ${from} is not known before the update`,
    }),
    writeIdle: (promised) => {
      const wanted = secondsToWrite("azure-lb", promised);
      return wanted === undefined
        ? `${title} keeps a silent connection for ${idle.maximumSeconds} s at most: promise a heartbeat, or less`
        : `${MINUTES}: ${wanted / SECONDS_PER_MINUTE}, enableTcpReset: true`;
    },
    writeAffinity: () => 'loadDistribution: "SourceIP"',
  });
}

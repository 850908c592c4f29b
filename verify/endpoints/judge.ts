import { isIP } from "node:net";
import { counted } from "../../explain/words";
import { isPublic } from "../guard";
import type { CheckResult, Outcome } from "../model";
import type { Found, Given } from "./model";

export type Judged = Pick<CheckResult, "outcome" | "summary" | "details" | "write" | "measured">;

/** What one step of the way shows. */
interface Step {
  outcome: Exclude<Outcome, "does-not-apply">;
  sentence: string;
  write?: string;
}

/** Whether name, address, load balancer, pods and consumers agree, each with the one before it. */
export function judgeEndpoints(found: Found[]): Judged {
  const steps = found.flatMap((each) => stepsOf(each).map((step) => ({ ...step, endpoint: each.endpoint.name })));
  const bad = (outcome: Outcome) => steps.filter((step) => step.outcome === outcome);
  const [first, ...others] = [...bad("fails"), ...bad("unknown")];
  const told = ({ endpoint, sentence }: (typeof steps)[number]) => `${endpoint}: ${sentence}.`;
  const agreeing = bad("holds").map(told);
  return {
    outcome: first?.outcome ?? "holds",
    summary: first === undefined ? goodSummary(found) : told(first),
    details: [...others.map(told), ...agreeing],
    write: [...new Set(steps.flatMap(({ outcome, write }) => (outcome === "holds" || write === undefined ? [] : [write])))],
    measured: {
      endpoints: found.map(figuresOf),
      steps: steps.map(({ endpoint, outcome, sentence }) => ({ endpoint, outcome, sentence })),
    },
  };
}

function goodSummary(found: Found[]): string {
  const names = found.map(({ endpoint }) => endpoint.name).join(", ");
  const consumers = found.flatMap(({ given }) => given).length;
  const told =
    consumers === 0 ? "" : ` ${counted(consumers, "variable")} of consumers ${consumers === 1 ? "has" : "have"} it too.`;
  return `${names}: name, address, load balancer and ready pods agree.${told}`;
}

function stepsOf(found: Found): Step[] {
  return [
    ...nameSteps(found),
    ...carrierSteps(found),
    ...podSteps(found),
    ...found.given.flatMap((given) => consumerSteps(given, found)),
  ];
}

/** A cloud's host name leads to other addresses every minute, and an output may say in words that the address is elsewhere. */
const isAddress = (recorded: string | undefined): recorded is string => isIP(recorded ?? "") !== 0;

const holds = (sentence: string): Step => ({ outcome: "holds", sentence });
const fails = (sentence: string, write: string): Step => ({ outcome: "fails", sentence, write });
const unknown = (sentence: string, write?: string): Step => ({
  outcome: "unknown",
  sentence,
  ...(write !== undefined && { write }),
});

function nameSteps({ host, resolved }: Found): Step[] {
  if (host === undefined) return [unknown("where it is cannot be said: nothing tells its address", "pulumi up, then again")];
  if (resolved === undefined) return [];
  if ("addresses" in resolved) return [holds(`${host} leads to ${resolved.addresses.join(", ")}`)];
  if (resolved.failed === "no-answer") {
    return [unknown(`who ${host} is was not answered (${resolved.said})`, "another name server, or later again")];
  }
  return [
    fails(
      `there is no ${host} (${resolved.said})`,
      `a record of ${host} at its load balancer's address: dns: { mode: create } at the entry keeps one`,
    ),
  ];
}

function carrierSteps({ host, resolved, addresses, recorded, carrier, inFront, endpoint }: Found): Step[] {
  if (carrier === undefined || host === undefined) {
    return carrier === undefined && endpoint.entry !== undefined ? recordedSteps(addresses, recorded) : [];
  }
  if ("refused" in carrier) return [unknown(`who carries it could not be read: ${carrier.refused}`)];
  if (inFront !== undefined) {
    return [holds(`${inFront} is declared to stand in front, so its addresses are not the load balancer's`)];
  }
  if ("owners" in carrier) return ownerSteps(carrier, recorded, addresses);
  const { object, addresses: own } = carrier;
  if (own.length === 0) {
    return [
      fails(
        `${object} has no address: no load balancer has taken it up`,
        "npx holdfast doctor: what keeps a load balancer from coming",
      ),
    ];
  }
  const strange = addresses.filter((address) => !own.includes(address));
  const has = `${object} has ${own.join(", ")}`;
  const late = isAddress(recorded) && !own.includes(recorded);
  const stale = late
    ? [fails(`the stack recorded ${recorded}, and ${has}`, "pulumi refresh, then pulumi up: consumers are told what it records")]
    : [];
  if (strange.length === 0) {
    return [...(addresses.length > 0 ? [holds(`${addresses.join(", ")} is what ${object} has`)] : []), ...stale];
  }
  if (strange.every(isPublic) && !own.some(isPublic)) {
    return [
      unknown(
        `${strange.join(", ")} is a public address and ${has}: whether a router leads one to the other is seen from outside only`,
      ),
      ...stale,
    ];
  }
  return [...strange.map((address) => elsewhere(address, has, { host, resolved, endpoint })), ...stale];
}

/** A client that is sent to an address which is not the load balancer's. */
function elsewhere(
  address: string,
  has: string,
  { host, resolved, endpoint }: Pick<Found, "host" | "resolved" | "endpoint">,
): Step {
  const formerly = endpoint.formerly.some((place) => place === address || place.startsWith(`${address}:`));
  const where = formerly ? ", where it was before" : "";
  if (resolved === undefined) {
    return fails(`clients are sent to ${address}${where}, and ${has}`, "pulumi up: the address in the outputs is an old one");
  }
  return fails(
    `${host} leads to ${address}${where}, and ${has}`,
    `change the record of ${host}; dns: { mode: create } at the entry keeps it right`,
  );
}

/** Without the cluster only what the stack recorded can be compared. */
function recordedSteps(addresses: string[], recorded: string | undefined): Step[] {
  if (!isAddress(recorded) || addresses.length === 0) return [NO_CLUSTER];
  if (addresses.includes(recorded)) return [holds(`${addresses.join(", ")} is what the stack recorded`), NO_CLUSTER];
  return [
    fails(
      `clients come to ${addresses.join(", ")}, and the stack recorded ${recorded}`,
      "change the record; dns: { mode: create } at the entry keeps it right",
    ),
  ];
}

const NO_CLUSTER = unknown(
  "its load balancer and its pods were not looked at: the cluster is not at hand",
  "--context <name>: a context of your kubeconfig",
);

/** An object that shows no address: whoever else in the cluster has it is told. */
function ownerSteps(
  carrier: { object: string; owners: { address: string; owner: string | undefined }[] },
  recorded: string | undefined,
  addresses: string[],
): Step[] {
  const { object, owners } = carrier;
  return owners.map(({ address, owner }) => {
    if (owner !== undefined) return holds(`${address} is ${owner}`);
    if (isAddress(recorded) && recorded !== address && addresses.length === 1) {
      return fails(
        `clients come to ${address}, and the stack recorded ${recorded}`,
        "change the record; dns: { mode: create } at the entry keeps it right",
      );
    }
    return unknown(
      `${object} shows no address itself, and nothing in the cluster has ${address}`,
      "bareMetal.ingressAddress: where the proxy's load balancer answers",
    );
  });
}

function podSteps({ backends, behind: name, endpoint }: Found): Step[] {
  if (backends === undefined || name === undefined) return [];
  if ("refused" in backends) return [unknown(`the pods behind ${name} could not be read: ${backends.refused}`)];
  const ready = backends.pods.filter(({ isReady }) => isReady).length;
  if (ready > 0) return [holds(`${ready} of ${counted(backends.pods.length, "pod")} behind ${name} are ready`)];
  const why = backends.pods.length === 0 ? "selects no pod" : `has ${counted(backends.pods.length, "pod")}, none of them ready`;
  return [
    fails(
      `${name} ${why}`,
      `kubectl get pods -n ${endpoint.service?.namespace ?? "default"} -o wide, and kubectl describe of one: its readiness probe says why`,
    ),
  ];
}

function consumerSteps({ consumer, found, refused, missing, updating }: Given, { endpoint }: Found): Step[] {
  const { name, namespace, configMap, variable, value } = consumer;
  const where = `ConfigMap ${namespace}/${configMap}`;
  if (refused !== undefined) return [unknown(`${where} could not be read: ${refused}`)];
  if (missing) return [fails(`${where}, from which ${name} takes ${variable}, is not there`, "pulumi up writes it")];
  if (value === undefined) return [unknown(`what ${variable} of ${name} should be is known only after pulumi up`)];
  if (found === undefined) return [fails(`${where} has no ${variable}, which should be ${value}`, "pulumi up writes it")];
  if (found !== value) {
    const old = endpoint.formerly.some((place) => found.includes(place)) ? ", where it was before" : "";
    return [
      fails(
        `${where} still has ${variable}=${found}${old}; ${endpoint.name} is at ${value}`,
        `pulumi up, and a restart of ${name} where this stack does not run it`,
      ),
    ];
  }
  const late =
    updating === undefined
      ? []
      : [
          unknown(
            `${updating}, so some of its pods may still run with what ${where} said before`,
            "when the rollout has ended, again",
          ),
        ];
  return [holds(`${name} is given ${variable}=${found}`), ...late];
}

function figuresOf({ endpoint, host, addresses, recorded, carrier, backends, given }: Found): Record<string, unknown> {
  const has = carrier === undefined || "refused" in carrier ? [] : "owners" in carrier ? carrier.owners : carrier.addresses;
  return {
    name: endpoint.name,
    host: host ?? null,
    addresses,
    recorded: recorded ?? null,
    carriedAt: has,
    readyPods: backends !== undefined && "pods" in backends ? backends.pods.filter(({ isReady }) => isReady).length : null,
    consumers: given.map(({ consumer: { name, variable, value }, found }) => ({
      name,
      variable,
      value: value ?? null,
      found: found ?? null,
    })),
  };
}

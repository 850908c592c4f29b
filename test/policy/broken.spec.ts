import assert from "node:assert/strict";
import * as path from "node:path";
import { examineStackFile } from "../../cli/stackFile";
import type { ClusterFacts } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { STANDARD_OPTIONS } from "../../policy/options";
import { reportOn } from "../../policy/report";
import { ruleContext } from "../../policy/rule";

const ROOT = path.join(__dirname, "..", "..");
const NGINX = "nginx.ingress.kubernetes.io/";

type At = (string | number)[];
const POD: At = ["spec", "template", "spec"];
const CONTAINER: At = [...POD, "containers", 0];
const SERVICE = { kind: "Service", name: "chatpulse" };
const INGRESS = { kind: "Ingress" };
const DEPLOYMENT = { kind: "Deployment" };
const HPA = { kind: "HorizontalPodAutoscaler" };
const BUDGET = { kind: "PodDisruptionBudget" };

interface Break {
  of: { kind: string; name?: string };
  at: At;
  /** Absent: the key is taken away. */
  to?: Value;
  rules: string[];
}

/** One safe setting each, and the rules that must speak up: one cause, and so one rule, but for those where two things really break. */
const BREAKS: Record<string, Break> = {
  "a proxy timeout of a minute": {
    of: INGRESS,
    at: ["metadata", "annotations", `${NGINX}proxy-read-timeout`],
    to: "60",
    rules: ["idle-timeout"],
  },
  "a proxy timeout with a unit": {
    of: INGRESS,
    at: ["metadata", "annotations", `${NGINX}proxy-send-timeout`],
    to: "3660s",
    rules: ["idle-timeout"],
  },
  "no cookie": { of: INGRESS, at: ["metadata", "annotations", `${NGINX}affinity`], rules: ["sticky-sessions"] },
  "a misspelt annotation": {
    of: INGRESS,
    at: ["metadata", "annotations", `${NGINX}proxy-raed-timeout`],
    to: "3660",
    rules: ["entry-annotations"],
  },
  "a snippet": {
    of: INGRESS,
    at: ["metadata", "annotations", `${NGINX}configuration-snippet`],
    to: "proxy_buffering off;",
    rules: ["snippet"],
  },
  "no Ingress class": { of: INGRESS, at: ["spec", "ingressClassName"], rules: ["ingress-class"] },
  "a backend port that is not there": {
    of: INGRESS,
    at: ["spec", "rules", 0, "http", "paths", 0, "backend", "service", "port"],
    to: { number: 9999 },
    rules: ["dangling-backend"],
  },
  "a selector that selects nothing": {
    of: BUDGET,
    at: ["spec", "selector", "matchLabels"],
    to: { app: "other" },
    rules: ["disruption-budget"],
  },
  "a budget that keeps all": { of: BUDGET, at: ["spec", "minAvailable"], to: 3, rules: ["disruption-budget-feasible"] },
  "a floor of one pod": {
    of: HPA,
    at: ["spec", "minReplicas"],
    to: 1,
    rules: ["autoscaler", "disruption-budget-feasible", "replica-floor"],
  },
  "replicas beside an autoscaler": { of: DEPLOYMENT, at: ["spec", "replicas"], to: 3, rules: ["autoscaler"] },
  "a rollout that takes all": { of: DEPLOYMENT, at: ["spec", "strategy"], to: { type: "Recreate" }, rules: ["rollout"] },
  "no preStop": { of: DEPLOYMENT, at: [...CONTAINER, "lifecycle"], rules: ["graceful-drain"] },
  "a grace shorter than the goodbye": {
    of: DEPLOYMENT,
    at: [...POD, "terminationGracePeriodSeconds"],
    to: 20,
    rules: ["graceful-drain"],
  },
  "no startup probe": { of: DEPLOYMENT, at: [...CONTAINER, "startupProbe"], rules: ["startup-probe"] },
  "no liveness probe": { of: DEPLOYMENT, at: [...CONTAINER, "livenessProbe"], rules: ["liveness-probe"] },
  "no readiness probe": { of: DEPLOYMENT, at: [...CONTAINER, "readinessProbe"], rules: ["readiness-probe"] },
  "a floating image": {
    of: DEPLOYMENT,
    at: [...CONTAINER, "image"],
    to: "registry.test/chatpulse:latest",
    rules: ["image-pinned"],
  },
  "no requests and limits": { of: DEPLOYMENT, at: [...CONTAINER, "resources"], rules: ["autoscaler", "resources"] },
  "a privileged container": {
    of: DEPLOYMENT,
    at: [...CONTAINER, "securityContext", "privileged"],
    to: true,
    rules: ["pod-security"],
  },
  "a password in plain sight": {
    of: DEPLOYMENT,
    at: [...CONTAINER, "env"],
    to: [{ name: "DATABASE_PASSWORD", value: "hunter2-do-not-print" }],
    rules: ["plain-secret"],
  },
  "a Service that selects nobody": {
    of: SERVICE,
    at: ["spec", "selector"],
    to: { app: "chat-pulse" },
    rules: ["dangling-backend"],
  },
};

describe("one safe setting broken at a time, in a stack that passes", () => {
  const { services, stack } = examineStackFile(ROOT, "dev");
  const objects = services.flatMap(({ compiled }) => compiled.objects.map(({ object }) => object));
  // As if ingress-nginx itself served the class: it reads the timeouts that Traefik passes over.
  const cluster: ClusterFacts = {
    ...stack.cluster,
    ingressClasses: {},
    controllers: { metallb: "0.15.2", "ingress-nginx": "1.15.1" },
  };
  const rules = (read: KubernetesObject[]) => {
    const { findings, broken } = reportOn(ruleContext(read, cluster, STANDARD_OPTIONS));
    assert.deepEqual(broken, []);
    return findings;
  };
  const before = new Set(rules(objects).map(({ rule, object, found }) => `${rule} ${object.kind} ${object.name} ${found}`));

  it("has nothing worse to say of the stack as it is than that ingress-nginx is retired", () => {
    const worse = rules(objects).filter(({ severity, waived }) => severity !== "info" && waived === undefined);
    assert.deepEqual([...new Set(worse.map(({ rule }) => rule))], ["retired-controller"]);
  });

  for (const [what, { of, at, to, rules: expected }] of Object.entries(BREAKS)) {
    it(`${what}: ${expected.join(", ")} and no other rule`, () => {
      const changed = objects.map((object) => (isMeant(object, of) ? withValue(object, at, to) : object));
      assert.notDeepEqual(changed, objects, "something was broken");
      const fresh = rules(changed).filter(
        ({ rule, object, found }) => !before.has(`${rule} ${object.kind} ${object.name} ${found}`),
      );
      const told = fresh.filter(({ severity }) => severity !== "info" || expected.length === 1);
      assert.deepEqual([...new Set(told.map(({ rule }) => rule))].sort(), expected, JSON.stringify(fresh, undefined, 1));
      assert.ok(!JSON.stringify(fresh).includes("hunter2"), "a value of a secret is never told");
    });
  }
});

function isMeant(object: KubernetesObject, { kind, name }: Break["of"]): boolean {
  return object.kind === kind && (name === undefined || object.metadata.name === name);
}

function withValue(object: KubernetesObject, at: At, to: Value): KubernetesObject {
  const copy = structuredClone(object) as unknown as Record<string, unknown>;
  const last = at.at(-1)!;
  const holder = at.slice(0, -1).reduce<Record<string | number, unknown>>((value, key) => {
    value[key] ??= {};
    return value[key] as Record<string | number, unknown>;
  }, copy);
  if (to === undefined) delete holder[last];
  else holder[last] = to;
  return copy as unknown as KubernetesObject;
}

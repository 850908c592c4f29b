import type { PlacedContainer } from "../../path/containers";
import { containersOf, podSpecPath } from "../../path/containers";
import type { KubernetesObject, Unknown, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { listAt, refOf, valueAt } from "../../path/value";
import { notKnownYet } from "../pending";
import type { PropertyPath, Rule, RuleContext, Severity, Statement } from "../rule";
import { notBefore } from "../scope/asked";

const NEEDED = "what the Pod Security Standard `restricted` allows";
const REASON =
  "a pod that faces clients is the first one to be broken into; what it may do on its node, whoever breaks in may do to every pod and every connection there";
/** Capabilities with which a container leaves its own walls. */
const DANGEROUS = new Set(["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "DAC_READ_SEARCH", "BPF", "NET_ADMIN"]);
/** Sockets that hand out the node. */
const RUNTIME_SOCKET = /^\/(var\/)?run\/(docker|containerd\/containerd|crio\/crio)\.sock$|^\/$/;

/** Pods that face clients may do no more on their nodes than serve. */
export const podSecurity: Rule = {
  id: "pod-security",
  title: "Pods that face clients are locked in",
  description: "Serving pods run with the least rights.",
  group: "hygiene",
  check: (context: RuleContext): Statement[] =>
    context.workloads.flatMap(({ workload, perhaps }) => check(workload).map((statement) => notBefore(statement, perhaps))),
};

function check(workload: KubernetesObject): Statement[] {
  const containers = containersOf(workload);
  const root = podSpecPath(workload);
  if (containers === UNKNOWN) return [notKnownYet(workload, root, { needed: NEEDED, reason: REASON })];
  return [...checkPod(workload, root), ...containers.flatMap((placed) => checkContainer(workload, placed))];
}

interface Breach {
  severity: Severity;
  at: PropertyPath;
  found: string;
  fix: string;
}

function checkPod(workload: KubernetesObject, root: readonly string[]): Statement[] {
  const breaches: Breach[] = [];
  for (const key of ["hostNetwork", "hostPID", "hostIPC"]) {
    const value = valueAt(workload, ...root, key);
    const at = [...root, key];
    if (value === UNKNOWN) breaches.push(unknownAt(at));
    // Some servers (media, discovery on the LAN) cannot work without the node's own addresses.
    const severity = key === "hostNetwork" ? "info" : "warning";
    if (value === true) breaches.push({ severity, at, found: `${key}: true`, fix: `remove ${key}` });
  }
  const volumes = listAt(workload, ...root, "volumes");
  if (volumes === UNKNOWN) breaches.push(unknownAt([...root, "volumes"]));
  for (const [index, volume] of (volumes === UNKNOWN ? [] : volumes).entries()) {
    const path = valueAt(volume, "hostPath", "path");
    const at = [...root, "volumes", index, "hostPath", "path"];
    if (path === UNKNOWN) breaches.push(unknownAt(at));
    if (typeof path === "string" && RUNTIME_SOCKET.test(path)) {
      breaches.push({ severity: "warning", at, found: `a volume of the node's ${path}`, fix: "remove the volume" });
    }
  }
  return breaches.map((breach) => stated(workload, breach));
}

function checkContainer(workload: KubernetesObject, { name, container, at }: PlacedContainer): Statement[] {
  const context = [...at, "securityContext"];
  const own = (...keys: string[]): Value => valueAt(container, "securityContext", ...keys);
  const either = (...keys: string[]): Value =>
    own(...keys) ?? valueAt(workload, ...podSpecPath(workload), "securityContext", ...keys);
  const privileged = own("privileged");
  const unknown: Breach[] = [privileged, own("allowPrivilegeEscalation"), either("runAsUser"), either("runAsNonRoot")]
    .filter((value) => value === UNKNOWN)
    .slice(0, 1)
    .map(() => unknownAt(context));
  const named = name === undefined ? {} : { container: name };
  if (privileged === true) {
    const fix = "privileged: false, and the one capability or device it needs";
    const breach: Breach = { severity: "warning", at: [...context, "privileged"], found: "privileged: true", fix };
    return [stated(workload, breach, named)];
  }
  const breaches = [...unknown, ...asRoot(either, context), ...capabilities(own("capabilities", "add"), context)];
  if (own("allowPrivilegeEscalation") === true) {
    const place = [...context, "allowPrivilegeEscalation"];
    const fix = "allowPrivilegeEscalation: false";
    breaches.push({ severity: "warning", at: place, found: "allowPrivilegeEscalation: true", fix });
  }
  if (breaches.length === 0) breaches.push(...leftOut(own, either, context));
  return breaches.map((breach) => stated(workload, breach, named));
}

function asRoot(either: (...keys: string[]) => Value, context: PropertyPath): Breach[] {
  if (either("runAsUser") !== 0) return [];
  const at = [...context, "runAsUser"];
  return [{ severity: "warning", at, found: "runAsUser: 0, which is root", fix: "runAsNonRoot: true, and a user other than 0" }];
}

function capabilities(added: Value, context: PropertyPath): Breach[] {
  const at = [...context, "capabilities", "add"];
  if (added === UNKNOWN) return [unknownAt(at)];
  const names = (Array.isArray(added) ? added : []).map((one) => (typeof one === "string" ? one.replace(/^CAP_/, "") : one));
  if (names.includes(UNKNOWN)) return [unknownAt(at)];
  const dangerous = names.filter((one) => typeof one === "string" && DANGEROUS.has(one));
  if (dangerous.length === 0) return [];
  return [
    { severity: "warning", at, found: `capabilities ${dangerous.join(", ")}`, fix: "drop: [ALL], and none of these in add" },
  ];
}

/** What is merely not said: in all one line, since one block of lines mends it. */
function leftOut(own: (...keys: string[]) => Value, either: (...keys: string[]) => Value, context: PropertyPath): Breach[] {
  const dropped = own("capabilities", "drop");
  const lines: [string, boolean | Unknown][] = [
    ["runAsNonRoot: true", is(either("runAsNonRoot"), true) || typeof either("runAsUser") === "number"],
    ["allowPrivilegeEscalation: false", is(own("allowPrivilegeEscalation"), false)],
    ["capabilities: { drop: [ALL] }", dropped === UNKNOWN || (Array.isArray(dropped) && dropped.some((one) => one === "ALL"))],
    ["seccompProfile: { type: RuntimeDefault }", either("seccompProfile") !== undefined],
  ];
  const missing = lines.filter(([, there]) => there === false).map(([line]) => line);
  if (missing.length === 0) return [];
  const found = `its securityContext leaves out ${missing.join(", ")}`;
  return [{ severity: "info", at: context, found, fix: `securityContext: { ${missing.join(", ")} }` }];
}

function is(value: Value, wanted: Value): boolean {
  return value === UNKNOWN || value === wanted;
}

const unknownAt = (at: PropertyPath): Breach => ({ severity: "warning", at, found: "", fix: "" });

function stated(workload: KubernetesObject, { severity, at, found, fix }: Breach, named: { container?: string } = {}): Statement {
  if (found === "") return notKnownYet(workload, at, { needed: NEEDED, reason: REASON, ...named });
  return { severity, object: refOf(workload), ...named, at, found, needed: NEEDED, fix, reason: REASON };
}

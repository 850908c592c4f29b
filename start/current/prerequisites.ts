import { spawn } from "node:child_process";
import { StartError } from "../errors";
import type { Inspection } from "./inspect";

/** The versions that the embedded cluster has too, or the last one there is. */
const METALLB = "v0.15.2";
const INGRESS_NGINX = "controller-v1.15.1";
const PROMETHEUS_OPERATOR = "v0.85.0";

export interface Prerequisite {
  what: string;
  why: string;
  /** kubectl's arguments, in order; the context is added. */
  commands: string[][];
  /** True where the stack can do without: what needs it is then left out, and said so. */
  optional: boolean;
}

/** What the dev stack needs and the cluster lacks. */
export function missingPrerequisites(inspection: Inspection): Prerequisite[] {
  const missing: Prerequisite[] = [];
  if (inspection.metallb === undefined) {
    missing.push({
      what: `MetalLB ${METALLB}`,
      why: "gives the LoadBalancer Service its address and announces it in the nodes' network",
      commands: [
        ["apply", "--server-side", "-k", `github.com/metallb/metallb/config/native?ref=${METALLB}`],
        ["wait", "--namespace", "metallb-system", "--for=condition=Available", "--timeout=180s", "deployment/controller"],
        ["rollout", "status", "--namespace", "metallb-system", "--timeout=180s", "daemonset/speaker"],
      ],
      optional: false,
    });
  }
  if (inspection.ingressClasses.nginx === undefined) {
    missing.push({
      what: `ingress-nginx ${INGRESS_NGINX}`,
      why: "serves the Ingress of class nginx",
      commands: [
        ["apply", "--server-side", "-k", `github.com/kubernetes/ingress-nginx/deploy/static/provider/cloud?ref=${INGRESS_NGINX}`],
        [
          "wait",
          "--namespace",
          "ingress-nginx",
          "--for=condition=Available",
          "--timeout=180s",
          "deployment/ingress-nginx-controller",
        ],
      ],
      optional: false,
    });
  }
  if (!inspection.serviceMonitors) {
    missing.push({
      what: `the Prometheus operator ${PROMETHEUS_OPERATOR}`,
      why: "knows the kind ServiceMonitor; without it the stack goes up without one",
      commands: [
        ["apply", "--server-side", "-k", `github.com/prometheus-operator/prometheus-operator?ref=${PROMETHEUS_OPERATOR}`],
      ],
      optional: true,
    });
  }
  return missing;
}

/** What is there and will be in the way; each a sentence with its way out. */
export function obstacles(inspection: Inspection, kubernetesGitVersion: string = inspection.kubernetesVersion): string[] {
  const notes: string[] = [];
  const controller = inspection.ingressClasses.nginx;
  if (controller !== undefined && controller !== "k8s.io/ingress-nginx") {
    notes.push(
      `IngressClass nginx belongs to ${controller}, not to ingress-nginx (k8s.io/ingress-nginx): it may not read the annotations that the stack writes.`,
    );
  }
  if (inspection.nodes.some(({ providerId }) => providerId?.startsWith("k3s:")) || kubernetesGitVersion.includes("k3s")) {
    notes.push(
      "This is k3s: its own ServiceLB and Traefik take LoadBalancer Services and port 80 before MetalLB and ingress-nginx do. " +
        'Where the address stays pending or is a node\'s, make the cluster without them: `k3d cluster create --k3s-arg "--disable=servicelb,traefik@server:*"`.',
    );
  }
  return notes;
}

export function commandLine(context: string, args: string[]): string {
  return ["kubectl", "--context", context, ...args]
    .map((word) => (/^[\w./:=@?-]+$/.test(word) && !word.includes("?") ? word : `'${word}'`))
    .join(" ");
}

/** Runs the commands with the user's own kubectl, shown as they come. */
export async function install(prerequisite: Prerequisite, context: string, onLine: (line: string) => void): Promise<void> {
  for (const args of prerequisite.commands) {
    onLine(`$ ${commandLine(context, args)}`);
    const code = await run("kubectl", ["--context", context, ...args], onLine);
    if (code === 0) continue;
    throw new StartError(
      `${prerequisite.what} could not be installed: \`${commandLine(context, args)}\` ended with ${code}; its own words stand above. ` +
        "Mend that, or install it in another way, and start again.",
    );
  }
}

/** Whether kubectl can be called; it is the only way here to install what is missing. */
export async function hasKubectl(): Promise<boolean> {
  return (await run("kubectl", ["version", "--client"], () => {})) === 0;
}

function run(command: string, args: string[], onLine: (line: string) => void): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    const show = (chunk: Buffer) => chunk.toString().trimEnd().split("\n").forEach(onLine);
    child.stdout.on("data", show);
    child.stderr.on("data", show);
    child.once("error", () => resolve(127));
    child.once("close", (code) => resolve(code ?? 1));
  });
}

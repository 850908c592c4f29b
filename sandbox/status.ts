import { CLIENT_ADDRESSES, ENVOY_LOAD_BALANCER_ADDRESS, TRAEFIK_LOAD_BALANCER_ADDRESS } from "./addresses";
import { Api } from "./api";
import { componentsOf } from "./component";
import type { Pace } from "./kubelet/manners";
import { networkStands } from "./network";
import { type Layout, layoutOf } from "./paths";
import { memoryMib, upSeconds } from "./process";
import { type Mode, readState, type State } from "./state";
import { type Health, healthOf } from "./supervise";
import { contextOf, isWhole } from "./up";

export interface ComponentStatus {
  name: string;
  what: string;
  health: Health;
  pid?: number;
  upSeconds?: number;
  /** MiB; memory shared with other processes is counted by its share. */
  memoryMib?: number;
}

export interface SandboxStatus {
  /** `degraded`: something of it does not run; `up` mends it. */
  state: "running" | "degraded" | "absent";
  mode?: Mode;
  /** How long pods take for what their specs give time to; absent where none is played. */
  pods?: Pace;
  missing: string[];
  /** Sentences about what is wrong. */
  problems: string[];
  components: ComponentStatus[];
  /** What stands where. */
  addresses: Record<string, string>;
  kubeconfig?: string;
}

/** Looks at the sandbox; changes nothing. */
export async function status(): Promise<SandboxStatus> {
  const layout = layoutOf();
  const state = readState(layout);
  if (!state) return { state: "absent", missing: [], problems: [], components: [], addresses: {} };
  const context = contextOf(layout, state);
  const components = componentsOf(state).map((component): ComponentStatus => {
    const health = healthOf(component, context, state);
    const record = state.components[component.name];
    const base = { name: component.name, what: component.what, health };
    if (!record || health === "stopped") return base;
    return { ...base, pid: record.pid, upSeconds: upSeconds(record), memoryMib: memoryMib(record.pid) };
  });
  const problems = components.filter(({ health }) => health !== "running").map(({ name, health }) => `${name} is ${health}.`);
  if (!state.completed) problems.push("Its start did not come to an end.");
  if (state.mode === "full" && !networkStands(layout)) problems.push("Its network namespaces are not as they were made.");
  if (problems.length === 0 && !(await isWhole(layout, state))) problems.push(await whyNotWhole(layout, state));
  return {
    state: problems.length === 0 ? "running" : "degraded",
    mode: state.mode,
    ...(state.mode === "full" ? { pods: state.pods } : {}),
    missing: state.missing,
    problems,
    components,
    addresses: {
      "API server": `https://127.0.0.1:${state.ports.api}`,
      ...(state.mode === "full" ? fullAddresses(layout, state) : {}),
    },
    kubeconfig: layout.kubeconfig,
  };
}

async function whyNotWhole(layout: Layout, state: State): Promise<string> {
  const api = new Api(layout, state.ports.api);
  try {
    return (await api.ready()) ? "The cluster does not carry the sandbox's mark." : "The API server is not ready.";
  } finally {
    api.close();
  }
}

function fullAddresses(layout: Layout, { extras }: State): Record<string, string> {
  return {
    "Traefik (Ingress class nginx)": TRAEFIK_LOAD_BALANCER_ADDRESS,
    ...(extras.includes("contour") ? { "Envoy (Contour's classes)": ENVOY_LOAD_BALANCER_ADDRESS } : {}),
    "cluster's network namespace": layout.clusterNamespace,
    "clients' network namespace": layout.clientNamespace,
    "clients speak from": CLIENT_ADDRESSES.join(", "),
  };
}

import { randomBytes } from "node:crypto";
import fs from "node:fs";
import type net from "node:net";
import { CLIENT_ADDRESSES, CONTROL_PLANE_ADDRESS } from "./addresses";
import { Api, type KubernetesObject } from "./api";
import { ensureCertificates } from "./certificates";
import { ensureClientsAuthority } from "./clientCertificates";
import * as cluster from "./cluster";
import { componentNamed, type ComponentName, componentsOf, type Context } from "./component";
import { alone, clean } from "./down";
import { CONTEXT, writeKubeconfigs } from "./kubeconfig";
import { createNetwork, networkStands, writeResolvers } from "./network";
import { type Pace, PACES } from "./kubelet/manners";
import { needsOf } from "./extras";
import { SandboxError } from "./errors";
import { type Layout, layoutOf } from "./paths";
import { choosePorts, descriptorOf, insideServer, LOOPBACK, openApiPort, portOf } from "./ports";
import { missingForDataPlane, requireLinux } from "./privileges";
import { type ExtraName, type Mode, readState, type State, writeState } from "./state";
import {
  healthOf,
  startComponent,
  stopComponent,
  stopEverything,
  unhealthy,
  waitUntilListening,
  whileAllLive,
} from "./supervise";
import { CONTROL_PLANE_TOOLS, DATA_PLANE_TOOLS, ensureCrds, ensureTools, type Report } from "./tools";

export interface UpOptions {
  /** Leave the data plane out, also where it could be had. Default: only where this machine lacks something for it. */
  controlPlaneOnly?: boolean;
  /** Port on 127.0.0.1 for the API server, 1 to 65535. Default: a free one, kept until `down`. */
  port?: number;
  /** Extras to have beside the rest; once asked for, they stay until `down`. Default: none. A control plane alone has none. */
  with?: readonly ExtraName[];
  /** Gets a line for each thing that is done. */
  report?: Report;
}

/** What others need to know of a running sandbox. */
export interface SandboxInfo {
  mode: Mode;
  kubeconfig: string;
  context: string;
  /** uid of the namespace kube-system. */
  uid: string;
  /** What the machine lacks for a full sandbox; empty in one. */
  missing: string[];
  /** Addresses from which a client can speak; none where there is no data plane. */
  sourceAddresses: string[];
  clientNamespace?: string;
  clusterNamespace?: string;
  directory: string;
  /** Holds the nonce that ConfigMap kube-system/holdfast-sandbox carries. */
  markFile: string;
}

export function infoOf(layout: Layout, state: State): SandboxInfo {
  const full = state.mode === "full";
  return {
    mode: state.mode,
    kubeconfig: layout.kubeconfig,
    context: CONTEXT,
    uid: state.uid,
    missing: state.missing,
    sourceAddresses: full ? [...CLIENT_ADDRESSES] : [],
    ...(full ? { clientNamespace: layout.clientNamespace, clusterNamespace: layout.clusterNamespace } : {}),
    directory: layout.directory,
    markFile: layout.markFile,
  };
}

export function contextOf(layout: Layout, state: State): Context {
  const { mode, extras, ports, pods, binaries } = state;
  return { layout, mode, extras, ports, pods, binaries };
}

/** Whether every part works and the cluster is the one the mark was made for. */
export async function isWhole(layout: Layout, state: State): Promise<boolean> {
  const nonce = cluster.readMark(layout);
  if (!state.completed || !nonce || unhealthy(contextOf(layout, state), state).length > 0) return false;
  if (state.mode === "full" && !networkStands(layout)) return false;
  const api = new Api(layout, state.ports.api);
  try {
    return (await api.ready()) && (await cluster.carriesMark(api, nonce));
  } finally {
    api.close();
  }
}

/** Starts the sandbox, or what is missing of it; with all of it running it does nothing. */
export async function up(options: UpOptions = {}): Promise<SandboxInfo> {
  requireLinux();
  const layout = layoutOf();
  const report = options.report ?? (() => {});
  const pods = askedPace();
  return alone(layout, report, async () => {
    const state = await keepOrClean(layout, options, report);
    if (state) state.pods = pods ?? state.pods;
    const complete = state && extrasFor(state.mode, state.extras, options).length === state.extras.length;
    if (complete && [undefined, state.ports.api].includes(options.port) && (await isWhole(layout, state))) {
      report("the sandbox is running");
      return infoOf(layout, state);
    }
    return infoOf(layout, state ? await repair(layout, state, options, report) : await start(layout, options, report));
  });
}

/** `HOLDFAST_SANDBOX_PODS`, which stays what it was where it is not set. */
function askedPace(): Pace | undefined {
  const asked = process.env.HOLDFAST_SANDBOX_PODS;
  if (!asked) return undefined;
  const pace = PACES.find((each) => each === asked);
  if (pace) return pace;
  throw new SandboxError(`HOLDFAST_SANDBOX_PODS is "${asked}"; it takes ${PACES.join(" or ")}.`);
}

/** The state of a sandbox that can be kept; one that cannot is taken away. */
async function keepOrClean(layout: Layout, options: UpOptions, report: Report): Promise<State | undefined> {
  const state = readState(layout);
  if (state?.completed) {
    if ((state.mode === "control-plane-only") === Boolean(options.controlPlaneOnly)) return state;
    if (state.mode === "control-plane-only" && (await missingForDataPlane(layout, report)).length > 0) return state;
    report(`the sandbox ran as ${state.mode}; starting it anew, with nothing in it`);
  } else if (state) {
    report("an earlier start did not come to its end; cleaning up after it");
  }
  await clean(layout);
  return undefined;
}

async function start(layout: Layout, options: UpOptions, report: Report): Promise<State> {
  const forced = options.controlPlaneOnly ? ["a data plane was not asked for (--control-plane-only)"] : undefined;
  const missing = forced ?? (await missingForDataPlane(layout, report));
  const mode: Mode = missing.length > 0 ? "control-plane-only" : "full";
  if (missing.length > 0) report(`control plane only; missing for the rest: ${missing.join("; ")}`);
  const extras = extrasFor(mode, [], options);
  const binaries = await ensureTools(toolNames(mode, extras), report);
  const definitions = [...(await ensureCrds(report)), ...(await ensureCrds(report, needsOf(extras).definitions))];
  const door = await openApiPort(options.port, undefined);
  try {
    return await startBehind(door, { layout, mode, extras, missing, binaries, report }, definitions);
  } finally {
    // An open socket would keep the process from ending after a failure.
    door.close();
  }
}

interface Beginning {
  layout: Layout;
  mode: Mode;
  extras: ExtraName[];
  missing: string[];
  binaries: Record<string, string>;
  report: Report;
}

async function startBehind(door: net.Server, beginning: Beginning, definitions: KubernetesObject[]): Promise<State> {
  const { layout, mode, extras, missing, binaries, report } = beginning;
  const state: State = {
    mode,
    extras,
    pods: askedPace() ?? PACES[0],
    completed: false,
    missing,
    ports: await choosePorts(mode, portOf(door)),
    uid: "",
    binaries,
    components: {},
  };
  writeState(layout, state);
  report("making the network and the certificates");
  const certificates = ensureCertificates(layout.certificates);
  if (mode === "full") createNetwork(layout);
  await certificates;
  fs.writeFileSync(layout.markFile, randomBytes(32).toString("hex"), { mode: 0o600 });
  await bringUp(layout, state, door, report, definitions);
  return state;
}

function toolNames(mode: Mode, extras: ExtraName[]): string[] {
  return [...CONTROL_PLANE_TOOLS, ...(mode === "full" ? DATA_PLANE_TOOLS : []), ...needsOf(extras).tools];
}

/** The extras of a sandbox after this `up`. All of them are parts of a data plane. */
function extrasFor(mode: Mode, before: ExtraName[], options: UpOptions): ExtraName[] {
  return mode === "full" ? [...new Set([...before, ...(options.with ?? [])])] : [];
}

/** Starts again what does not run, in place: the cluster keeps its objects. */
async function repair(layout: Layout, state: State, options: UpOptions, report: Report): Promise<State> {
  state.extras = extrasFor(state.mode, state.extras, options);
  Object.assign(state.binaries, await ensureTools(toolNames(state.mode, state.extras), report));
  const definitions = await ensureCrds(report, needsOf(state.extras).definitions);
  const broken = unhealthy(contextOf(layout, state), state);
  if (broken.length > 0) report(`not running: ${broken.map((component) => component.name).join(", ")}; starting them again`);
  if (state.mode === "full" && !networkStands(layout)) {
    report("the network namespaces are gone; making them again");
    await stopEverything(layout, state);
    createNetwork(layout);
  }
  const moved = options.port !== undefined && options.port !== state.ports.api;
  const doorkeeper = componentNamed(state.mode === "full" ? "forwarder" : "kube-apiserver");
  let door: net.Server | undefined;
  if (moved || healthOf(doorkeeper, contextOf(layout, state), state) !== "running") {
    await stopComponent(doorkeeper, state);
    const before = state.ports.api;
    door = await openApiPort(options.port, before);
    state.ports.api = portOf(door);
    if (state.ports.api !== before) report(`the API server answers on port ${state.ports.api} now, no longer on ${before}`);
  }
  try {
    await bringUp(layout, state, door, report, definitions);
  } finally {
    door?.close();
  }
  return state;
}

/** Starts every component that does not run, and waits until all of it works. */
async function bringUp(
  layout: Layout,
  state: State,
  door: net.Server | undefined,
  report: Report,
  definitions: KubernetesObject[],
): Promise<void> {
  const context = contextOf(layout, state);
  const { mode, ports } = state;
  writeKubeconfigs(layout, `https://${LOOPBACK}:${ports.api}`, insideServer(mode, ports, CONTROL_PLANE_ADDRESS));
  const ensure = (...names: ComponentName[]) => ensureComponents(names, context, state, report);
  if (mode === "full") writeResolvers(layout);
  if (mode === "full" && door) startComponent(componentNamed("forwarder"), context, state, descriptorOf(door));
  if (door) await new Promise((resolve) => door.close(resolve));
  await ensure("etcd");
  await ensure("kube-apiserver");
  const api = new Api(layout, ports.api);
  try {
    await cluster.waitFor("API server becoming ready", () => api.ready());
    const extras = needsOf(state.extras);
    await cluster.createNamespaces(api, extras.namespaces);
    const infrastructure = cluster.createInfrastructure(api, extras.objects);
    const served = cluster.createDefinitions(api, definitions);
    await Promise.all([
      ensure("kube-controller-manager", "kube-scheduler"),
      cluster.createNodes(api).then(() => ensure("kwok", "kube-proxy", "sample-server", "kubelet-stand-in")),
      served.then(() => ensure("metallb-controller", "traefik")),
      ensure("coredns", "names"),
      mode === "full" ? ensureClientsAuthority(layout) : undefined,
      Promise.all([served, infrastructure]).then(() => ensure("contour", "envoy")),
      cluster.mark(api, cluster.readMark(layout)!),
    ]);
    report("waiting until everything is ready");
    state.uid = await cluster.clusterUid(api);
    const ready = Promise.all([
      cluster.waitUntilNodesAreReady(api),
      cluster.waitUntilPodsAreAdmitted(api),
      ...(mode === "full"
        ? [cluster.waitUntilTraefikHasItsAddress(api), cluster.waitUntilNamesAreWritten(), extras.ready(api)]
        : []),
    ]);
    await whileAllLive(context, state, ready);
  } finally {
    api.close();
  }
  state.completed = true;
  writeState(layout, state);
}

/** Starts those of `names` that do not run as they should, and waits until each of them listens. */
async function ensureComponents(names: ComponentName[], context: Context, state: State, report: Report): Promise<void> {
  const wanted = componentsOf(context).filter((component) => names.includes(component.name));
  for (const component of wanted) {
    const health = healthOf(component, context, state);
    if (health === "running" || health === "starting") continue;
    report(`starting ${component.name}`);
    await stopComponent(component, state);
    startComponent(component, context, state);
  }
  await Promise.all(wanted.map((component) => waitUntilListening(component, context, state, cluster.STEP_SECONDS)));
}

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { type Component, componentsOf, type Context } from "./component";
import { SandboxError } from "./errors";
import { runsIn } from "./network";
import type { Layout } from "./paths";
import { isAlive, listens, type ProcessRecord, startDetached, stopAll, TAG, taggedProcesses, until } from "./process";
import { type State, writeState } from "./state";

function logFileOf(layout: Layout, name: string): string {
  return path.join(layout.logs, `${name}.log`);
}

/** What a component's process is started with; nothing of the user's environment but PATH. */
function launchOf(component: Component, context: Context) {
  const { layout } = context;
  const { file, args, env, files = {} } = component.command(context);
  const environment = { PATH: process.env.PATH ?? "", HOME: layout.directory, [TAG]: layout.directory, ...env };
  const digest = createHash("sha256")
    .update(JSON.stringify([file, args, env, files]))
    .digest("hex");
  return { file, args, environment, files, digest };
}

export type Health = "running" | "stopped" | "starting" | "outdated";

/** How a component is, from its record alone and what /proc says. */
export function healthOf(component: Component, context: Context, state: State): Health {
  const record = state.components[component.name];
  if (!record || !isAlive(record)) return "stopped";
  if (context.mode === "full" && !runsIn(context.layout.clusterNamespace, record.pid)) return "stopped";
  if (record.commandDigest !== launchOf(component, context).digest) return "outdated";
  return component.listens(context).every((port) => listens(record.pid, port)) ? "running" : "starting";
}

/** Starts a component and writes its record down before anything else happens. */
export function startComponent(component: Component, context: Context, state: State, descriptor?: number): void {
  const { layout } = context;
  const { file, args, environment, files, digest } = launchOf(component, context);
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(name, text);
  const record = startDetached({
    file,
    args,
    env: environment,
    logFile: logFileOf(layout, component.name),
    directory: layout.directory,
    namespace: context.mode === "full" ? layout.clusterNamespace : undefined,
    descriptor,
  });
  state.components[component.name] = { ...record, commandDigest: digest };
  writeState(layout, state);
}

export async function stopComponent(component: Component, state: State): Promise<void> {
  const record = state.components[component.name];
  if (record) await stopAll([record]);
}

const LOG_LINES = 12;

export function logTail(layout: Layout, name: string): string {
  try {
    const lines = fs.readFileSync(logFileOf(layout, name), "utf8").trimEnd().split("\n");
    return lines
      .slice(-LOG_LINES)
      .map((line) => `  | ${line}`)
      .join("\n");
  } catch {
    return "  | (no log)";
  }
}

/** Waits until a component listens; fails with the end of its log when it dies or takes too long. */
export async function waitUntilListening(component: Component, context: Context, state: State, seconds: number): Promise<void> {
  const record = state.components[component.name]!;
  const works = await until(
    () => !isAlive(record) || component.listens(context).every((port) => listens(record.pid, port)),
    seconds,
    // Reading the kernel's table of sockets takes milliseconds that the starting programs need.
    100,
  );
  if (works && isAlive(record)) return;
  throw componentFailed(
    component.name,
    context,
    isAlive(record)
      ? `did not listen on ${component.listens(context).join(", ")} within ${seconds} s`
      : "ended right after its start",
  );
}

function componentFailed(name: string, { layout }: Context, what: string): SandboxError {
  return new SandboxError(
    `The sandbox's ${name} ${what}. The end of its log, ${logFileOf(layout, name)}:\n${logTail(layout, name)}\n` +
      "Run the command again to try once more, or `npx holdfast sandbox down` to start afresh.",
  );
}

/** Does `work`, and fails at once when a component dies meanwhile: waiting for what it should have done would only hide it. */
export async function whileAllLive<T>(context: Context, state: State, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const death = new Promise<never>((_resolve, reject) => {
    timer = setInterval(() => {
      const dead = Object.entries(state.components).find(([, record]) => !isAlive(record));
      if (dead) reject(componentFailed(dead[0], context, "ended unexpectedly"));
    }, 200);
  });
  try {
    return await Promise.race([work, death]);
  } finally {
    clearInterval(timer);
  }
}

/** The order in which to stop: whatever talks to the API server first, then it, then its store. */
function stopOrder(state: State): ProcessRecord[][] {
  const { etcd, "kube-apiserver": apiServer, ...others } = state.components;
  return [Object.values(others), [apiServer], [etcd]].map((group) => group.filter((record) => record !== undefined));
}

/** Ends every process of the sandbox, recorded or not. */
export async function stopEverything(layout: Layout, state: State | undefined): Promise<void> {
  for (const group of state ? stopOrder(state) : []) await stopAll(group);
  await stopAll(taggedProcesses(layout.directory));
}

export function unhealthy(context: Context, state: State): Component[] {
  return componentsOf(context).filter((component) => healthOf(component, context, state) !== "running");
}

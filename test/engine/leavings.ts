import * as fs from "node:fs";
import * as path from "node:path";
import type { KubernetesObject } from "@kubernetes/client-node";
import type { Workspace } from "../../start/workspace";
import { objectApi } from "../support/objects";
import { pause } from "./watch";

/** Seconds that a namespace may take to go. Kubernetes itself lets five pass before it looks whether it is empty. */
const LEAVING_SECONDS = 60;

interface KeptResource {
  urn: string;
  type: string;
  /** Read, and not made, by the stack. */
  external?: boolean;
  outputs?: KubernetesObject;
}

/** What the engine believes to be there, in the order in which it was made, as the backend keeps it. */
export function resourcesInState({ backendDirectory, project, stack }: Workspace): KeptResource[] {
  const file = path.join(backendDirectory, ".pulumi", "stacks", project, `${stack}.json`);
  if (!fs.existsSync(file)) return [];
  const { checkpoint } = JSON.parse(fs.readFileSync(file, "utf8")) as { checkpoint: { latest?: { resources?: KeptResource[] } } };
  return checkpoint.latest?.resources ?? [];
}

/**
 * Takes away what a stack has in the sandbox, the last first, for a test that does not ask how a stack is destroyed: it neither starts the
 * engine nor waits until the namespaces are gone.
 */
export async function removeObjects(workspace: Workspace): Promise<void> {
  const api = await objectApi();
  const made = resourcesInState(workspace).filter(({ type, external }) => type.startsWith("kubernetes:") && external !== true);
  for (const { outputs } of made.reverse()) {
    if (outputs?.kind === undefined) continue;
    await api.delete(outputs).catch((error: { code?: number }) => {
      if (error.code !== 404) throw error;
    });
  }
}

/** What was removed before must not be taken for what is made next. */
export async function namespacesHaveGone(): Promise<void> {
  const api = await objectApi();
  for (const until = Date.now() + LEAVING_SECONDS * 1000; ;) {
    const { items } = await api.list("v1", "Namespace");
    const leaving = items.filter(({ metadata }) => metadata?.deletionTimestamp !== undefined);
    if (leaving.length === 0) return;
    const names = leaving.map(({ metadata }) => metadata!.name).join(", ");
    if (Date.now() > until) throw new Error(`after ${LEAVING_SECONDS} s still there: ${names}`);
    await pause(200);
  }
}

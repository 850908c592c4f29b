import assert from "node:assert/strict";
import type { KubernetesObject } from "../../../path/objects";
import type { Asked } from "../../../verify/drain/faults";
import type { Cut, Leaving, Watched } from "../../../verify/drain/model";
import { PROMISE } from "../support";

/** What a stack asks of the goodbye where it writes nothing itself. */
export function asked(own: Partial<Asked> = {}): Asked {
  return {
    promise: PROMISE,
    protocol: "websocket",
    drain: { preStopSeconds: 15, drainSeconds: 40, marginSeconds: 5, gracePeriodSeconds: 60 },
    workload: { kind: "Deployment", name: "chat" },
    namespace: "rooms",
    ...own,
  };
}

export function cut(own: Partial<Cut> = {}): Cut {
  return {
    client: 0,
    pod: "chat-0",
    atSeconds: 20,
    ending: { by: "peer", code: 1001, reason: "draining", afterSeconds: 20, silentSeconds: 20 },
    backAfterSeconds: 0.5,
    ...own,
  };
}

let clients = 0;

/** So many goodbyes of one pod, evenly over some seconds. */
export function goodbyes({
  pod = "chat-0",
  count,
  from,
  over,
}: {
  pod?: string;
  count: number;
  from: number;
  over: number;
}): Cut[] {
  const at = (index: number) => from + (count === 1 ? 0 : (index * over) / (count - 1));
  return Array.from({ length: count }, (_, index) => cut({ pod, client: clients++, atSeconds: at(index) }));
}

export function left(own: Partial<Leaving> = {}): Leaving {
  return {
    pod: "chat-0",
    toldAtSeconds: 1,
    preStopSeconds: 15,
    graceSeconds: 60,
    goneAtSeconds: (own.toldAtSeconds ?? 1) + 60,
    ...own,
  };
}

export function watchedOf(own: Partial<Watched> = {}): Watched {
  return {
    sockets: 300,
    seconds: 240,
    wholeSeconds: 240,
    cuts: [],
    turnedAway: [],
    notTried: [],
    leaving: [],
    rollout: { state: "ended" },
    atEnd: { "chat-0": 300 },
    apiSilentSeconds: 0,
    ...own,
  };
}

/** A ready pod with the goodbye that a stack writes, as the API server shows it. */
export function livePod(name: string, { leaving = false } = {}): KubernetesObject {
  const told = { deletionTimestamp: "2026-01-01T00:01:00Z", deletionGracePeriodSeconds: 60 };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "rooms", uid: `uid-${name}`, labels: { app: "chat" }, ...(leaving && told) },
    spec: { terminationGracePeriodSeconds: 60, containers: [{ lifecycle: { preStop: { sleep: { seconds: 15 } } } }] },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  };
}

interface DeploymentState {
  generation?: number;
  observed?: number;
  updated?: number;
  there?: number;
  available?: number;
  conditions?: object[];
}

/** A Deployment of two pods; whole where nothing else is said. */
export function liveDeployment(state: DeploymentState = {}): KubernetesObject {
  const { generation = 1, updated = 2, there = 2, available = 2, conditions = [] } = state;
  const { observed = generation } = state;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "chat", namespace: "rooms", generation },
    spec: { replicas: 2 },
    status: { observedGeneration: observed, replicas: there, updatedReplicas: updated, availableReplicas: available, conditions },
  };
}

/** Waits for something that comes soon. */
export async function until(what: () => boolean, seconds = 10): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !what(); await new Promise((resolve) => setTimeout(resolve, 20))) {
    assert.ok(Date.now() < end, `it did not come within ${seconds} s: ${String(what)}`);
  }
}

import assert from "node:assert/strict";
import type { CompiledObject, CompiledService } from "../../compile/model";
import { parseStack, type ExaminedService } from "../../compile/parse";
import type { Stack } from "../../compile/stack";

export type Block = Record<string, unknown>;

/** A small bare-metal stack as a user writes it, with one service that `service` changes and a cluster that `cluster` changes. */
export function rawStackWith(service: Block = {}, cluster: Block = {}, top: Block = {}): Block {
  return {
    platform: "bare-metal",
    environment: "development",
    cluster: {
      context: "lab",
      kubernetesVersion: "1.36",
      kubeProxyMode: "nftables",
      controllers: { metallb: "0.15.2", "ingress-nginx": "1.15.1" },
      ...cluster,
    },
    bareMetal: { addressPools: [{ name: "lan", addresses: ["192.168.1.200-192.168.1.220", "fd00::10-fd00::20"] }] },
    services: [{ name: "chat", image: "registry.example.com/chat:1.8.2", port: 8080, entries: [], ...service }],
    ...top,
  };
}

export function parsed(raw: unknown): { stack: Stack; examined: ExaminedService[]; warnings: string[] } {
  const result = parseStack(raw);
  assert.ok(result.problems === undefined, JSON.stringify(result.problems, null, 1));
  return result;
}

export function problemsOf(raw: unknown): string[] {
  const { problems = [] } = parseStack(raw);
  return problems.map(({ path, message }) => `${path}: ${message}`);
}

export function compiled(raw: unknown): CompiledService {
  return parsed(raw).examined[0]!.compiled;
}

export function objectOf(service: CompiledService, logicalName: string): CompiledObject {
  const found = service.objects.find((candidate) => candidate.logicalName === logicalName);
  assert.ok(found, `no ${logicalName} among ${service.objects.map((object) => object.logicalName).join(", ")}`);
  return found;
}

export function specOf(service: CompiledService, logicalName: string): Block {
  return objectOf(service, logicalName).object.spec as Block;
}

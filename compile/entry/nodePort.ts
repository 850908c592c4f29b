import type { z } from "zod";
import type { HopKind } from "../../path/facts";
import { ENTRY_BOUNDS } from "../../path/facts/entries";
import { block, label, oneOf, portNumber, text } from "../check/fields";
import type { Problem } from "../check/problem";
import { serviceAffinity } from "../clusterIpService";
import type { Service } from "../service";
import type { DraftSurroundings } from "../stack";
import { exposedEndpoint, exposedService } from "./exposed";
import { entryName, type Claim, type CompiledEntry, type EntryArgs, type EntryKind } from "./kind";

/** A fixed port on every node, for a cluster that one develops on. Sticks by the client's address. */
export interface NodePortEntry extends EntryArgs {
  kind: "node-port";
  /** The port on every node. 30000 to 32767. Written down, because an assigned one is another in every cluster. */
  nodePort: number;
  /** Port of the Service inside the cluster. 1 to 65535, default 80. */
  port: number;
  /** Address or name of a node, for the printed URL. Default: the URL leaves it open. */
  node?: string;
  /**
   * `Cluster` (default): any node passes connections on to any pod, which sees the address of that node. `Local`: pods see the
   * client's address, and a node without a pod answers nothing.
   */
  externalTrafficPolicy: "Cluster" | "Local";
}

const { minimum, maximum } = ENTRY_BOUNDS.nodePort;

const schema: z.ZodType<NodePortEntry> = block({
  kind: oneOf(["node-port"]),
  name: label().optional(),
  nodePort: portNumber(minimum, maximum),
  port: portNumber().default(80),
  node: text("the address or DNS name of a node", /^[0-9a-zA-Z.:-]+$/).optional(),
  externalTrafficPolicy: oneOf(["Cluster", "Local"]).default("Cluster"),
});

const INSTEAD = { aws: "aws-nlb", azure: "azure-lb", gcp: "gcp-lb", "bare-metal": "metallb" } as const;

function check(args: NodePortEntry, { migration }: Partial<Service>, { environment, platform }: DraftSurroundings): Problem[] {
  // Whoever has one there already must be able to leave it.
  if (environment !== "production" || migration?.from === entryName(args)) return [];
  const message =
    "found node-port in production, where a client would depend on one node staying as it is. " +
    `Use ${platform === undefined ? "a load balancer" : INSTEAD[platform]}, or environment: development. To leave one that clients use, name it as migration.from.`;
  return [{ path: "kind", message }];
}

function claims({ nodePort }: NodePortEntry): Claim[] {
  const wayOut = `A node port belongs to one Service: choose another from ${minimum} to ${maximum}.`;
  return [{ path: "nodePort", key: `node port ${nodePort}`, found: String(nodePort), taken: "uses too", wayOut }];
}

const hop = (): HopKind => "node-port";

function compile(args: NodePortEntry, service: Service): CompiledEntry {
  const logicalName = `${entryName(args)}-service`;
  const address = args.node ?? "<node>";
  const sticks = service.promise.affinity.mode === "client";
  return {
    objects: [
      exposedService(args, service, {
        logicalName,
        annotations: {},
        nodePort: args.nodePort,
        spec: { type: "NodePort", externalTrafficPolicy: args.externalTrafficPolicy, ...serviceAffinity(service) },
        why: [
          "For development: clients know one node by its address, and lose everything with it.",
          ...(sticks
            ? ["ClientIP: each node keeps a table of its own, so a client sticks as long as it asks the same node."]
            : []),
        ],
      }),
    ],
    endpoint: exposedEndpoint({ ...args, port: args.nodePort }, service, { logicalName, address }),
    needs: [],
  };
}

export const nodePort: EntryKind<NodePortEntry> = {
  kind: "node-port",
  schema,
  sticksBy: () => "source-ip",
  hop,
  passesBytes: true,
  check,
  claims,
  compile,
};

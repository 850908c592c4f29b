import * as pulumi from "@pulumi/pulumi";
import type { RecordedMigration } from "../compile/migration/step";
import type { ExaminedService } from "../compile/parse";
import type { Surroundings } from "../compile/stack";
import type { entryTable } from "../explain/json";
import type { Edges } from "./edges";
import type { SharedObjects } from "./kubernetesObject";
import { registerService } from "./registerService";

export interface ConnectionServiceArgs {
  /**
   * The service as an item of `holdfast:services` describes it (docs/configuration.md), or what the check of a whole stack found of
   * it, which alone knows of Gateways that services share. It decides which children exist, so nothing in it is an Output.
   */
  service: ExaminedService | Record<string, unknown>;
  /** What the service is compiled for: platform, environment, the cluster's facts, the address pools. */
  surroundings: Surroundings;
  /** Gives the value of `holdfast:secrets.<service>.<key>`, as a secret. Called only for secrets whose source is `pulumi`. */
  secretValue?: (service: string, key: string) => pulumi.Input<string>;
  /** One for all services of a stack, by which those that share a Gateway wait for it. Default: none is shared. */
  shared?: SharedObjects;
  /** Gives the address that a load balancer got for an entry of another service. Called only where the service consumes such a one. */
  address?: (service: string, entry: string) => pulumi.Input<string>;
  /** The cloud, the zone and the authority of the stack. Needed where an entry asks for something of a cloud. */
  edges?: Edges;
  /** What the component records of the service's migration, for the next `up` to start from. Default: nothing. */
  migration?: pulumi.Input<RecordedMigration | undefined>;
}

/**
 * One way in, as clients and operators see it: what `holdfast explain --format json` says of it, with the address. Only what the
 * cluster decides is an Output, so a preview shows the rest.
 */
export interface EntryOutput extends Omit<ReturnType<typeof entryTable>, "url"> {
  /** The entry's name: its kind, where the stack file gives it no other. */
  name: string;
  /** What clients open. */
  url: pulumi.Input<string>;
  /** IP address or host name of the load balancer, once it has one. */
  address: pulumi.Input<string>;
  /** With `dns: { mode: print }`: the line to add to the zone. */
  record?: pulumi.Input<string>;
}

/**
 * One long-lived-connection service: its workload and its ways in, from one description.
 *
 * @throws {pulumi.RunError} one that lists everything that is wrong with the description, its promise included when an entry cannot
 * keep it; nothing is registered then.
 * @example new ConnectionService("chatpulse", { service, surroundings, secretValue }, { provider });
 */
export class ConnectionService extends pulumi.ComponentResource {
  static readonly TYPE = "holdfast:index:ConnectionService";

  /** Namespace of everything below. */
  readonly namespace: pulumi.Output<string>;
  /** Where the service answers, entry by entry in the order of the description. */
  readonly entries: EntryOutput[];
  /** The resources by logical name (`deployment`, `service`, `ingress-nginx-ingress` ...), for whatever this class does not offer. */
  readonly objects: ReadonlyMap<string, pulumi.CustomResource>;

  constructor(name: string, args: ConnectionServiceArgs, options: pulumi.ComponentResourceOptions = {}) {
    super(ConnectionService.TYPE, name, {}, options);
    const { namespace, entries, objects, outputs } = registerService(this, name, args, options);
    this.namespace = namespace;
    this.entries = entries;
    this.objects = objects;
    this.registerOutputs(outputs);
  }
}

import * as pulumi from "@pulumi/pulumi";
import { formatProblems } from "../compile/check/problem";
import type { Endpoint } from "../compile/model";
import { recordLine } from "../compile/migration/dns";
import type { RecordedMigration } from "../compile/migration/step";
import { parseService, type ExaminedService } from "../compile/parse";
import type { Surroundings } from "../compile/stack";
import { entryTable } from "../explain/json";
import { explainService } from "../explain/model";
import { ServiceEdgeResources, type Edges } from "./edges";
import { registerObjects, SharedObjects, type Fill } from "./kubernetesObject";

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

interface WithLoadBalancer {
  status?: pulumi.Output<
    { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] }; addresses?: { value?: string }[] } | undefined
  >;
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
    const { surroundings, shared = new SharedObjects() } = args;
    const examined = this.check(name, args);
    const { compiled } = examined;
    // Whatever the component waits for, its children must wait for too; the engine does not hand that down.
    const waits = { parent: this, dependsOn: options.dependsOn };
    const edges = new ServiceEdgeResources(name, examined.service, surroundings, args.edges, waits);
    const fill = fillFrom(args, edges);
    this.objects = registerObjects(
      name,
      compiled.objects,
      fill,
      { ...waits, hooks: options.hooks },
      (object) => shared.of(object),
      (entry) => edges.before(entry),
    );
    for (const [logicalName, resource] of this.objects) shared.offer({ service: compiled.name, logicalName }, resource);
    const explained = explainService(examined, surroundings.cluster);
    this.namespace = pulumi.output(compiled.namespace);
    this.entries = compiled.endpoints.map((endpoint, index) => {
      const address = this.addressOf(endpoint, shared);
      const table = entryTable(explained.entries[index]!, explained);
      return { ...entryOutput(endpoint, address, table), ...printedRecord(edges, endpoint, address, surroundings) };
    });
    edges.createRecords((entry) => {
      const index = compiled.endpoints.findIndex((endpoint) => endpoint.entry === entry);
      const { logicalName } = compiled.endpoints[index]!.addressFrom!;
      return { address: this.entries[index]!.address, after: [this.objects.get(logicalName)!] };
    });
    // Whoever reads them back from the state takes them for what is there, so they wait until it is.
    const created = pulumi.all([...this.objects.values()].map(({ id }) => id));
    const entries = created.apply(() => this.entries);
    const migration = pulumi.all([created, args.migration]).apply(([, recorded]) => recorded ?? null);
    this.registerOutputs({ namespace: this.namespace, entries, migration });
  }

  private addressOf({ address, addressFrom }: Endpoint, shared: SharedObjects): pulumi.Input<string> {
    if (address !== undefined) return address;
    if (addressFrom === undefined) return ELSEWHERE;
    const { service, logicalName } = addressFrom;
    const resource = service === undefined ? this.objects.get(logicalName)! : shared.of({ service, logicalName });
    return pulumi.output(resource).apply((found) => addressOf(found));
  }

  /** The check that stack files go through. */
  private check(name: string, { service, surroundings }: ConnectionServiceArgs): ExaminedService {
    if (isExamined(service)) return service;
    const parsed = parseService(service, surroundings);
    if (parsed.problems !== undefined) {
      throw new pulumi.RunError(formatProblems(parsed.problems, `ConnectionService ${name}`, ""));
    }
    for (const warning of parsed.warnings) void pulumi.log.warn(warning, this);
    return parsed.examined;
  }
}

const isExamined = (service: ConnectionServiceArgs["service"]): service is ExaminedService =>
  "compiled" in service && "verdicts" in service;

/** In place of an address that no resource of this stack has. */
const ELSEWHERE = "that of a Gateway outside this stack";

function fillFrom({ secretValue, address }: ConnectionServiceArgs, edges: ServiceEdgeResources): Fill {
  return (hole) => {
    const { what, service, key } = hole;
    if (what === "certificate" || what === "elastic-ip") return edges.fill(hole);
    if (what === "address") {
      if (address !== undefined) return address(service, key);
      throw new pulumi.RunError(
        `the address of entry ${key} of ${service} is known later, and the component was given no address`,
      );
    }
    if (secretValue !== undefined) return pulumi.secret(secretValue(service, key));
    throw new pulumi.RunError(
      `${service} takes the secret ${key} from Pulumi's configuration, and the component was given no secretValue`,
    );
  };
}

function entryOutput({ entry, url }: Endpoint, known: pulumi.Input<string>, table: ReturnType<typeof entryTable>): EntryOutput {
  const whole = url.includes("<address>") ? pulumi.output(known).apply((found) => url.replace("<address>", found)) : url;
  return { name: entry, ...table, url: whole, address: known };
}

/** The line to add to a zone that nobody here keeps. */
function printedRecord(
  edges: ServiceEdgeResources,
  { entry }: Endpoint,
  address: pulumi.Input<string>,
  { ingressAddress }: Surroundings,
): Pick<EntryOutput, "record"> {
  const plan = edges.printed(entry);
  if (plan === undefined) return {};
  const { host, target, ttlSeconds } = plan;
  const line = (found: string) => recordLine({ host, target: entry, ttlSeconds }, found === "pending" ? "<address>" : found);
  return { record: pulumi.output(target === "declared" ? ingressAddress! : address).apply(line) };
}

/** Clouds answer with a host name or with an IP address, which is theirs to choose; a Gateway answers in a place of its own. */
function addressOf(resource: pulumi.CustomResource): pulumi.Output<string> {
  const { status } = resource as WithLoadBalancer;
  return pulumi.output(status).apply((value) => {
    const first = value?.loadBalancer?.ingress?.[0];
    return first?.ip ?? first?.hostname ?? value?.addresses?.[0]?.value ?? "pending";
  });
}

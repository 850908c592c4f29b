import * as pulumi from "@pulumi/pulumi";
import { edgesOf, type RecordPlan, type ServiceEdges } from "../../compile/edge";
import { compileIssuer } from "../../compile/edge/stack";
import type { Hole } from "../../compile/model";
import type { Service } from "../../compile/service";
import type { Surroundings } from "../../compile/stack";
import { CertificateAuthority } from "../bareMetal/certificate";
import type { Cloud, Made, Place, Zone } from "./cloud";

/** What the services of a stack share at its edges: the cloud, the zone, and who signs certificates in the cluster. */
export interface Edges {
  cloud?: Cloud;
  /** The zone, which is looked for only where somebody needs it. */
  zone(): Zone;
  /** Where the zone above has to point, for a zone that the stack makes. */
  nameServers?: pulumi.Output<string[]>;
  /** What every service has to wait for. */
  resources: pulumi.Resource[];
}

/** Makes what the services share. Nothing is registered for a stack that asks for none of it. */
export function createEdges(
  surroundings: Surroundings,
  cloud: Cloud | undefined,
  { provider, dependsOn }: { provider: pulumi.ProviderResource; dependsOn: Place["options"]["dependsOn"] },
): Edges {
  const authority = compileIssuer(surroundings).length > 0;
  let known: Zone | undefined;
  const zone = () => (known ??= cloud!.zone({ dependsOn }));
  const own = cloud !== undefined && surroundings.zone?.mode === "create" ? zone().nameServers : undefined;
  return {
    ...(cloud === undefined ? {} : { cloud }),
    zone,
    ...(own === undefined ? {} : { nameServers: own }),
    resources: authority ? [new CertificateAuthority("authority", { surroundings }, { provider, dependsOn })] : [],
  };
}

/** The edges of one service, in the order in which they have to come. */
export class ServiceEdgeResources {
  private readonly plan: ServiceEdges;
  private readonly certificates = new Map<string, Made<pulumi.Input<string>>>();
  private readonly addresses = new Map<string, Made<pulumi.Input<string>[]>>();
  private readonly firstRecords = new Map<string, pulumi.Resource[]>();

  /** Makes what has to be there before the entries: certificates, addresses, and records by which certificates are proved. */
  constructor(
    private readonly name: string,
    private readonly service: Service,
    surroundings: Surroundings,
    private readonly edges: Edges | undefined,
    private readonly options: Place["options"],
  ) {
    this.plan = edgesOf(service, surroundings);
    for (const plan of this.plan.addresses) this.addresses.set(plan.entry, this.cloud.staticIp(plan, this.place(plan.entry)));
    for (const plan of this.plan.certificates) {
      this.certificates.set(
        plan.entry,
        this.cloud.certificate(plan, () => this.edges!.zone(), this.place(plan.entry)),
      );
    }
    for (const plan of this.plan.records.filter(({ first }) => first)) {
      const { value, resources } = this.addresses.get(plan.entry)!;
      this.firstRecords.set(plan.entry, this.record(plan, value[0]!, resources));
    }
  }

  /** What the objects of an entry have to wait for. */
  before(entry: string): pulumi.Resource[] {
    const [certificate, address] = [this.certificates.get(entry), this.addresses.get(entry)];
    return [...(certificate?.resources ?? []), ...(address?.resources ?? []), ...(this.firstRecords.get(entry) ?? [])];
  }

  /** The value of a hole that an edge fills. */
  fill({ what, key }: Hole): pulumi.Input<string> {
    if (what === "certificate") return this.certificates.get(key)!.value;
    const [entry, index] = [key.slice(0, key.lastIndexOf(".")), Number(key.slice(key.lastIndexOf(".") + 1))];
    return this.addresses.get(entry)!.value[index]!;
  }

  /**
   * The records that come after the load balancers.
   *
   * @param at gives the address of an entry, and the object that got it.
   */
  createRecords(at: (entry: string) => { address: pulumi.Input<string>; after: pulumi.Resource[] }): void {
    for (const plan of this.plan.records.filter(({ via, first }) => via === "records" && !first)) {
      const { address, after } = at(plan.entry);
      this.record(plan, certain(address, plan), after);
    }
  }

  /** What is to be printed of the record of an entry, in place of making it. */
  printed(entry: string): RecordPlan | undefined {
    return this.plan.records.find((plan) => plan.entry === entry && plan.via === undefined);
  }

  private record(plan: RecordPlan, address: pulumi.Input<string>, after: pulumi.Resource[]): pulumi.Resource[] {
    const dependsOn = [this.options.dependsOn ?? [], ...after].flat() as pulumi.Input<pulumi.Resource>[];
    const place = { name: this.name, service: this.service.name, options: { ...this.options, dependsOn } };
    return this.cloud.record(plan, address, this.edges!.zone(), place);
  }

  private place(entry: string): Place {
    return { name: `${this.name}-${entry}`, service: this.service.name, options: this.options };
  }

  private get cloud(): Cloud {
    if (this.edges?.cloud !== undefined) return this.edges.cloud;
    throw new pulumi.RunError(`${this.service.name} asks for certificates, addresses or records of a cloud, and was given none`);
  }
}

/** A record of an address that is none would lead nowhere for as long as resolvers keep it. */
function certain(address: pulumi.Input<string>, { entry, host }: RecordPlan): pulumi.Output<string> {
  return pulumi.output(address).apply((found) => {
    if (found !== "pending") return found;
    throw new pulumi.RunError(
      `Entry ${entry} has no address yet to which ${host} could lead. Look at the events of its object, then run this again.`,
    );
  });
}

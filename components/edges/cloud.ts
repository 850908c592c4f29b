import type * as pulumi from "@pulumi/pulumi";
import type { AddressPlan, CertificatePlan, RecordPlan } from "../../compile/edge";
import type { Zone as NamedZone } from "../../compile/edge/clouds";
import type { Surroundings } from "../../compile/stack";

/** Where something of a cloud is registered. */
export interface Place {
  /** `<component>-<entry>`, for ever: a rename replaces what is there. */
  name: string;
  service: string;
  /** The parent, and what has to be there first. */
  options: Pick<pulumi.CustomResourceOptions, "parent" | "dependsOn">;
}

/** The zone in which a cloud writes records. */
export interface Zone {
  name: string;
  /** As the cloud's records name it. */
  id: pulumi.Input<string>;
  /** The servers to which the zone above has to point, where the stack made the zone. */
  nameServers?: pulumi.Output<string[]>;
}

/** The zone as the stack names it: a name alone is looked for. */
export function namedZone({ surroundings: { zone, dnsZone } }: Connection): NamedZone {
  return zone ?? { name: dnsZone!, mode: "lookup" };
}

/** Something that is there, and by whose value others name it. */
export interface Made<Value> {
  value: Value;
  /** What whoever uses the value has to wait for. */
  resources: pulumi.Resource[];
}

/** One cloud with the account, the subscription or the project that the stack names. The same shape for each. */
export interface Cloud {
  /** What everything created must depend on. It never resolves where the credentials are for another account. */
  verified: pulumi.Output<pulumi.Resource[]>;
  /** Makes the zone, or finds it; nothing is asked where its id is given. */
  zone(options: Place["options"]): Zone;
  /** A certificate that is valid by the time its value is known: an ARN, or the name of a map. */
  certificate(plan: CertificatePlan, zone: () => Zone, place: Place): Made<pulumi.Input<string>>;
  /** Reserved addresses: their ids on AWS, else the address itself. They stay when the stack goes. */
  staticIp(plan: AddressPlan, place: Place): Made<pulumi.Input<string>[]>;
  /** The record of a host, `place` without its entry. */
  record(plan: RecordPlan, address: pulumi.Input<string>, zone: Zone, place: Place): pulumi.Resource[];
}

/** What a cloud is connected with. */
export interface Connection {
  surroundings: Surroundings;
  /** `<project>/<stack>`, for tags. */
  stackName: string;
}

/** The options of a resource: its place, and never a provider that somebody else configured. */
export function optionsOf(
  { provider }: { provider: pulumi.ProviderResource },
  options: Place["options"],
): pulumi.CustomResourceOptions {
  return { ...options, provider };
}

/** The options of a host's record: one of another type cannot stand beside it for the moment of a replacement. */
export function recordOptions(
  cloud: { provider: pulumi.ProviderResource },
  options: Place["options"],
): pulumi.CustomResourceOptions {
  return { ...optionsOf(cloud, options), deleteBeforeReplace: true };
}

/** How whatever holds an address, a name or a certificate is kept: `retainOnDelete` and `protect` are not inherited. */
export function kept({ surroundings }: Connection): Pick<pulumi.CustomResourceOptions, "protect" | "retainOnDelete"> {
  return { retainOnDelete: true, protect: surroundings.environment === "production" };
}

/** Who made something, as tags of a resource. */
export function ownTags({ stackName }: Connection, service?: string): Record<string, string> {
  return {
    "managed-by": "holdfast",
    "holdfast-stack": stackName,
    ...(service === undefined ? {} : { "holdfast-service": service }),
  };
}

/** What is said where the credentials are for another account than the one the stack names. */
export function wrongAccount(what: string, found: string, wanted: string, key: string, wayOut: string): string {
  return `The credentials are for ${what} ${found}, holdfast:${key} says ${wanted}. Nothing was created. ${wayOut}`;
}

/** The names that prove a certificate take the same short time to change as others. */
export const PROOF_TTL_SECONDS = 300;

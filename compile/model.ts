import type { KubernetesObject } from "../path/objects";
import type { Problem } from "./check/problem";
import type { MigrationPlan } from "./migration/plan";

/**
 * A value that is known only while `pulumi up` runs. `compile` leaves it as a hole in the plain object; `components` fills it with
 * an Output, `holdfast render` with a placeholder that says what belongs there.
 */
export class Hole {
  constructor(
    /**
     * `secret`: the value of `holdfast:secrets.<service>.<key>`. `address`: what a load balancer gets for the entry called `key`.
     * `certificate`: the ARN of the one that is made for that entry. `elastic-ip`: an allocation, with `key` `<entry>.<index>`.
     */
    readonly what: "secret" | "address" | "certificate" | "elastic-ip",
    readonly service: string,
    readonly key: string,
  ) {}
}

/** A text that is made of values known only while `pulumi up` runs, by whoever fills the holes. */
export class Later {
  constructor(
    readonly holes: Hole[],
    /** Called with what belongs in each hole, in their order. */
    readonly make: (values: string[]) => string,
    /** What a reader of the plain objects sees in its place, where one that is made of placeholders would look like the true one. */
    readonly placeholder?: string,
  ) {}
}

/** Every hole in a plain value, those behind a text that is known later included. */
export function holesIn(value: unknown): Hole[] {
  if (value instanceof Hole) return [value];
  if (value instanceof Later) return value.holes;
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(holesIn) : [];
}

/** What stands where a value belongs that is not known yet: nothing that an API server or an application could take for it. */
export function placeholder({ what, service, key }: Hole): string {
  return what === "secret" ? `<secret holdfast:secrets.${service}.${key}>` : `<${what} of ${service} ${key}>`;
}

/** The same value without holes, for whoever reads or shows it. */
export function withPlaceholders(value: unknown): unknown {
  if (value instanceof Hole) return placeholder(value);
  if (value instanceof Later) return value.placeholder ?? value.make(value.holes.map(placeholder));
  if (Array.isArray(value)) return value.map(withPlaceholders);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withPlaceholders(item)]));
}

/** An object to create, with what the one who creates it must know and the API server must not. */
export interface CompiledObject {
  /** The name of the Pulumi resource below the service's component: `deployment`, `ingress-nginx-ingress`. Stable for ever. */
  logicalName: string;
  object: KubernetesObject;
  /** Logical names of the objects that must exist first. */
  after: string[];
  /** Objects of other services that must exist first. */
  afterElsewhere?: ObjectElsewhere[];
  /** The entry whose certificate and address have to be there first, where a cloud makes them. */
  edgesOf?: string;
  /** Whether routes of other services may hang on it, so that their promises are judged by it too. */
  shared?: true;
  /** Property paths that someone else owns after creation: `["spec.replicas"]` under an autoscaler. */
  ignoreChanges?: string[];
  /** A sentence a reader of `render` sees above the object: why it differs from what one would expect. */
  why?: string[];
}

/** The object as whoever reads it takes it: with placeholders where a cloud gives the value. Values of secrets are never read. */
export function readable({ object, edgesOf }: CompiledObject): KubernetesObject {
  return edgesOf === undefined ? object : (withPlaceholders(object) as KubernetesObject);
}

/** An object of a service of the stack, for the others. */
export interface ObjectElsewhere {
  service: string;
  logicalName: string;
}

/** Something that has to be in the cluster and that this stack does not create. */
export interface Need {
  /** `IngressClass`, `CustomResourceDefinition`, `controller`, `Secret` ... */
  kind: string;
  name: string;
  /** What does not work without it. */
  why: string;
}

/** Where clients reach a service. */
export interface Endpoint {
  /** The entry's name: its kind, where the user gave it no other. */
  entry: string;
  kind: string;
  /** The whole URL when the address is known from the configuration, else with `<address>` in its place. */
  url: string;
  /** A fixed address of the entry, where the configuration pins one. */
  address?: string;
  /** Host name clients use, where the entry serves one. */
  host?: string;
  /** What the stack adds to it beside its objects, each a sentence. Absent where that is nothing. */
  edges?: string[];
  /** The object whose status carries the address, of another service where that is named. Absent where it is not of this stack. */
  addressFrom?: { logicalName: string; service?: string };
  /** The object by which a reader finds this way in, where it is another: the route of a Gateway. */
  pathFrom?: { logicalName: string };
}

/** One service as plain objects. */
export interface CompiledService {
  name: string;
  namespace: string;
  objects: CompiledObject[];
  endpoints: Endpoint[];
  /** What is wrong with the service's patches, which then changed nothing, and what its owner should know of the others. */
  patching: { problems: Problem[]; warnings: string[] };
  needs: Need[];
  /** How its clients are moved from one entry to another, where they are. */
  migration?: MigrationPlan;
}

/** A whole stack as plain objects. */
export interface CompiledStack {
  /** What belongs to the cluster rather than to one service: address pools, how they are announced, and who signs. Before the services. */
  pools: CompiledObject[];
  services: CompiledService[];
  /** The addresses that others than these services take from ConfigMaps. */
  consumers: CompiledObject[];
}

import type { Backends } from "../pods";

/** Somebody who takes an address of the stack from a ConfigMap. */
export interface TargetConsumer {
  name: string;
  namespace: string;
  configMap: string;
  variable: string;
  /** What has to stand there; undefined where nobody can say. */
  value: string | undefined;
}

/** A name that the stack gives to an address, and whoever asks for it. */
export interface TargetEndpoint {
  name: string;
  /** The service behind it; absent for an address outside the stack. */
  service?: { name: string; namespace: string };
  /** The entry behind it; absent for what is reached only inside the cluster, and outside the stack. */
  entry?: string;
  /** Where clients reach it; undefined where nobody can say. */
  url: string | undefined;
  /** Addresses that it had before, with or without a port. */
  formerly: string[];
  consumers: TargetConsumer[];
}

/** What a name was resolved to. `no-such-name`: whoever has to know says that there is none. `no-answer`: nobody said anything. */
export type Resolved = { addresses: string[] } | { failed: "no-such-name" | "no-answer"; said: string };

/** What the cluster says has the address. */
export type Carrier =
  /** The object whose status carries addresses, with those that its host names resolve to. */
  | { object: string; addresses: string[] }
  /** An object that shows no address itself: who in the cluster has those that clients come to. */
  | { object: string; owners: { address: string; owner: string | undefined }[] }
  | { refused: string };

/** One ConfigMap's value; undefined where it has none. */
export type Given = { consumer: TargetConsumer; found?: string; updating?: string } & { refused?: string; missing?: true };

/** Everything that was found of one endpoint, in the order in which a connection meets it. */
export interface Found {
  endpoint: TargetEndpoint;
  host?: string;
  /** Absent where the host is an address itself. */
  resolved?: Resolved;
  /** What clients connect to. */
  addresses: string[];
  /** What the deployed stack recorded. */
  recorded?: string;
  /** Absent where the cluster was not asked. */
  carrier?: Carrier;
  /** Name of what was declared to stand before everything the cluster knows. */
  inFront?: string;
  backends?: Backends;
  /** The Service that those are behind, as people call it. */
  behind?: string;
  given: Given[];
}

import { drainOf } from "../drain";
import { entryName, type Entry } from "../entry";
import { isExisting } from "../workload";
import type { CompiledObject, Endpoint } from "../model";
import type { Service } from "../service";
import type { Surroundings } from "../stack";
import { recordIn, recordLine, type RecordPlan } from "./dns";
import { drainPhaseSeconds, openEntries, PHASES, type Migration, type Phase } from "./index";

/** What one phase leaves in the cluster and in DNS. */
export interface MigrationStep {
  phase: Phase;
  /** The entries that are open, by name. */
  entries: string[];
  /** What the record says; none where clients have no name for the service. */
  dns?: RecordPlan;
}

/** A migration as a person goes through it. */
export interface MigrationPlan {
  from: string;
  to: string;
  /** What the stack file says. The next `up` brings it there, or refuses. */
  phase: Phase;
  /** Seconds that the phase `drain` lasts at least. */
  drainSeconds: number;
  steps: MigrationStep[];
  /** What the next `up` makes of the phase that is written, each a sentence. */
  now: string[];
  /** What to look at before the phase after it. */
  check: string[];
  /** What the phase after it does, or what is left to do. */
  next: string[];
  /** How to go one phase back. */
  back: string[];
}

/** Everything that the sentences are about. */
interface Scene {
  service: Service;
  surroundings: Surroundings;
  migration: Migration;
  steps: MigrationStep[];
  /** The object of the new entry that has the address. */
  object: CompiledObject["object"];
  old?: Endpoint;
  new: Endpoint;
}

type Told = Pick<MigrationPlan, "now" | "check" | "next" | "back">;

/** The plan of a service's migration; undefined for a service without one. */
export function planMigration(
  service: Service,
  surroundings: Surroundings,
  { objects, endpoints }: { objects: CompiledObject[]; endpoints: Endpoint[] },
): MigrationPlan | undefined {
  const { migration } = service;
  if (migration === undefined) return undefined;
  const { from, to, phase } = migration;
  const steps = PHASES.map((each) => stepOf(each, service, migration));
  const target = endpoints.find(({ entry }) => entry === to)!;
  // The Gateway of an attached entry is somebody else's; its route is the service's own.
  const { logicalName: own } = (target.addressFrom?.service === undefined ? target.addressFrom : target.pathFrom)!;
  const { object } = objects.find(({ logicalName }) => logicalName === own)!;
  const old = endpoints.find(({ entry }) => entry === from);
  const scene: Scene = { service, surroundings, migration, steps, object, new: target, ...(old === undefined ? {} : { old }) };
  return { from, to, phase, drainSeconds: drainPhaseSeconds(service), steps, ...TOLD[phase](scene) };
}

function stepOf(phase: Phase, service: Service, migration: Migration): MigrationStep {
  const dns = recordIn(phase, migration);
  const entries = openEntries({ ...service, migration: { ...migration, phase } }).map(entryName);
  return { phase, entries, ...(dns === undefined ? {} : { dns }) };
}

const TOLD: Record<Phase, (scene: Scene) => Told> = { parallel, cutover, drain, done };

function parallel(scene: Scene): Told {
  const { from, to, dns } = scene.migration;
  const namespace = scene.service.namespace;
  const { kind, metadata } = scene.object;
  const named = `${kind.toLowerCase()} ${metadata.name} -n ${namespace}`;
  return {
    now: [
      `${to} opens beside ${from}. Clients go on using ${from}, at ${scene.old!.url}.`,
      ...goodbyeGrows(scene),
      ...record(scene, "parallel"),
    ],
    check: [
      `kubectl get ${named}: it has an address. Where it has none, kubectl describe ${named} tells why.`,
      `Open a connection at ${scene.new.url}, and leave it silent for as long as the promise.`,
      ...(dns === undefined
        ? []
        : [
            `dig +noall +answer ${dns.host}: its time is ${dns.loweredTtlSeconds} s or less. For ${dns.ttlSeconds} s after it was lowered, resolvers may still keep the old one.`,
          ]),
    ],
    next: [`phase: cutover sends new clients to ${to}; ${from} stays open.`],
    back: [`Take migration and the entry ${to} out of the file.`],
  };
}

function cutover(scene: Scene): Told {
  const { from, to, dns } = scene.migration;
  return {
    now: [
      `New clients are sent to ${to}, at ${clientUrl(scene)}. ${from} stays open for whoever has its address, and keeps every connection.`,
      `The endpoint that had the address of ${from} by default has that of ${to}; who consumes it is told.`,
      ...(dns === undefined ? [`Write ${scene.new.url} in the clients' settings.`] : record(scene, "cutover")),
    ],
    check: [
      ...(dns === undefined
        ? [`npx holdfast lint-endpoints <folder>: no client's settings have the address of ${from} any more.`]
        : [`dig +noall +answer ${dns.host}: it answers with the address of ${to}.`]),
      `New connections arrive through ${to} and stay open.`,
    ],
    next: [
      `phase: drain changes nothing that carries connections. It starts the clock: ${from} may close ${drainPhaseSeconds(scene.service)} s later.`,
    ],
    back: [`phase: parallel sends new clients to ${from} again; ${to} stays open.`],
  };
}

function drain(scene: Scene): Told {
  const { from, to } = scene.migration;
  const seconds = drainPhaseSeconds(scene.service);
  return {
    now: [
      `The clock of ${from} runs: for ${seconds} s from the first up with this phase it is not closed. It still takes connections.`,
      ...record(scene, "drain"),
    ],
    check: [...openConnections(scene), "When nobody is left on it, or only those whom you may cut off, go on."],
    next: [
      `phase: done removes ${from}: nobody gets in by it any more, and its load balancer or proxy may close what is open.`,
      ...(scene.migration.dns === undefined ? [] : ["The record keeps its target and gets its old time to live back."]),
    ],
    back: [`phase: cutover stops the clock; nothing else changes. ${to} stays open.`],
  };
}

function done(scene: Scene): Told {
  const { from, dns } = scene.migration;
  return {
    now: [`${from} is removed. Clients use ${clientUrl(scene)}.`, ...record(scene, "done")],
    check: [],
    next: [
      ...(dns?.externalDns === true
        ? [`Before the block goes, give the annotations for ${dns.host} to the object by patches, or ExternalDNS loses the name.`]
        : []),
      ...goodbyeShrinks(scene),
      `Take migration and the entry ${from} out of the file, both in one change.`,
    ],
    back: [`phase: drain opens ${from} again, as it was; who has kept its address gets in again.`],
  };
}

/** What clients open once they are moved: by name, where they have one. */
function clientUrl({ migration: { dns }, new: target }: Scene): string {
  const { url, address, host } = target;
  return dns === undefined ? url : url.replace(host ?? (address === undefined ? "<address>" : bracketed(address)), dns.host);
}

const bracketed = (address: string): string => (address.includes(":") ? `[${address}]` : address);

function record({ steps, migration, old, new: target }: Scene, phase: Phase): string[] {
  const dns = steps.find((step) => step.phase === phase)?.dns;
  if (dns === undefined) return [];
  const address = addressOf(dns.target === migration.to ? target : old!);
  const line = recordLine(dns, address);
  const keeper = migration.dns!.externalDns ? "ExternalDNS writes the record" : "Write the record";
  return [`${keeper}: ${line}`];
}

/** The address that a record gets; what is known only in the cluster stands between angle brackets. */
export function addressOf({ address, entry }: Endpoint): string {
  return address === undefined || address.startsWith("<") ? `<address of ${entry}>` : address;
}

function openConnections({ service, migration, old }: Scene): string[] {
  const { from } = migration;
  const entry = service.entries.find((each) => entryName(each) === from)!;
  if (entry.kind === "node-port") {
    return [
      `On every node, conntrack -L -p tcp --orig-port-dst ${entry.nodePort} --state ESTABLISHED: the connections that are still open through ${from}.`,
    ];
  }
  return [`Look at how many connections the load balancer or proxy of ${from} (${old!.url}) still counts as open.`];
}

const preStopWith = ({ service, surroundings }: Scene, entries: Entry[]): number =>
  drainOf({ ...service, entries }, surroundings.cluster).preStopSeconds;

const without = ({ service }: Scene, name: string): Entry[] => service.entries.filter((entry) => entryName(entry) !== name);

/** A new entry that learns later that a pod leaves makes every pod serve longer, and so be replaced. */
function goodbyeGrows(scene: Scene): string[] {
  const before = preStopWith(scene, without(scene, scene.migration.to));
  const after = preStopWith(scene, scene.service.entries);
  if (after === before || isExisting(scene.service)) return [];
  return [
    `Every pod is replaced once, with its goodbye: ${scene.migration.to} learns later that a pod leaves, so a leaving one keeps serving for ${after} s in place of ${before} s. To have that at another time, write drain.preStopSeconds: ${after} before.`,
  ];
}

function goodbyeShrinks(scene: Scene): string[] {
  const before = preStopWith(scene, scene.service.entries);
  const after = preStopWith(scene, without(scene, scene.migration.from));
  if (after === before || isExisting(scene.service)) return [];
  return [
    `Without ${scene.migration.from} a leaving pod keeps serving for ${after} s in place of ${before} s, and every pod is replaced once for that; drain.preStopSeconds: ${before} keeps them.`,
  ];
}

import { isDeepStrictEqual } from "node:util";
import { parseStack, type ExaminedService } from "../compile/parse";
import { type Problem } from "../compile/check/problem";
import { CLUSTER_IP_SERVICE } from "../compile/clusterIpService";
import { isBlock, type Block } from "../compile/mergePatch";
import type { CompiledObject } from "../compile/model";
import type { Patch } from "../compile/patches";
import type { Platform, Stack } from "../compile/stack";
import { declaredCluster } from "../path/declaredCluster";
import type { ClusterFacts } from "../path/model";
import { changesOf, creation, keepingPatch, type Pair } from "./changes";
import { withoutDefaults } from "./defaults";
import { groupObjects } from "./group";
import { importId } from "./ids";
import { recognise } from "./kindOf";
import { apiGroupOf } from "./reasons";
import { listAt, nameOf, textAt, written } from "./read";
import { takeService, type TakenService } from "./service";
import { stackFileText } from "./stackFile";
import type { Change, Decision, Found, Imported, ImportId, Left } from "./model";

export { readDocuments } from "./documents";
export { componentUrn, importFile, secretCommand } from "./ids";
export type { Change, Imported, Left } from "./model";

export interface ImportOptions {
  /** Overrules what the manifests show. */
  platform?: Platform;
  /** The context of the kubeconfig that the stack names. */
  context: string;
  /** Keep what is deployed as it is, field by field, by patches. */
  keep: boolean;
}

/** Existing manifests as a stack file, what that changes, and how Pulumi takes over what is there. Nothing is dropped in silence. */
export function importManifests(documents: Found[], options: ImportOptions): Imported {
  const { all, twice } = lastOfEach(documents);
  const cluster = declaredCluster(all.map(({ object }) => object)).facts;
  const recognition = recognise(all, cluster, options.platform);
  const platform = recognition.platform ?? "bare-metal";
  const left: Left[] = [...twice];
  const services: TakenService[] = [];
  for (const group of groupObjects(all)) {
    const taken = takeService(group, { recognition, cluster, keep: options.keep });
    if (typeof taken !== "string") services.push(taken);
    else {
      left.push(
        ...new Set(
          [group.workload, ...group.services, ...group.ways.map(({ found }) => found)].flatMap((found) => leaving(found, taken)),
        ),
      );
    }
  }
  shareNamespaces(services);
  const top = topLevel({ all, platform, context: options.context, cluster, services });
  const decisions: Decision[] = [
    ...(recognition.platform === undefined
      ? [{ at: ["platform"], why: "nothing in the manifests shows it; --platform chooses another" }]
      : []),
    ...services.flatMap((service, index) => service.decisions.map(({ at, why }) => ({ at: ["services", index, ...at], why }))),
  ];
  const built = build(top, services, decisions, {
    options,
    all,
    told: [...left, ...services.flatMap((service) => service.left)],
  });
  left.push(...services.flatMap((service) => service.left), ...strangers(all, services, left));
  // Services that share an Ingress tell the same of it.
  const told = left.filter(({ what, why }, at) => left.findIndex((each) => each.what === what && each.why === why) === at);
  const stackFile = stackFileText(built.raw, decisions);
  const warnings = [...built.result.warnings, ...services.flatMap(plainSecrets)];
  return { ...built.result, warnings, stackFile, left: told, secrets: services.flatMap(({ secrets }) => secrets) };
}

const LIKE_A_SECRET = /PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|(API|ACCESS|PRIVATE)_?KEY/i;

/** Secrets that never were in a Secret: their values are copied like any other text of a pod, which has to be said. */
function plainSecrets({ raw, adopted }: TakenService): string[] {
  const workload = adopted.get("deployment") ?? adopted.get("stateful-set");
  const pod = ["containers", "initContainers"].flatMap((key) => listAt(workload?.object, "spec", "template", "spec", key));
  const names = pod
    .flatMap((container) => listAt(container, "env"))
    .filter((variable) => (textAt(variable, "value") ?? "") !== "" && LIKE_A_SECRET.test(textAt(variable, "name") ?? ""))
    .map((variable) => textAt(variable, "name")!);
  if (names.length === 0) return [];
  const which = [...new Set(names)].join(", ");
  return [
    `${raw.name}: ${which}: in plain text in the manifests, and so in the stack file too, though the name says it is secret. Before you commit the file, delete the value and name the variable in secrets.keys (source: pulumi)`,
  ];
}

const leaving = (found: Found | undefined, why: string): Left[] =>
  found === undefined ? [] : [{ what: nameOf(found.object), from: found.from, why }];

/** Of several documents of one object the last one counts, as with kubectl apply. */
function lastOfEach(documents: Found[]): { all: Found[]; twice: Left[] } {
  const last = new Map(documents.map((found) => [nameOf(found.object), found]));
  const twice = documents
    .filter((found) => last.get(nameOf(found.object)) !== found)
    .map((found) => ({
      what: nameOf(found.object),
      from: found.from,
      why: `${last.get(nameOf(found.object))!.from} has an object of the same kind and name, which would overwrite this one. Import one of the two at a time`,
    }));
  return { all: [...last.values()], twice };
}

/** One service makes a namespace; the others find it there. */
function shareNamespaces(services: TakenService[]): void {
  const made = new Set<string>();
  for (const { raw, adopted } of services) {
    const namespace = (raw.namespace as string | undefined) ?? raw.name;
    if (raw.createNamespace === false || (raw.workload as Block | undefined)?.mode === "existing") continue;
    if (made.has(namespace)) {
      raw.createNamespace = false;
      delete (raw.security as Block | undefined)?.admission;
      adopted.delete("namespace");
    }
    made.add(namespace);
  }
}

interface Top {
  all: Found[];
  platform: Platform;
  context: string;
  cluster: ClusterFacts;
  services: TakenService[];
}

function topLevel({ all, platform, context, cluster, services }: Top): Block {
  const pools = platform === "bare-metal" ? addressPools(all, services) : [];
  return written({
    platform,
    environment: "production",
    cluster: { context, ...cluster },
    bareMetal: pools.length === 0 ? undefined : { addressPools: pools },
    services: services.map(({ raw }) => raw),
  });
}

/** The pools that are there, and one for every pinned address that no pool holds. They stay whose they are. */
function addressPools(all: Found[], services: TakenService[]): Block[] {
  const known = all
    .filter(({ object }) => object.kind === "IPAddressPool")
    .map(({ object }) => {
      const { name } = object.metadata;
      const bgp = all.some((found) => found.object.kind === "BGPAdvertisement");
      return written({ name, addresses: listAt(object, "spec", "addresses"), advertise: bgp ? "bgp" : undefined, create: false });
    });
  const entries = services.flatMap(({ raw }) => (raw.entries as Block[]).filter(({ kind }) => kind === "metallb"));
  const pools = new Map<string, Block>(known.map((pool) => [pool.name as string, pool]));
  for (const entry of entries) {
    if (entry.pool !== undefined && pools.has(entry.pool as string)) continue;
    const name = (entry.pool as string | undefined) ?? known[0]?.name ?? "adopted";
    entry.pool = name;
    if (pools.has(name as string) && known.some((pool) => pool.name === name)) continue;
    const addresses = (pools.get(name as string)?.addresses as string[] | undefined) ?? [];
    const address = String(entry.address);
    pools.set(name as string, {
      name,
      addresses: [...addresses, `${address}/${address.includes(":") ? 128 : 32}`],
      create: false,
    });
  }
  return [...pools.values()];
}

type Result = Pick<Imported, "changes" | "ids" | "warnings" | "problems">;

/** Compiles the stack, keeps by patches what it has no opinion on, and compares what comes out with what is there. */
function build(
  top: Block,
  services: TakenService[],
  decisions: Decision[],
  { options: { keep }, all, told }: { options: ImportOptions; all: Found[]; told: Left[] },
): { raw: Block; result: Result } {
  const none: Result = { changes: [], ids: [], warnings: [], problems: [] };
  const plain = parseFor(top, decisions);
  if (plain.stack === undefined) return { raw: plain.raw, result: { ...none, problems: plain.problems } };
  const { stack } = plain;
  adoptByName(services, plain.examined, all, told);
  const raw = {
    ...plain.raw,
    services: services.map((service, index) =>
      withPatches(service, withoutDefaults(service.raw, stack), plain.examined[index]!, keep),
    ),
  };
  for (const [index, service] of (raw.services as Block[]).entries()) {
    if (service.patches === undefined) continue;
    const why = keep ? "what is deployed stays as it is" : "what no key of the stack file writes stays as it is";
    const containers = JSON.stringify(service.patches).includes('"containers":[');
    const whole = containers
      ? `; containers are patched as a whole list, so their image and probes are read here and not above${keep ? "" : ". Delete that part once Pulumi owns the object, and the keys above count"}`
      : "";
    decisions.push({ at: ["services", index, "patches"], why: why + whole });
  }
  const parsed = parseStack(raw);
  if (parsed.problems !== undefined) return { raw, result: { ...none, problems: parsed.problems } };
  const compiled = services.map((service, index) => compareService(service, parsed.examined[index]!, keep));
  const changes = compiled.flatMap((each) => each.changes);
  return { raw, result: { changes, ids: compiled.flatMap(({ ids }) => ids), warnings: parsed.warnings, problems: [] } };
}

/** What an entry makes beside the object that opens it is there already where an object has its kind and its name. */
function adoptByName(services: TakenService[], examined: ExaminedService[], all: Found[], told: Left[]): void {
  const keyOf = ({ object }: { object: Found["object"] }) => `${apiGroupOf(object.apiVersion)} ${nameOf(object)}`;
  const stays = new Set(told.map(({ what }) => what));
  const taken = new Set(services.flatMap(({ adopted }) => [...adopted.values()]));
  const free = new Map(
    all.filter((found) => !taken.has(found) && !stays.has(nameOf(found.object))).map((found) => [keyOf(found), found]),
  );
  for (const [index, { adopted }] of services.entries()) {
    for (const compiled of examined[index]!.compiled.objects) {
      const found = free.get(keyOf(compiled));
      if (found !== undefined && !adopted.has(compiled.logicalName)) adopted.set(compiled.logicalName, found);
    }
  }
}

type Parsed = { raw: Block } & (
  { stack: Stack; examined: ExaminedService[]; problems?: undefined } | { stack?: undefined; problems: Problem[] }
);

/** Production where it would be accepted; else development, with what production would refuse. */
function parseFor(top: Block, decisions: Decision[]): Parsed {
  const strict = parseStack(top);
  if (strict.problems === undefined) return { raw: top, stack: strict.stack, examined: strict.examined };
  const raw = { ...top, environment: "development" };
  const parsed = parseStack(raw);
  if (parsed.problems !== undefined) return { raw, problems: parsed.problems };
  const open = strict.problems.map(({ path, message }) => `${path}: ${message.replace(/\.$/, "")}`);
  decisions.push({ at: ["environment"], why: `production would refuse this:\n ${open.join("\n ")}` });
  return { raw, stack: parsed.stack, examined: parsed.examined };
}

function pairsOf({ adopted }: TakenService, objects: CompiledObject[]): Pair[] {
  return objects.flatMap((compiled) => {
    const found = adopted.get(compiled.logicalName);
    return found === undefined ? [] : [{ found, compiled }];
  });
}

function withPatches(taken: TakenService, raw: Block, { compiled: { objects } }: ExaminedService, keep: boolean): Block {
  const pairs = pairsOf(taken, objects);
  const kept = pairs.flatMap((pair) => keepingPatch(pair, keep) ?? []);
  const patches = [...makeRoom(taken, objects), ...kept, ...followRenames(taken, objects, kept)];
  return patches.length === 0 ? raw : { ...raw, patches };
}

/** What is new hangs on an object that keeps its old name, as a policy on a route. */
function followRenames({ adopted }: TakenService, objects: CompiledObject[], kept: Patch[]): Patch[] {
  const renames = kept.flatMap(({ kind, name, patch }) => {
    const to = textAt(patch, "metadata", "name");
    return to === undefined ? [] : [{ kind, name, to }];
  });
  const renamed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(renamed);
    if (!isBlock(value)) return value;
    const { to } = renames.find(({ kind, name }) => value.kind === kind && value.name === name) ?? {};
    return to === undefined
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, renamed(inner)]))
      : { ...value, name: to };
  };
  return objects
    .filter(({ logicalName }) => !adopted.has(logicalName))
    .flatMap(({ object: { kind, metadata, spec } }) => {
      const changed = Object.entries((spec ?? {}) as Block)
        .map(([key, value]): [string, unknown] => [key, renamed(value)])
        .filter(([key, value]) => !isDeepStrictEqual(value, (spec as Block)[key]));
      return changed.length === 0 ? [] : [{ kind, name: metadata.name, patch: { spec: Object.fromEntries(changed) } }];
    });
}

/** A load balancer that is there may have the very name that the new Service inside the cluster would get. */
function makeRoom({ adopted, left }: TakenService, objects: CompiledObject[]): Patch[] {
  const inside = objects.find(({ logicalName }) => logicalName === CLUSTER_IP_SERVICE)?.object;
  if (inside === undefined || adopted.has(CLUSTER_IP_SERVICE)) return [];
  const isLeft = left.some(({ what }) => what === nameOf(inside));
  const { kind, metadata } = inside;
  const isTaken = [...adopted.values()].some(({ object }) => object.kind === kind && object.metadata.name === metadata.name);
  return isTaken || isLeft ? [{ kind, name: metadata.name, patch: { metadata: { name: `${metadata.name}-cluster` } } }] : [];
}

/** A renamed object is a new one, and one of another API group too: nothing is taken over there. */
const isSameObject = ({ found, compiled }: Pair): boolean =>
  apiGroupOf(found.object.apiVersion) === apiGroupOf(compiled.object.apiVersion) &&
  nameOf(found.object) === nameOf(compiled.object);

function compareService(
  service: TakenService,
  { compiled: { objects } }: ExaminedService,
  keep: boolean,
): { changes: Change[]; ids: ImportId[] } {
  const pairs = pairsOf(service, objects);
  const created = objects.filter(({ logicalName }) => !service.adopted.has(logicalName)).map(creation);
  return {
    changes: [...pairs.flatMap((pair) => changesOf(pair, keep)), ...created],
    ids: pairs.filter(isSameObject).map(({ compiled }) => importId(service.raw.name, compiled.logicalName, compiled.object)),
  };
}

const WHY_LEFT: Record<string, string> = {
  Secret: "stays as it is: values of secrets are never copied",
  IPAddressPool: "stays as it is, and the stack names it (create: false)",
  L2Advertisement: "stays as it is, with its pool",
  BGPAdvertisement: "stays as it is, with its pool",
  Gateway: "no route that is taken brings it with it: it stays as it is",
  GatewayClass: "belongs to the cluster, not to a service: it stays as it is",
  NetworkPolicy: "stays as it is; networkPolicy: of a service writes one from who really connects",
  IngressClass: "belongs to the cluster, not to a service: it stays as it is",
};

const TAKEN_KINDS =
  "Namespace Deployment StatefulSet Service Ingress IngressRoute Middleware Certificate HorizontalPodAutoscaler PodDisruptionBudget ConfigMap ServiceMonitor PrometheusRule".split(
    " ",
  );

/** Everything that nothing was made of. */
function strangers(all: Found[], services: TakenService[], told: Left[]): Left[] {
  const adopted = new Set(services.flatMap((service) => [...service.adopted.values()]));
  const known = new Set([...told, ...services.flatMap(({ left }) => left)].map(({ what }) => what));
  return all
    .filter((found) => !adopted.has(found) && !known.has(nameOf(found.object)))
    .flatMap((found) => {
      const { kind } = found.object;
      const why =
        WHY_LEFT[kind] ??
        (TAKEN_KINDS.includes(kind)
          ? "no service of the stack names it or is reached by it: it stays as it is"
          : `its kind (${kind}) has no place in a stack file: it stays as it is`);
      return leaving(found, why);
    });
}

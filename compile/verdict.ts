import { isDeepStrictEqual } from "node:util";
import { checkDrain } from "../path/drain";
import type { Hop, Path, Verdict } from "../path/model";
import { readPaths } from "../path/reader";
import { nameOf, refOf } from "../path/value";
import { judge } from "../path/verdict";
import { compileAddressPool } from "./addressPool";
import { propagationSeconds } from "./drain";
import { entryName } from "./entry";
import { readGoodbye } from "./goodbye";
import { compileService } from "./index";
import { readable, type CompiledObject, type CompiledService, type Endpoint } from "./model";
import { throughPort } from "./port";
import type { Service } from "./service";
import type { Surroundings } from "./stack";

/** How one entry of a service keeps its promise, read back from the objects it became. */
export interface EntryVerdict {
  entry: string;
  path: Path;
  verdict: Verdict;
  /** The hops that a patch of the stack file made what they are. */
  patchedHops?: Hop[];
}

/**
 * Reads a compiled service as anybody would who was given only its objects, and judges every entry. What was written is not
 * believed: only what can be read back counts.
 *
 * @param elsewhere the Gateways of other services on which its routes hang, with what hangs on those: see `sharedWith`.
 */
export function judgeService(
  service: Service,
  compiled: CompiledService,
  surroundings: Surroundings,
  elsewhere: CompiledObject[] = [],
): EntryVerdict[] {
  const paths = readEntries(compiled, surroundings, elsewhere);
  if (service.patches.length === 0) {
    return compiled.endpoints.map(({ entry, addressFrom, pathFrom = addressFrom }) => {
      const path = paths.get(entry);
      // An entry that nobody judged must never pass for one that holds.
      if (path === undefined) throw new Error(`no path was read from ${pathFrom?.logicalName} of ${service.name}`);
      return { entry, path, verdict: judge(path, service.promise, protocolOf(service, entry)) };
    });
  }
  const plain = readEntries(compileService({ ...service, patches: [] }, surroundings), surroundings, elsewhere);
  return compiled.endpoints.map((endpoint) => {
    const path = paths.get(endpoint.entry);
    const unpatched = plain.get(endpoint.entry)!;
    if (path === undefined || (path.workloads.length === 0 && unpatched.workloads.length > 0)) {
      return cutOff(endpoint, compiled, path ?? { ...unpatched, hops: [] });
    }
    const verdict = judge(path, service.promise, protocolOf(service, endpoint.entry));
    return { entry: endpoint.entry, path, verdict, patchedHops: differing(path.hops, unpatched.hops) };
  });
}

/** The objects of others by which the routes of a service are judged; undefined where one of those services is not there. */
export function sharedWith(
  compiled: CompiledService,
  others: ReadonlyMap<string, CompiledService>,
): CompiledObject[] | undefined {
  const names = compiled.objects.flatMap(({ afterElsewhere = [] }) => afterElsewhere.map(({ service }) => service));
  const found = [...new Set(names)].filter((name) => name !== compiled.name).map((name) => others.get(name));
  if (found.includes(undefined)) return undefined;
  return found.flatMap((other) => other!.objects.filter(({ shared }) => shared === true));
}

/** What the connections of an entry carry: its port decides. */
const protocolOf = (service: Service, name: string): Service["protocol"] =>
  throughPort(service, service.entries.find((entry) => entryName(entry) === name)?.targetPort).protocol;

/** The path of each entry, by the entry's name. */
function readEntries(
  { objects: compiled, endpoints }: CompiledService,
  surroundings: Surroundings,
  elsewhere: CompiledObject[],
): Map<string, Path> {
  const pools = surroundings.addressPools.flatMap((pool) => compileAddressPool(pool, surroundings));
  const objects = [...pools, ...elsewhere, ...compiled].map(readable);
  const paths = readPaths(objects, { platform: surroundings.platform, ...surroundings.cluster });
  const byObject = new Map(
    compiled.map(({ logicalName, object }) => [keyOf({ kind: object.kind, ...object.metadata }), logicalName]),
  );
  const read = endpoints.flatMap(({ entry, addressFrom, pathFrom = addressFrom }): [string, Path][] => {
    const path = paths.find(({ entry: ref }) => pathFrom !== undefined && byObject.get(keyOf(ref)) === pathFrom.logicalName);
    return path === undefined ? [] : [[entry, path]];
  });
  return new Map(read);
}

const keyOf = ({ kind, namespace, name }: { kind: string; namespace?: string; name: string }): string =>
  `${kind}/${namespace ?? "default"}/${name}`;

/** An entry that led to the pods until a patch took the way away. */
function cutOff({ entry, addressFrom, pathFrom = addressFrom }: Endpoint, compiled: CompiledService, path: Path): EntryVerdict {
  const object = compiled.objects.find(({ logicalName }) => logicalName === pathFrom?.logicalName)!.object;
  const reasons = [`After the service's patches nothing leads from ${nameOf(object)} to its pods.`];
  const write = ["take back the patch that changes its type, its backend or a selector"];
  const verdict: Verdict = { verdict: "fails", effectiveIdleSeconds: null, reasons, write, settle: [] };
  return { entry, path: { ...path, entry: refOf(object) }, verdict };
}

/** The hops that are not what they were without patches. */
function differing(hops: Hop[], before: Hop[]): Hop[] {
  // Functions are made anew at every reading, and what they write follows from the rest.
  const facts = (hop: Hop | undefined) => hop && { ...hop, writeIdle: undefined, writeAffinity: undefined };
  const counterpart = (hop: Hop, index: number) =>
    hops.length === before.length ? before[index] : before.find((other) => other.hop === hop.hop);
  return hops.filter((hop, index) => !isDeepStrictEqual(facts(hop), facts(counterpart(hop, index))));
}

/** What is wrong with the goodbye that patched pods really say, each a sentence. What no patch touches is right already. */
export function judgeGoodbye(service: Service, compiled: CompiledService, surroundings: Surroundings): string[] {
  if (service.patches.length === 0) return [];
  return compiled.objects.flatMap(({ object }) => {
    const goodbye = readGoodbye(object);
    if (goodbye === undefined) return [];
    const asked = {
      propagationSeconds: propagationSeconds(service.entries, surroundings.cluster),
      drainSeconds: service.promise.drainSeconds,
    };
    return checkDrain({ ...asked, ...goodbye }).map((sentence) => `${nameOf(object)}: ${sentence}`);
  });
}

import type { Path, Verdict } from "../path/model";
import { readPaths } from "../path/reader";
import { judge } from "../path/verdict";
import { compileAddressPool } from "./addressPool";
import type { CompiledObject, CompiledService } from "./model";
import type { Service } from "./service";
import type { Surroundings } from "./stack";

/** How one entry of a service keeps its promise, read back from the objects it became. */
export interface EntryVerdict {
  entry: string;
  path: Path;
  verdict: Verdict;
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
  const pools = surroundings.addressPools.flatMap((pool) => compileAddressPool(pool, surroundings));
  const objects = [...pools, ...elsewhere, ...compiled.objects].map(({ object }) => object);
  const paths = readPaths(objects, { platform: surroundings.platform, ...surroundings.cluster });
  const byObject = new Map(
    compiled.objects.map(({ logicalName, object }) => [keyOf({ kind: object.kind, ...object.metadata }), logicalName]),
  );
  return compiled.endpoints.map(({ entry, addressFrom, pathFrom = addressFrom }) => {
    const path = paths.find(({ entry: read }) => pathFrom !== undefined && byObject.get(keyOf(read)) === pathFrom.logicalName);
    // An entry that nobody judged must never pass for one that holds.
    if (path === undefined) throw new Error(`no path was read from ${pathFrom?.logicalName} of ${service.name}`);
    return { entry, path, verdict: judge(path, service.promise, service.protocol) };
  });
}

const keyOf = ({ kind, namespace, name }: { kind: string; namespace?: string; name: string }): string =>
  `${kind}/${namespace ?? "default"}/${name}`;

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

import type { Path, Verdict } from "../path/model";
import { readPaths } from "../path/reader";
import { judge } from "../path/verdict";
import { compileAddressPool } from "./addressPool";
import type { CompiledService } from "./model";
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
 */
export function judgeService(service: Service, compiled: CompiledService, surroundings: Surroundings): EntryVerdict[] {
  const pools = surroundings.addressPools.flatMap((pool) => compileAddressPool(pool, surroundings));
  const objects = [...pools, ...compiled.objects].map(({ object }) => object);
  const paths = readPaths(objects, { platform: surroundings.platform, ...surroundings.cluster });
  const byObject = new Map(
    compiled.objects.map(({ logicalName, object }) => [keyOf(object.kind, object.metadata.name), logicalName]),
  );
  return compiled.endpoints.map(({ entry, addressFrom, pathFrom = addressFrom }) => {
    const path = paths.find(({ entry: { kind, name } }) => byObject.get(keyOf(kind, name)) === pathFrom.logicalName);
    // An entry that nobody judged must never pass for one that holds.
    if (path === undefined) throw new Error(`no path was read from ${pathFrom.logicalName} of ${service.name}`);
    return { entry, path, verdict: judge(path, service.promise, service.protocol) };
  });
}

const keyOf = (kind: string, name: string): string => `${kind}/${name}`;

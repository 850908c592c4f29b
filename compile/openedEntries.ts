import { afterEdges } from "./edge";
import { entryKind } from "./entry";
import type { CompiledEntry } from "./entry/kind";
import { openEntries } from "./migration";
import { throughPort } from "./port";
import type { Service } from "./service";
import type { Surroundings } from "./stack";

/** What the open entries of a service become, in their order. */
export function compileEntries(service: Service, surroundings: Surroundings): CompiledEntry[] {
  return openEntries(service).map((entry) => {
    const compiled = entryKind(entry.kind)!.compile(entry, throughPort(service, entry.targetPort), surroundings);
    return afterEdges(compiled, entry, service, surroundings);
  });
}

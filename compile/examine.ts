import { compileService } from "./index";
import type { CompiledEntry } from "./entry/kind";
import { withDashboard } from "./dashboardConfigMap";
import type { CompiledService } from "./model";
import type { Service } from "./service";
import type { Surroundings } from "./stack";
import { judgeService, sharedWith, type EntryVerdict } from "./verdict";

/** A service of a stack with what it becomes and how each of its entries keeps the promise. */
export interface ExaminedService {
  service: Service;
  compiled: CompiledService;
  verdicts: EntryVerdict[];
}

/** A service, with its entries where those are compiled already. */
export interface ToExamine {
  service: Service;
  entries?: CompiledEntry[];
}

/**
 * Services of one stack, compiled and judged. One whose routes hang on the Gateway of a service that is not among them is left out:
 * nothing can be said of it yet.
 */
export function examineServices(services: ToExamine[], surroundings: Surroundings): ExaminedService[] {
  const all = services.map(({ service, entries }) => ({ service, compiled: compileService(service, surroundings, entries) }));
  const byName = new Map(all.map(({ compiled }) => [compiled.name, compiled]));
  return all.flatMap(({ service, compiled }) => {
    const elsewhere = sharedWith(compiled, byName);
    if (elsewhere === undefined) return [];
    const verdicts = judgeService(service, compiled, surroundings, elsewhere);
    return [{ service, compiled: withDashboard({ service, compiled, verdicts }, surroundings), verdicts }];
  });
}

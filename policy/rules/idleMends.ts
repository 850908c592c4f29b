import type { Catalog } from "../../path/catalog";
import type { HopKind } from "../../path/facts";
import { facts, NGINX_ANNOTATION_PREFIX } from "../../path/facts";
import type { Hop, Path } from "../../path/model";
import { nginxTime } from "../../path/read/durations";
import { annotationOf } from "../../path/value";
import type { Mend } from "../rule";
import { annotationAt } from "../scope/place";

/**
 * What nobody would write otherwise: whoever wrote `3600s` for a controller that counts bare seconds meant 3600, and whoever raised one of two
 * timeouts that belong together meant both. How long a timeout shall be that nobody wrote is not for a machine to say.
 */
export function mendsOfIdle(hop: Hop, { entry }: Path, idleSeconds: number, catalog: Catalog): Mend[] {
  const keys = facts(hop.hop as HopKind).idle.knob?.keys ?? [];
  const ingress = catalog.resolve(entry);
  const where = facts(hop.hop as HopKind).idle.knob?.where ?? "";
  if (ingress === undefined || ingress.kind !== "Ingress" || keys.length !== 2 || !where.startsWith("Ingress")) return [];
  const written = keys.map((key) => annotationOf(ingress, key));
  const meant = written.map((value) => (typeof value === "string" ? nginxTime(value) : undefined));
  const longest = Math.max(...meant.map((seconds) => seconds ?? 0));
  const tooShort = meant.some((seconds) => seconds !== undefined && seconds < idleSeconds);
  if (longest < idleSeconds || tooShort || written.some((value) => typeof value !== "string" && value !== undefined)) return [];
  return keys.flatMap((key, index) => {
    const seconds = meant[index] ?? longest;
    const write = key.startsWith(NGINX_ANNOTATION_PREFIX) ? String(seconds) : `${seconds}s`;
    return written[index] === write || (written[index] !== undefined && meant[index] === undefined)
      ? []
      : [{ object: entry, at: annotationAt(key), write }];
  });
}

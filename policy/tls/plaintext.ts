import type { Catalog } from "../../path/catalog";
import type { Path } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { refOf } from "../../path/value";
import type { PropertyPath, Statement } from "../rule";
import { privateReach } from "./reach";

export const NEEDED = "TLS from the client to the first hop, and nothing published beside it in the clear";
export const REASON =
  "whoever is on the way reads what the connection carries and takes it over with its cookie or token; proxies of companies and of phone networks also break plain WebSockets, which they leave alone inside TLS";

/**
 * That clients reach a way in without TLS; on a private network it is only worth knowing, but for pages of a whole company, and for what is
 * shown to carry the password of everything that connects.
 */
export function plaintext(
  object: KubernetesObject,
  path: Path,
  catalog: Catalog,
  { at, found, fix, carries }: { at: PropertyPath; found: string; fix: string; carries?: string },
): Statement {
  const inside = privateReach(object, path, catalog);
  const matters = inside === undefined || inside.ofACompany === true || carries !== undefined;
  const also = carries === undefined ? "" : `, and ${carries}`;
  return {
    severity: matters ? "warning" : "info",
    object: refOf(object),
    at,
    found: inside === undefined ? found : `${found}; only the private network reaches it (${inside.because})${also}`,
    needed: NEEDED,
    fix,
    reason: REASON,
    path,
  };
}

import type { Catalog } from "../../path/catalog";
import { ADDS_HEADERS, SET_BY_BROWSERS, SET_BY_PROXIES } from "../../path/facts/handshake";
import type { Path } from "../../path/model";
import { textAt } from "../../path/value";

/**
 * The header by which a way in sticks and which a browser cannot give the handshake of a WebSocket; undefined where something that was read
 * may add it on the way, or where proxies do by themselves.
 */
export function headerNoBrowserSends({ hops }: Path, catalog: Catalog): string | undefined {
  const header = hops.findLast(({ balances }) => balances)?.affinity?.headerName?.toLowerCase();
  if (header === undefined || SET_BY_BROWSERS.test(header) || SET_BY_PROXIES.test(header)) return undefined;
  const texts = addedBy(catalog);
  return texts === ANYTHING || texts.some((text) => text.includes(header)) ? undefined : header;
}

const ANYTHING = "anything";
const known = new WeakMap<Catalog, string[] | typeof ANYTHING>();

/** What the objects that may add headers say; somebody who is asked about each request, and answers with headers, may add any. */
function addedBy(catalog: Catalog): string[] | typeof ANYTHING {
  let found = known.get(catalog);
  if (found === undefined) {
    const objects = ADDS_HEADERS.flatMap((kind) => catalog.ofKind(kind));
    const texts = objects.map((object) => JSON.stringify(object).toLowerCase());
    const isAny =
      objects.some((object) => textAt(object, "spec", "action") === "CUSTOM") || texts.some((text) => ASKS.test(text));
    found = isAny ? ANYTHING : texts;
    known.set(catalog, found);
  }
  return found;
}

/** Traefik takes over every header that matches; what an extension does, only its own code says. */
const ASKS = /authresponseheadersregex|"kind":"(wasmplugin|envoyextensionpolicy|extensionservice)"/;

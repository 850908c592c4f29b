import { contains } from "../compile/check/addresses";
import { formatted } from "../compile/endpoints";
import { ENTRY_BOUNDS } from "../path/facts/entries";
import { placesIn, type Place } from "./find";
import { hostKey, type KnownAddresses } from "./known";

/**
 * `former`: an address that an endpoint had before. `wrong-port`: a host of today with a port that nobody answers on. `node-port`: an
 * address with a port of the range for node ports. `unassigned`: an address of a pool that nobody has today.
 */
export const FINDING_KINDS = ["former", "wrong-port", "node-port", "unassigned"] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export interface Finding {
  /** Counted from 1. */
  line: number;
  column: number;
  kind: FindingKind;
  /** What stands there. */
  found: string;
  /** What is wrong with it. */
  message: string;
  /** What to write in its place. */
  wayOut: string;
  /** The endpoint that is most likely meant. */
  endpoint?: string;
  /** Why it may stay, where a waiver says so. */
  waived?: string;
}

const { minimum, maximum } = ENTRY_BOUNDS.nodePort;

/** Finds the addresses of a text that will not last, or do not work any more. */
export function lintText(text: string, known: KnownAddresses): Finding[] {
  const lines = text.split(/\r\n|\n|\r/);
  const formerNames = new Set([...known.formerly.keys()].map((key) => key.replace(/:\d+$/, "")));
  const isKnown = (name: string): boolean => known.today.has(name.toLowerCase()) || formerNames.has(name.toLowerCase());
  return lines.flatMap((line, index) => {
    const places = placesIn(line, isKnown);
    if (places.length === 0) return [];
    const above = lines.slice(Math.max(0, index - 2), index).map((each) => each.slice(-LOOKED_BACK_CHARACTERS));
    const waived = waiverOf(line) ?? waiverAbove(lines[index - 1] ?? "", isKnown);
    return places.flatMap((place) => {
      const judged = judge(place, known);
      if (judged === undefined) return [];
      const variable = variableBefore(line.slice(0, place.column - 1).slice(-LOOKED_BACK_CHARACTERS), above, known);
      const endpoint = (variable && known.variables.get(variable)!.endpoint) ?? judged.endpoint ?? byPort(place, known);
      const finding: Finding = {
        line: index + 1,
        column: place.column,
        kind: judged.kind,
        found: place.text,
        message: judged.message,
        wayOut: wayOut(endpoint, variable, known),
        ...(endpoint === undefined ? {} : { endpoint }),
        ...(waived === undefined ? {} : { waived }),
      };
      return [finding];
    });
  });
}

interface Judged {
  kind: FindingKind;
  message: string;
  endpoint?: string;
}

function judge(place: Place, known: KnownAddresses): Judged | undefined {
  const { text, host, port, isAddress } = place;
  const key = hostKey(host);
  const today = known.today.get(key) ?? [];
  if (today.some((answering) => port === undefined || answering.port === port)) return undefined;
  const former = (port === undefined ? undefined : known.formerly.get(`${key}:${port}`)) ?? known.formerly.get(key);
  if (former !== undefined) return { kind: "former", message: `${text} is where ${former} was before`, endpoint: former };
  if (today.length > 0) return wrongPort(place, today);
  if (isAddress && port !== undefined && port >= minimum && port <= maximum) {
    const endpoint = known.nodePorts.get(port);
    const whose = endpoint === undefined ? "" : `, here of ${endpoint}`;
    const message = `${text} is one node's address with a node port (${minimum} to ${maximum})${whose}; both change with the cluster`;
    return { kind: "node-port", message, ...(endpoint === undefined ? {} : { endpoint }) };
  }
  const pool = isAddress ? known.pools.find(({ addresses }) => contains(addresses, host)) : undefined;
  if (pool === undefined) return undefined;
  return { kind: "unassigned", message: `${host} is of pool ${pool.name}, and no service has it today` };
}

function wrongPort({ host, port, portWritten }: Place, today: { endpoint: string; port: number }[]): Judged | undefined {
  // Where TLS answers, port 80 is usually a redirect to it.
  if (port === 80 && !portWritten && today.some((answering) => answering.port === 443)) return undefined;
  const answering = today.map(({ endpoint, port: own }) => `${own} (${endpoint})`).join(", ");
  const meant = portWritten ? `${port}` : `${port}, which its scheme means`;
  const single = new Set(today.map(({ endpoint }) => endpoint)).size === 1 ? { endpoint: today[0]!.endpoint } : {};
  return { kind: "wrong-port", message: `nothing answers at ${host} on port ${meant}; today it is ${answering}`, ...single };
}

/** A port that only one endpoint has tells which is meant. */
function byPort({ port }: Place, { endpoints }: KnownAddresses): string | undefined {
  const having = Object.values(endpoints).filter(({ outside }) => port !== undefined && outside?.port === port);
  return having.length === 1 ? having[0]!.name : undefined;
}

/** How far a variable may stand before its value. Without an end, a file of one line would take forever. */
const LOOKED_BACK_CHARACTERS = 300;

const WORD = /[A-Za-z_][A-Za-z0-9_]{0,200}/g;

/** The variable of a consumer that the address is the value of: the nearest before it, on its line or the two above. */
function variableBefore(before: string, above: string[], { variables }: KnownAddresses): string | undefined {
  const last = (line: string) => [...line.matchAll(WORD)].map(([word]) => word).findLast((word) => variables.has(word));
  const here = last(before);
  // A name on a line of its own stands above its value: `- name: X` and `value: ...`.
  if (here !== undefined || !/\bvalue\b/i.test(before)) return here;
  return above.map(last).findLast((word) => word !== undefined);
}

function wayOut(endpoint: string | undefined, variable: string | undefined, known: KnownAddresses): string {
  if (endpoint === undefined) {
    return "No endpoint of this stack is known for it: give it one (endpoints, or formerly of the one it is now), then take that.";
  }
  const { cluster } = known.endpoints[endpoint]!;
  const inside = cluster === undefined ? undefined : (formatted(cluster, "url") as string);
  const configMaps = variable === undefined ? [] : known.variables.get(variable)!.configMaps;
  const url = known.urls.get(endpoint);
  const today = url === undefined ? "what `pulumi stack output endpoints` says after pulumi up" : url;
  return [
    `Endpoint ${endpoint}:`,
    configMaps.length > 0
      ? `take ${variable} from ConfigMap ${configMaps.join(" or ")}; else`
      : "take it from a variable (consumes, or holdfast:consumers); else",
    `write ${today}${inside === undefined || inside === url ? "" : `, or inside the cluster ${inside}`}.`,
  ].join(" ");
}

const WAIVER = /holdfast\/waive\.endpoints["']?\s{0,4}[:=]\s{0,4}["']?([^"'\n]{0,300})/;

/** One at the end of a line that has an address itself is for that one alone. */
const waiverAbove = (line: string, isKnown: (name: string) => boolean): string | undefined =>
  placesIn(line, isKnown).length > 0 ? undefined : waiverOf(line);

/** The reason of a waiver in a comment on a line; an empty one waives nothing. */
function waiverOf(line: string): string | undefined {
  const reason = WAIVER.exec(line)?.[1]
    ?.replace(/(\*\/|-->)\s*$/, "")
    .trim();
  return reason === undefined || reason === "" ? undefined : reason;
}

import { isIP, isIPv4 } from "node:net";
import { isName, type PublishedName } from "./published";

/** Seconds for which nobody may believe that a name is not there. */
const NEGATIVE_TTL_SECONDS = 1;

function recordsOf({ name, targets, ttlSeconds, from }: PublishedName): string[] {
  const addresses = targets.filter((each) => isIP(each));
  const other = targets.map((each) => each.toLowerCase().replace(/\.$/, "")).find(isName);
  const line = (type: string, value: string) => `${name}. ${ttlSeconds} IN ${type} ${value} ; ${from}`;
  if (addresses.length > 0) return addresses.map((each) => line(isIPv4(each) ? "A" : "AAAA", each));
  // A name that is another's has no records of its own.
  return other === undefined ? [] : [line("CNAME", `${other}.`)];
}

/** The zone of all names: nobody else is asked for any, so one that is not here does not exist. */
export function zoneText(names: PublishedName[], serial: number): string {
  const ttl = NEGATIVE_TTL_SECONDS;
  return [
    `. ${ttl} IN SOA names.holdfast.test. nobody.holdfast.test. ${serial} ${ttl} ${ttl} ${ttl} ${ttl}`,
    `. ${ttl} IN NS names.holdfast.test.`,
    ...names.flatMap(recordsOf),
    "",
  ].join("\n");
}

export interface ZoneRecord {
  name: string;
  ttlSeconds: number;
  target: string;
  from: string;
}

/** The names in a zone's text. */
export function recordsIn(text: string): ZoneRecord[] {
  return [...text.matchAll(/^(\S+)\. (\d+) IN (?:A|AAAA|CNAME) (\S+) ; (.+)$/gm)].map(([, name, ttl, target, from]) => ({
    name: name!,
    ttlSeconds: Number(ttl),
    target: target!.replace(/\.$/, ""),
    from: from!,
  }));
}

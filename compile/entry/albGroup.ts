import type { Problem } from "../check/problem";
import type { AwsAlbEntry } from "./awsAlb";
import type { Linked, PlacedArgs } from "./kind";

type Placed = PlacedArgs<AwsAlbEntry>;

/**
 * Tells each entry of a group the longest idle promise of all: the controller takes a setting of the load balancer only where every
 * Ingress of the group says the same.
 */
export function linkGroups(placed: Placed[]): Linked<AwsAlbEntry>[] {
  const groups = new Map<string, Placed[]>();
  for (const item of placed) {
    const { group } = item.entry;
    if (group === undefined) continue;
    const members = groups.get(group) ?? [];
    members.push(item);
    groups.set(group, members);
  }
  const longest = new Map<string, number>();
  const hidden = new Map<Placed, Problem>();
  for (const [group, members] of groups) {
    longest.set(
      group,
      members.reduce((most, { service }) => Math.max(most, service.promise?.idleSeconds ?? 0), 0),
    );
    for (const [item, problem] of hiddenPaths(members)) hidden.set(item, problem);
  }
  const apart = hostsApart(placed);
  return placed.map((item) => {
    const { group } = item.entry;
    const problem = hidden.get(item);
    const other = apart.get(item);
    const entry = {
      ...item.entry,
      ...(group === undefined ? {} : { groupIdleSeconds: longest.get(group)! }),
      ...(other && { alsoServedBy: other.at }),
    };
    return { entry, problems: problem === undefined ? [] : [problem] };
  });
}

/** Entries that serve a host by a load balancer of their own, although an earlier one does so by another. */
function hostsApart(placed: Placed[]): Map<Placed, Placed> {
  const first = new Map<string, Placed>();
  const apart = new Map<Placed, Placed>();
  for (const item of placed) {
    const { host, internal, group } = item.entry;
    const other = first.get(`${internal} ${host}`);
    if (other === undefined) first.set(`${internal} ${host}`, item);
    else if (group === undefined || group !== other.entry.group) apart.set(item, other);
  }
  return apart;
}

/**
 * The place of an entry's rules in its group. The load balancer takes the first rule that fits, and the controller puts the rules of
 * one Ingress after those of another without a look at their paths: so the deeper path goes first.
 */
export const placeInGroup = ({ groupOrder, path }: AwsAlbEntry): number => groupOrder ?? 0 - segmentsOf(path).length;

const segmentsOf = (path: string): string[] => path.split("/").filter((segment) => segment !== "");

/** Entries whose path lies below one that stands before it, so that nothing ever reaches them. */
function hiddenPaths(members: Placed[]): [Placed, Problem][] {
  const byPlace = new Map(members.map((item) => [`${item.entry.host} ${segmentsOf(item.entry.path).join("/")}`, item]));
  return members.flatMap((item): [Placed, Problem][] => {
    const { host, path } = item.entry;
    const segments = segmentsOf(path);
    const above = segments.map((_segment, depth) => byPlace.get(`${host} ${segments.slice(0, depth).join("/")}`));
    const first = above.find((other) => other !== undefined && placeInGroup(other.entry) <= placeInGroup(item.entry));
    if (first === undefined) return [];
    const found = item.entry.groupOrder === undefined ? `derived ${placeInGroup(item.entry)}` : `found ${item.entry.groupOrder}`;
    const message = `${found}, but ${first.at} has ${placeInGroup(first.entry)} and takes everything below ${first.entry.path} of ${host} first; allowed: less than ${placeInGroup(first.entry)}. Remove groupOrder from both, and the deeper path goes first.`;
    return [[item, { path: "groupOrder", message }]];
  });
}

import { EXIT, StartError } from "../errors";
import type { Inspection } from "./inspect";

/** How many addresses the dev stack's pool has. The last one is pinned for the service; a proxy may take the first. */
const POOL_SIZE = 16;
const HIGHEST_LAST_BYTE = 250;
const LOWEST_LAST_BYTE = 100;

export interface AddressPool {
  /** `172.18.0.235-172.18.0.250`, as MetalLB takes it. */
  range: string;
  /** The address that the service's own entry is pinned to: the last of the range. */
  pinned: string;
  /** Why this range, for the person who is asked. */
  because: string;
}

/**
 * A range in the network that the nodes are in: only there do MetalLB's layer 2 announcements reach a client. The API server does not
 * tell the size of that network, so the range stays within the nodes' own /24, high up, where DHCP and Docker hand out last.
 *
 * @param poolName the pool's name in the stack: the range of an earlier start is chosen again.
 * @param wanted a range that the user gave, `from-to`; it is checked and taken.
 */
export function chooseAddressPool(inspection: Inspection, poolName: string, wanted?: string): AddressPool {
  const own = inspection.pools.find((pool) => pool.ours && pool.name === poolName);
  const ownRange = parseRange(own?.ranges[0] ?? "");
  if (!wanted && ownRange !== undefined) return poolOf(ownRange, `pool ${poolName} is there from an earlier start`);
  const others = { ...inspection, pools: inspection.pools.filter((pool) => pool !== own) };
  const taken = takenRanges(own === undefined ? others : { ...others, usedAddresses: [] });
  if (wanted) return takeWanted(wanted, taken);
  const cloud = inspection.nodes.find(({ providerId }) => /^(aws|gce|azure):/.test(providerId ?? ""));
  if (cloud !== undefined) {
    throw new StartError(
      `Node ${cloud.name} is a cloud's (${cloud.providerId}): its network carries no layer 2 announcements, so MetalLB would give out addresses ` +
        "that nobody reaches. This stack is for kind, minikube, k3d and bare metal.",
      EXIT.refused,
    );
  }
  const node = inspection.nodes.flatMap(({ addresses }) => addresses).find(isIpv4);
  if (node === undefined) {
    throw new StartError(
      "No node of the cluster has an IPv4 InternalIP, so its network is not known. Give a free range: HOLDFAST_ADDRESS_POOL=10.0.0.235-10.0.0.250.",
      EXIT.refused,
    );
  }
  const network = toNumber(node) & ~0xff;
  for (let last = HIGHEST_LAST_BYTE; last - POOL_SIZE >= LOWEST_LAST_BYTE; last -= POOL_SIZE) {
    const candidate: Range = [(network + last - POOL_SIZE + 1) >>> 0, (network + last) >>> 0];
    if (!taken.some((range) => overlap(range, candidate))) {
      return poolOf(
        candidate,
        `node ${node} is in this network, and no node, Service or pool of the cluster uses these addresses`,
      );
    }
  }
  throw new StartError(
    `Every block of ${POOL_SIZE} addresses from ${toText(network + LOWEST_LAST_BYTE)} to ${toText(network + HIGHEST_LAST_BYTE)} is used by a node, ` +
      "a Service or a pool. Give a free range of the nodes' network: HOLDFAST_ADDRESS_POOL=from-to.",
    EXIT.refused,
  );
}

type Range = [from: number, to: number];

function takeWanted(wanted: string, taken: Range[]): AddressPool {
  const range = parseRange(wanted);
  if (range === undefined || !wanted.includes("-") || range[0] > range[1]) {
    throw new StartError(
      `HOLDFAST_ADDRESS_POOL is "${wanted}"; it takes two IPv4 addresses of the nodes' network, the lower one first: 172.18.0.235-172.18.0.250.`,
      EXIT.refused,
    );
  }
  const clash = taken.find((other) => overlap(other, range));
  if (clash === undefined) return poolOf(range, "HOLDFAST_ADDRESS_POOL says so");
  throw new StartError(
    `HOLDFAST_ADDRESS_POOL ${wanted} overlaps ${toText(clash[0])}-${toText(clash[1])}, which a node, a Service or a pool of the cluster uses. ` +
      "Give another range.",
    EXIT.refused,
  );
}

function takenRanges({ nodes, usedAddresses, pools }: Inspection): Range[] {
  const texts = [...nodes.flatMap(({ addresses }) => addresses), ...usedAddresses, ...pools.flatMap(({ ranges }) => ranges)];
  return texts.flatMap((text) => {
    const range = parseRange(text);
    return range === undefined ? [] : [range];
  });
}

function poolOf([from, to]: Range, because: string): AddressPool {
  return { range: `${toText(from)}-${toText(to)}`, pinned: toText(to), because };
}

/** `10.0.0.7`, `10.0.0.0/24` or `10.0.0.5-10.0.0.9`; undefined for IPv6 and for anything else. */
function parseRange(text: string): Range | undefined {
  const [from, to] = text.split("-").map((part) => part.trim());
  const [base, bits] = from!.split("/");
  if (!isIpv4(base!) || (to !== undefined && !isIpv4(to))) return undefined;
  if (to !== undefined) return [toNumber(base!), toNumber(to)];
  const size = 2 ** (32 - Number(bits ?? 32));
  const start = Math.floor(toNumber(base!) / size) * size;
  return [start, start + size - 1];
}

function overlap(a: Range, b: Range): boolean {
  return a[0] <= b[1] && b[0] <= a[1];
}

function isIpv4(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split(".").every((byte) => Number(byte) <= 255);
}

function toNumber(address: string): number {
  return address.split(".").reduce((number, byte) => number * 256 + Number(byte), 0);
}

function toText(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join(".");
}

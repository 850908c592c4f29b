import { NODES } from "../addresses";

/** Addresses that a range of 256 has to give: neither the range's own nor its broadcast. */
const PER_NODE = 254;

/**
 * Gives pods their addresses, each node from its own range. An address that was given back waits until all others of its node have
 * been given, so that whoever still sends to a pod that is gone does not reach another one.
 */
export class PodAddresses {
  private readonly last = new Map<string, number>();
  private readonly taken = new Set<string>();

  /** Undefined where the node is none of the sandbox's, or has none left. */
  take(nodeName: string): string | undefined {
    const range = rangeOf(nodeName);
    if (range === undefined) return undefined;
    for (let step = 1; step <= PER_NODE; step++) {
      const number = (((this.last.get(nodeName) ?? 0) + step - 1) % PER_NODE) + 1;
      const address = `${range}.${number}`;
      if (this.taken.has(address)) continue;
      this.last.set(nodeName, number);
      this.taken.add(address);
      return address;
    }
    return undefined;
  }

  /** Notes an address that a pod has already. */
  keep(nodeName: string, address: string): void {
    const range = rangeOf(nodeName);
    if (range === undefined || !address.startsWith(`${range}.`)) return;
    this.taken.add(address);
    this.last.set(nodeName, Math.max(this.last.get(nodeName) ?? 0, Number(address.slice(range.length + 1))));
  }

  giveBack(address: string): void {
    this.taken.delete(address);
  }
}

/** `10.244.1.0/24` -> `10.244.1`. */
function rangeOf(nodeName: string): string | undefined {
  return NODES.find(({ name }) => name === nodeName)?.podRange.replace(/\.0\/24$/, "");
}

/** The address of a node's own, which its pods with `hostNetwork` share. */
export function addressOfNode(nodeName: string): string | undefined {
  return NODES.find(({ name }) => name === nodeName)?.address;
}

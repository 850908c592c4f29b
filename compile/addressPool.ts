import type { CompiledObject } from "./model";
import type { AddressPool, Surroundings } from "./stack";

const ADVERTISEMENT = { l2: "L2Advertisement", bgp: "BGPAdvertisement" } as const;

/** A pool and its announcement. Without the second an address is assigned and unreachable. */
export function compileAddressPool(
  pool: AddressPool,
  { metallbNamespace }: Pick<Surroundings, "metallbNamespace">,
): CompiledObject[] {
  const metadata = { name: pool.name, namespace: metallbNamespace, labels: { "app.kubernetes.io/managed-by": "holdfast" } };
  const logicalName = `pool-${pool.name}`;
  return [
    {
      logicalName,
      object: {
        apiVersion: "metallb.io/v1beta1",
        kind: "IPAddressPool",
        metadata,
        spec: { addresses: pool.addresses, autoAssign: pool.autoAssign },
      },
      after: [],
      why: pool.autoAssign
        ? undefined
        : ["autoAssign false: only Services that name this pool get its addresses, so a pinned one stays free."],
    },
    {
      logicalName: `${logicalName}-advertisement`,
      object: {
        apiVersion: "metallb.io/v1beta1",
        kind: ADVERTISEMENT[pool.advertise],
        metadata,
        spec: { ipAddressPools: [pool.name] },
      },
      after: [logicalName],
    },
  ];
}

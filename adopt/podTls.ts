import type { Block } from "../compile/mergePatch";
import type { Group } from "./group";
import type { Found } from "./model";
import { at, isIn, listAt, textAt, written } from "./read";

/** TLS that the pods end themselves, in the words of the stack file. */
export interface TakenPodTls {
  raw: Block;
  certificate?: Found;
  /** The names that clients use, as far as a certificate says. */
  hosts: string[];
}

const PROBES = ["startupProbe", "livenessProbe", "readinessProbe"];
const STANDARD_FOLDER = "/etc/tls";

/**
 * A Secret that is mounted is taken for the pods' certificate where cert-manager or its type says so, or where it is the only one and the
 * kubelet asks over HTTPS.
 */
export function takePodTls({ namespace, workload, beside }: Group, name: string): TakenPodTls | undefined {
  const spec = at(workload?.object, "spec", "template", "spec");
  const container = at(spec, "containers", 0);
  const secretOf = (volume: unknown) => textAt(volume, "secret", "secretName");
  const volumes = listAt(spec, "volumes").filter((volume) => secretOf(volume) !== undefined);
  const certificateOf = (volume: unknown) =>
    beside.find(({ object }) => object.kind === "Certificate" && textAt(object, "spec", "secretName") === secretOf(volume));
  const isOfType = (volume: unknown) =>
    beside.some(
      (found) => isIn(found, "Secret", namespace, secretOf(volume)!) && textAt(found.object, "type") === "kubernetes.io/tls",
    );
  const asksOverTls = PROBES.some((probe) => textAt(container, probe, "httpGet", "scheme") === "HTTPS");
  const said = volumes.find((volume) => certificateOf(volume) !== undefined || isOfType(volume));
  const volume = said ?? (asksOverTls && volumes.length === 1 ? volumes[0] : undefined);
  const mount = listAt(container, "volumeMounts").find((each) => textAt(each, "name") === textAt(volume, "name"));
  if (volume === undefined || mount === undefined) return undefined;
  const certificate = certificateOf(volume);
  const issuer = textAt(certificate?.object, "spec", "issuerRef", "name");
  const isCluster = textAt(certificate?.object, "spec", "issuerRef", "kind") === "ClusterIssuer";
  const secretName = secretOf(volume);
  const mountPath = textAt(mount, "mountPath");
  return {
    raw: written({
      secretName: issuer !== undefined && secretName === `${name}-tls` ? undefined : secretName,
      ...(isCluster ? { clusterIssuer: issuer } : { issuer }),
      mountPath: mountPath === STANDARD_FOLDER ? undefined : mountPath,
    }),
    ...(issuer === undefined ? {} : { certificate }),
    hosts: listAt(certificate?.object, "spec", "dnsNames").map(String),
  };
}

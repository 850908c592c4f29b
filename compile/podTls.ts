import { block, text } from "./check/fields";
import type { Problem } from "./check/problem";
import { certificateObjects, checkSecretTls, secretTlsFields, tlsNeeds, tlsSecretName, type SecretTls } from "./entry/hosts";
import type { CompiledObject, Need } from "./model";
import type { Service } from "./service";
import type { DraftSurroundings } from "./stack";

/**
 * TLS that the pods themselves speak on the service's port. The certificate lies in a Secret, which is mounted into them; they are asked
 * over HTTPS whether they are well. A certificate that is renewed appears in the same files, and the application has to read them again.
 */
export interface PodTls extends SecretTls {
  /** Folder in the pods where `tls.crt` and `tls.key` appear, read-only. Default /etc/tls. */
  mountPath: string;
}

export const podTlsSchema = block({
  ...secretTlsFields,
  mountPath: text("an absolute folder below /, such as /etc/tls", /^\/[^:]*[^:/]$/).default("/etc/tls"),
});

const CERTIFICATE = "certificate";
const VOLUME = "tls";

/** The names a certificate for the pods has to be valid for: those that clients use. */
function hostsOf(entries: object[]): string[] {
  return [...new Set(entries.flatMap((entry) => ("host" in entry && typeof entry.host === "string" ? [entry.host] : [])))];
}

export function checkPodTls(
  { tls, files }: { tls: PodTls; files?: { mountPath: string } },
  entries: object[],
  surroundings: DraftSurroundings,
): Problem[] {
  const problems = checkSecretTls(tls, surroundings);
  if (files?.mountPath === tls.mountPath) {
    const message = `found ${tls.mountPath}, where files are mounted too. Choose another folder for one of the two.`;
    problems.push({ path: "tls.mountPath", message });
  }
  const key = tls.clusterIssuer === undefined ? "issuer" : "clusterIssuer";
  if (tls[key] === undefined || hostsOf(entries).length > 0) return problems;
  const message = `found ${tls[key]}, but no entry has a host that the certificate could be for. Give an entry its host, or keep the certificate yourself and write secretName alone.`;
  return [...problems, { path: `tls.${key}`, message }];
}

/** The certificate, where cert-manager keeps it. */
export function compilePodTls(service: Service): CompiledObject[] {
  const { tls } = service;
  return tls === undefined ? [] : certificateObjects(service, CERTIFICATE, tls, hostsOf(service.entries), WHY);
}

const WHY = "The pods end TLS themselves: what stands before them passes bytes on, so nothing else could hold the certificate.";

/** The objects the pods cannot start without. */
export const podTlsObjects = ({ tls }: Service): string[] => ((tls?.clusterIssuer ?? tls?.issuer) ? [CERTIFICATE] : []);

/** The volume of the Secret, and where the container has it. */
export function podTlsVolume(service: Service) {
  const { tls } = service;
  if (tls === undefined) return [];
  return [
    {
      volume: { name: VOLUME, secret: { secretName: tlsSecretName(service, tls) } },
      mount: { name: VOLUME, mountPath: tls.mountPath, readOnly: true },
    },
  ];
}

export function podTlsNeeds(service: Service): Need[] {
  return tlsNeeds(service, service.tls, hostsOf(service.entries).join(", ") || `the pods of ${service.name}`);
}

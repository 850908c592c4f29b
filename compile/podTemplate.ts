import type { ClusterFacts } from "../path/model";
import { checksum, CHECKSUM_ANNOTATION } from "./checksum";
import { CONFIG_MAP, configMapName, FILES, filesName } from "./configMap";
import { compilePreStop, drainOf } from "./drain";
import { labelsOf } from "./labels";
import { overloadEnvironment, overloadWhy } from "./overload";
import { containerSecurity, podSettings, SERVICE_ACCOUNT } from "./podSettings";
import { podTlsObjects, podTlsVolume } from "./podTls";
import { containerPorts } from "./port";
import { compileProbes } from "./probes";
import { SECRET, secretChecksum, secretName } from "./secret";
import { scrapeAnnotations } from "./serviceMonitor";
import type { Service } from "./service";

const FILES_VOLUME = "files";

/** What every pod of the service is made from, and why it is as it is. */
export function podTemplate(service: Service, cluster: ClusterFacts): { template: object; why: string[] } {
  const { preStopSeconds, drainSeconds, gracePeriodSeconds } = drainOf(service, cluster);
  const preStop = compilePreStop(preStopSeconds, cluster);
  const why = [
    `terminationGracePeriodSeconds ${gracePeriodSeconds}: preStop ${preStopSeconds} + drain ${drainSeconds} + margin ${gracePeriodSeconds - preStopSeconds - drainSeconds}.`,
    ...overloadWhy(service),
    ...preStop.why,
  ];
  return { template: { metadata: podMetadata(service), spec: podSpec(service, gracePeriodSeconds, preStop.lifecycle) }, why };
}

/** Logical names of the objects the pods cannot start without. */
export function podObjects(service: Service): string[] {
  const created = service.secrets !== undefined && service.secrets.source !== "existing";
  return [
    ...(Object.keys(service.config).length > 0 ? [CONFIG_MAP] : []),
    ...(service.files === undefined ? [] : [FILES]),
    ...(created ? [SECRET] : []),
    ...podTlsObjects(service),
    ...(service.serviceAccount?.mode === "create" ? [SERVICE_ACCOUNT] : []),
  ];
}

function podMetadata(service: Service) {
  const annotations = { ...scrapeAnnotations(service), ...checksums(service) };
  return { labels: labelsOf(service), ...(Object.keys(annotations).length > 0 ? { annotations } : {}) };
}

/** What pods read only at their start: a change of it replaces them. */
function checksums(service: Service) {
  const { config, files } = service;
  const ofSecret = secretChecksum(service);
  return {
    ...(Object.keys(config).length === 0 ? {} : { [`${CHECKSUM_ANNOTATION}.config`]: checksum(config) as string }),
    ...(files === undefined ? {} : { [`${CHECKSUM_ANNOTATION}.files`]: checksum(files.contents) as string }),
    ...(ofSecret === undefined ? {} : { [`${CHECKSUM_ANNOTATION}.secrets`]: ofSecret as unknown as string }),
  };
}

function podSpec(service: Service, terminationGracePeriodSeconds: number, lifecycle: object | undefined) {
  const volumes = [
    ...(service.files === undefined ? [] : [{ name: FILES_VOLUME, configMap: { name: filesName(service) } }]),
    ...podTlsVolume(service).map(({ volume }) => volume),
  ];
  return {
    terminationGracePeriodSeconds,
    containers: [container(service, lifecycle)],
    ...podSettings(service),
    ...(volumes.length === 0 ? {} : { volumes }),
  };
}

function container(service: Service, lifecycle: object | undefined) {
  const mounts = volumeMounts(service);
  return {
    name: service.name,
    image: service.image,
    imagePullPolicy: service.imagePullPolicy,
    ...(service.command === undefined ? {} : { command: service.command }),
    ...(service.args === undefined ? {} : { args: service.args }),
    ports: containerPorts(service),
    ...environment(service),
    ...overloadEnvironment(service),
    resources: service.resources,
    ...compileProbes(service),
    securityContext: containerSecurity(service),
    ...(lifecycle === undefined ? {} : { lifecycle }),
    ...(mounts.length === 0 ? {} : { volumeMounts: mounts }),
  };
}

function volumeMounts(service: Service) {
  const { files, workload } = service;
  return [
    ...(files === undefined ? [] : [{ name: FILES_VOLUME, mountPath: files.mountPath, readOnly: true }]),
    ...podTlsVolume(service).map(({ mount }) => mount),
    ...workload.volumes.map(({ name, mountPath }) => ({ name, mountPath })),
  ];
}

function environment(service: Service) {
  const secret = secretName(service);
  const envFrom = [
    ...(Object.keys(service.config).length > 0 ? [{ configMapRef: { name: configMapName(service) } }] : []),
    ...(secret === undefined ? [] : [{ secretRef: { name: secret } }]),
  ];
  return envFrom.length === 0 ? {} : { envFrom };
}

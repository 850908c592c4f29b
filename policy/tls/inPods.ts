import type { Catalog } from "../../path/catalog";
import { commandWords, podSpecPath, runningContainers } from "../../path/containers";
import type { KubernetesObject, Unknown, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { nginxServers } from "../../path/read/nginxText";
import type { Read } from "../../path/value";
import { knownItems, listAt, mapAt, textAt, valueAt } from "../../path/value";
import { configMapsOf, mayReadMore } from "../workload/configMaps";

/** `redirect`: they send everybody over to TLS. Undefined: nothing shows it. */
export type EndedInPods = "tls" | "redirect" | undefined | Unknown;

/**
 * Flags with which servers are given a certificate of their own: `--tls-cert-file`, `--tlsCert=`, `--ssl-certfile`. One for a client, or of
 * those that it trusts, has another word in it.
 */
const GIVES_A_CERTIFICATE =
  /^--?(server[-_.]?)?(tls|ssl|https)[-_.]?(listen[-_.]?|server[-_.]?)?(cert|crt|certificate|keypair)([-_.]?(file|path|chain|pem))*(=|$)/i;
const PROBES = ["startupProbe", "readinessProbe", "livenessProbe"];

/** What all pods behind one port of a Service show of how they speak there: a flag, a probe, the servers of an nginx. */
export function endedInPods(service: KubernetesObject, port: Value, catalog: Catalog): EndedInPods {
  const { certain, perhaps } = catalog.selectedBy(service);
  const target = valueAt(port, "targetPort") ?? valueAt(port, "port");
  if (perhaps.some((workload) => ofWorkload(workload, target, catalog) !== undefined)) return UNKNOWN;
  const answers = new Set(certain.map((workload) => ofWorkload(workload, target, catalog)));
  if (answers.has(UNKNOWN)) return UNKNOWN;
  return answers.size === 1 ? [...answers][0] : undefined;
}

function ofWorkload(workload: KubernetesObject, target: Value, catalog: Catalog): EndedInPods {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN || target === UNKNOWN) return UNKNOWN;
  const reached = containers.filter((container) => containers.length === 1 || listens(container, target) !== false);
  const answers = reached.map((container) => ofContainer(container, target));
  if (answers.includes("tls")) return "tls";
  if (answers.includes(UNKNOWN)) return UNKNOWN;
  return ofNginx(workload, numberOf(reached, target), catalog);
}

function listens(container: Value, target: Value): boolean | Unknown {
  const ports = listAt(container, "ports");
  if (ports === UNKNOWN) return UNKNOWN;
  const keys = ports.flatMap((port) => [valueAt(port, "containerPort"), valueAt(port, "name")]);
  return keys.includes(target) || (keys.includes(UNKNOWN) ? UNKNOWN : false);
}

function ofContainer(container: Value, target: Value): EndedInPods {
  const probes = PROBES.map((probe) => ofProbe(valueAt(container, probe, "httpGet"), target, container));
  if (probes.includes("tls")) return "tls";
  const words = commandWords(container);
  if (words.some((word) => typeof word === "string" && GIVES_A_CERTIFICATE.test(word))) return "tls";
  return words.includes(UNKNOWN) || probes.includes(UNKNOWN) ? UNKNOWN : undefined;
}

function ofProbe(probe: Value, target: Value, container: Value): EndedInPods {
  const scheme = textAt(probe, "scheme");
  const port = valueAt(probe, "port");
  if (scheme !== UNKNOWN && scheme !== "HTTPS") return undefined;
  if (port === UNKNOWN || scheme === UNKNOWN || target === UNKNOWN) return UNKNOWN;
  return numberOf([container], port) === numberOf([container], target) ? "tls" : undefined;
}

/** The number of a port that may be named; the name itself where no container has it. */
function numberOf(containers: readonly Value[], port: Value): Value {
  if (typeof port !== "string") return port;
  const ports = containers.flatMap((container) => knownItems(container, "ports"));
  return (
    valueAt(
      ports.find((one) => valueAt(one, "name") === port),
      "containerPort",
    ) ?? port
  );
}

/** All servers of an nginx on that port must say it. */
function ofNginx(workload: KubernetesObject, port: Value, catalog: Catalog): EndedInPods {
  if (typeof port !== "number") return undefined;
  const read = configMapsOf(workload, catalog);
  if (read === UNKNOWN || mayReadMore(workload)) return UNKNOWN;
  const data = read.map((configMap) => mapAt(configMap, "data"));
  const texts = data.flatMap((map): Value[] => (map === UNKNOWN ? [UNKNOWN] : Object.values(map)));
  if (texts.includes(UNKNOWN)) return UNKNOWN;
  const servers = nginxServers(texts.filter((text) => typeof text === "string")).filter(({ ports }) => ports.includes(port));
  if (servers.length === 0) return undefined;
  if (servers.every(({ tls }) => tls)) return "tls";
  return servers.every(({ tls, redirects }) => tls || redirects) ? "redirect" : undefined;
}

/** What a Secret of a server's certificate is called; one of those that it trusts, or shows as a client, is called otherwise. */
const CERTIFICATE = /(^|[-_.])(tls|ssl|certs?|certificates?)([-_.]|$)/;
const OF_OTHERS = /(^|[-_.])(ca|cacerts?|root|trust\w*|client|webhook)([-_.]|$)/;

/** The certificate that pods mount, for whichever of their ports; UNKNOWN where it is not known yet what they mount. */
export function certificateIn(service: KubernetesObject, catalog: Catalog): string | undefined | Unknown {
  const { certain, perhaps } = catalog.selectedBy(service);
  const names = [...certain, ...perhaps].flatMap((workload): Read<string>[] => {
    const volumes = listAt(workload, ...podSpecPath(workload), "volumes");
    return volumes === UNKNOWN ? [UNKNOWN] : volumes.map((volume) => textAt(volume, "secret", "secretName"));
  });
  const found = names.find((name) => typeof name === "string" && CERTIFICATE.test(name) && !OF_OTHERS.test(name));
  if (found !== undefined && perhaps.length === 0) return found;
  return found !== undefined || names.includes(UNKNOWN) ? UNKNOWN : undefined;
}

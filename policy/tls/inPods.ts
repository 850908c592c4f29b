import type { Catalog } from "../../path/catalog";
import { commandWords, podSpecPath, runningContainers } from "../../path/containers";
import type { KubernetesObject, Unknown, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { nginxServers } from "../../path/read/ownProxy/nginxServers";
import type { Read } from "../../path/value";
import { itemsAt, knownItems, listAt, mapAt, textAt, valueAt } from "../../path/value";
import { configMapsOf, mayReadMore } from "../workload/configMaps";
import type { Spoken } from "./servicePorts";

/** `redirect`: they send everybody over to TLS. Undefined: nothing shows it. */
export type EndedInPods = "tls" | "redirect" | undefined | Unknown;

/**
 * Flags with which servers are given a certificate of their own: `--tls-cert-file`, `--tlsCert=`, `--ssl-certfile`. One for a client, or of
 * those that it trusts, has another word in it.
 */
const GIVES_A_CERTIFICATE =
  /^--?(server[-_.]?)?(tls|ssl|https)[-_.]?(listen[-_.]?|server[-_.]?)?(cert|crt|certificate|keypair)([-_.]?(file|path|chain|pem))*(=|$)/i;
/** What switches it off again. */
const SWITCHED_OFF = /^--?((tls|ssl|https)([-_.]?enabled?)?=(false|0|no|off)|(no|disable)[-_.]?(tls|ssl|https))$/i;
const PROBES = ["startupProbe", "readinessProbe", "livenessProbe"];

/** Ports beside the one for clients, which says nothing of what a certificate is for. */
const BESIDE = /(^|[-_])(metrics?|prom(etheus)?|health(z|check)?|probes?|debug|pprof|monitoring)([-_]|$)/;

/** One port of a Service: what the Service says of it, where it leads, and to which ports of the pods all of its ports lead. */
interface Asked {
  says: Spoken;
  target: Value;
  targets: Value[];
}

/** What all pods behind one port of a Service show of how they speak there: a flag, a probe, the servers of an nginx. */
export function endedInPods(service: KubernetesObject, port: Value, says: Spoken, catalog: Catalog): EndedInPods {
  const { certain, perhaps } = catalog.selectedBy(service);
  const ports = itemsAt(service, "spec", "ports").filter(isOverTcp);
  const asked: Asked = { says, target: targetOf(port), targets: ports.map(targetOf) };
  if (perhaps.some((workload) => ofWorkload(workload, asked, catalog) !== undefined)) return UNKNOWN;
  const answers = new Set(certain.map((workload) => ofWorkload(workload, asked, catalog)));
  if (answers.has(UNKNOWN)) return UNKNOWN;
  return answers.size === 1 ? [...answers][0] : undefined;
}

const targetOf = (port: Value): Value => valueAt(port, "targetPort") ?? valueAt(port, "port");
const isOverTcp = (port: Value): boolean => textAt(port, "protocol") !== "UDP";

function ofWorkload(workload: KubernetesObject, asked: Asked, catalog: Catalog): EndedInPods {
  const containers = runningContainers(workload);
  const { target } = asked;
  if (containers === UNKNOWN || target === UNKNOWN) return UNKNOWN;
  const alone = containers.length === 1;
  const reached = containers.filter((container) => alone || listens(container, target) !== false);
  const answers = reached.map((container) => ofContainer(container, { ...asked, targets: alone ? asked.targets : [] }));
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

/** A certificate by a flag is for no port in particular: where the Service calls this one plain, and there are others, it is for those. */
function ofContainer(container: Value, asked: Asked): EndedInPods {
  const probes = PROBES.map((probe) => ofProbe(valueAt(container, probe, "httpGet"), asked.target, container));
  if (probes.includes("tls")) return "tls";
  if (probes.includes("plain")) return undefined;
  const given = givesACertificate(commandWords(container));
  const forThis = asked.says !== "plain" || hasOnePort(container, asked.targets);
  if (given === false || forThis === false) return probes.includes(UNKNOWN) ? UNKNOWN : undefined;
  return given === UNKNOWN || forThis === UNKNOWN || probes.includes(UNKNOWN) ? UNKNOWN : "tls";
}

function hasOnePort(container: Value, targets: Value[]): boolean | Unknown {
  const listed = itemsAt(container, "ports").filter(isOverTcp);
  const known = new Set<Value>();
  for (const port of listed) if (!BESIDE.test(String(textAt(port, "name") ?? ""))) known.add(valueAt(port, "containerPort"));
  for (const target of targets) if (typeof target !== "string" || !BESIDE.test(target)) known.add(numberOf([container], target));
  known.delete(undefined);
  const open = known.delete(UNKNOWN);
  return known.size > 1 ? false : open ? UNKNOWN : true;
}

/** Flags stand in words of their own, or in the script of a shell; one without a value gives nothing. */
function givesACertificate(words: Value[]): boolean | Unknown {
  const all = words.flatMap((word): Value[] => (typeof word === "string" ? partsOf(word) : [word]));
  if (all.some((word) => typeof word === "string" && SWITCHED_OFF.test(word))) return false;
  const given = all.map((word, index) => {
    if (typeof word !== "string" || !GIVES_A_CERTIFICATE.test(word)) return false;
    const value = word.includes("=") ? word.slice(word.indexOf("=") + 1) : all[index + 1];
    return value === UNKNOWN ? UNKNOWN : typeof value === "string" && value !== "" && !value.startsWith("-");
  });
  if (given.includes(true)) return true;
  return all.includes(UNKNOWN) ? UNKNOWN : false;
}

/** The words of one, without the quotes of a shell; an empty word stays one. */
function partsOf(word: string): string[] {
  const script = word.replace(/^\s*#.*$/gm, "");
  return script === "" ? [""] : script.split(/[\s;&|]+/).map((part) => part.replaceAll(/["']/g, ""));
}

function ofProbe(probe: Value, target: Value, container: Value): "tls" | "plain" | undefined | Unknown {
  if (probe === UNKNOWN) return UNKNOWN;
  if (probe === undefined) return undefined;
  const scheme = textAt(probe, "scheme") ?? "HTTP";
  const port = valueAt(probe, "port");
  if (port === UNKNOWN || scheme === UNKNOWN || target === UNKNOWN) return UNKNOWN;
  if (numberOf([container], port) !== numberOf([container], target)) return undefined;
  return scheme === "HTTPS" ? "tls" : "plain";
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
  if (data.some((map) => map === UNKNOWN || Object.values(map).includes(UNKNOWN))) return UNKNOWN;
  const files = data
    .flatMap((map) => Object.entries(map))
    .flatMap(([name, text]) => (typeof text === "string" ? [{ name, text }] : []));
  const servers = nginxServers(files).filter(({ ports }) => ports.includes(port));
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

import { warnAboutLeaving } from "../autoscaler/behavior";
import { checkConnections } from "../autoscaler/connections";
import { checkKeda } from "../autoscaler/keda";
import { checkDrainOverrides, drainOf } from "../drain";
import { withEdgeProblems } from "../edge/check";
import { entryKind, entryName, type Entry } from "../entry";
import { checkMigration, openEntries, warnAboutMigration } from "../migration";
import { checkNetworkPolicy, warnAboutEnforcement } from "../networkPolicy";
import { checkOverload, warnAboutOverload } from "../overload";
import { checkDisruption } from "../podDisruptionBudget";
import { checkNamespaceLabels } from "../podSecurity";
import { checkPodTls } from "../podTls";
import { checkPorts, throughPort } from "../port";
import { checkProbes } from "../probes";
import { checkPromise } from "../promise";
import { checkSecrets } from "../secret";
import type { Service } from "../service";
import { checkMetrics, warnAboutMetrics } from "../serviceMonitor";
import type { DraftSurroundings, Surroundings } from "../stack";
import { LONGEST_STATEFUL_NAME_CHARACTERS } from "../statefulSet";
import { checkDeclaredPods, warnAboutWorkload } from "../workload";
import { checkVariables } from "./endpointRules";
import type { DraftedService } from "./links";
import { below, pathText, type Problem } from "./problem";

/** A service of which only the keys are there that are good on their own. */
export type Draft = Partial<Omit<Service, "entries">>;

/** The entries that are good on their own, each with its place in the file. */
export type PlacedEntry = { index: number; entry: Entry };

/** What is wrong between the keys of a service. Each rule looks at what is there and leaves the rest to the others. */
export function checkService(
  { draft, entries, unread }: Omit<DraftedService, "problems">,
  surroundings: DraftSurroundings,
): Problem[] {
  return [
    ...(draft.promise ? checkPromise(draft.promise) : []),
    ...(draft.probes && draft.protocol ? checkProbes({ ...draft, probes: draft.probes, protocol: draft.protocol }) : []),
    ...checkTls(draft, entries, surroundings),
    ...(draft.disruption && draft.scaling ? checkDisruption(draft.disruption, draft.scaling) : []),
    ...(draft.metrics ? checkMetrics(draft.metrics) : []),
    ...checkConnections(draft),
    ...checkKeda(draft),
    ...checkSecrets(draft),
    ...checkVariables(draft),
    ...(surroundings.environment === "production" ? checkProduction(draft) : []),
    ...checkConnectPath(draft),
    ...checkCookieName(draft, entries),
    ...checkEntryNames(draft, entries),
    ...entries.flatMap(({ index, entry }) => {
      const ofKind = entryKind(entry.kind)!.check(entry, throughPort(draft, entry.targetPort), surroundings);
      return below(["entries", index], withEdgeProblems(entry, surroundings, ofKind));
    }),
    ...checkPorts(
      draft,
      entries.map(({ index, entry }) => ({ index, targetPort: entry.targetPort })),
    ),
    ...checkDeclaredPods(
      draft,
      entries.map(({ entry }) => entry),
      surroundings.cluster,
    ),
    ...checkStatefulName(draft),
    ...checkNamespaceLabels(draft),
    ...checkDrain(draft, entries, surroundings),
    ...checkNetworkPolicy(draft, entries, surroundings),
    ...checkOverload(draft, entries),
    ...checkMigration(draft, entries, unread, surroundings),
  ];
}

const PASSING_KIND = { aws: "aws-nlb", azure: "azure-lb", gcp: "gcp-lb", "bare-metal": "metallb" } as const;

/** Pods that speak TLS are understood only by the client, so every entry has to pass its bytes on. */
function checkTls({ tls, files }: Draft, entries: PlacedEntry[], surroundings: DraftSurroundings): Problem[] {
  if (tls === undefined) return [];
  const { platform } = surroundings;
  const instead = platform === undefined ? "a load balancer that passes bytes on" : `kind: ${PASSING_KIND[platform]}`;
  const args = entries.map(({ entry }) => entry);
  return [
    ...checkPodTls({ tls, ...(files === undefined ? {} : { files }) }, args, surroundings),
    ...entries
      .filter(({ entry }) => entryKind(entry.kind)!.passesBytes !== true)
      .map(({ index, entry }) => {
        const message = `found ${entry.neutralKind ?? entry.kind} with the service's own tls; it understands HTTP and speaks it in the clear to the pods, which would not answer. Use ${instead}, or remove tls from the service.`;
        return { path: pathText(["entries", index, "kind"]), message };
      }),
  ];
}

function checkConnectPath({ connectPath, protocol }: Draft): Problem[] {
  if (connectPath === undefined || connectPath === "/" || (protocol !== "tcp" && protocol !== "grpc")) return [];
  const message = `found ${connectPath} with protocol ${protocol}, whose addresses have no path, so nothing reads it. Remove it.`;
  return [{ path: "connectPath", message }];
}

function checkStatefulName({ name, workload }: Draft): Problem[] {
  if (name === undefined || workload?.kind !== "stateful-set" || name.length <= LONGEST_STATEFUL_NAME_CHARACTERS) return [];
  const message = `found ${name.length} characters; allowed with workload.kind: stateful-set, whose headless Service is called ${name}-headless: up to ${LONGEST_STATEFUL_NAME_CHARACTERS}. Shorten it.`;
  return [{ path: "name", message }];
}

function checkProduction({ image, scaling, workload }: Draft): Problem[] {
  const problems: Problem[] = [];
  if (workload?.mode === "existing") return problems;
  if (image !== undefined && image !== "" && isLatest(image)) {
    const message = `found ${image}, which means another program every day; allowed in production: a tag other than latest, or a digest. Write the version you tested.`;
    problems.push({ path: "image", message });
  }
  if (scaling !== undefined && scaling.min < 2 && workload?.kind !== "stateful-set") {
    const message = `found ${scaling.min}; allowed in production: at least 2 pods, or every rollout and node drain ends all connections at once. Write 2 or more, or environment: development.`;
    problems.push({ path: "scaling.min", message });
  }
  return problems;
}

/** Without a tag the registry means latest. */
export function isLatest(image: string): boolean {
  if (image.includes("@sha256:")) return false;
  const tag = /:([\w.-]+)$/.exec(image)?.[1];
  return tag === undefined || tag === "latest";
}

/** The kinds whose cookie has the name that is written. */
const COOKIE_KINDS = "ingress-nginx, f5-nginx, traefik, or gateway with envoy-gateway, istio or agc";

function checkCookieName({ promise }: Draft, entries: PlacedEntry[]): Problem[] {
  const cookieName = promise?.affinity.cookieName;
  if (cookieName === undefined || entries.some(({ entry }) => entryKind(entry.kind)!.sticksBy(entry) === "named-cookie")) {
    return [];
  }
  const message = `found ${cookieName}, but no entry of this service sticks by a cookie, so nothing reads it. Remove it, or add an entry that does: ${COOKIE_KINDS}.`;
  return [{ path: "promise.affinity.cookieName", message }];
}

const LONGEST_NAME_CHARACTERS = 63;

function checkEntryNames({ name }: Draft, entries: PlacedEntry[]): Problem[] {
  return entries.flatMap(({ index, entry }, position) => {
    const own = entryName(entry);
    const path = pathText(["entries", index, "name"]);
    const first = entries.slice(0, position).find((other) => entryName(other.entry) === own);
    if (first !== undefined) {
      return [
        {
          path,
          message: `${entry.name === undefined ? "missing" : `found ${own}`}; entries[${first.index}] is called ${own} too. Give one of them a name of its own.`,
        },
      ];
    }
    const length = name === undefined ? 0 : `${name}-${own}`.length;
    if (length <= LONGEST_NAME_CHARACTERS) return [];
    const message = `${name}-${own} would be ${length} characters long; allowed for the name of an object: up to ${LONGEST_NAME_CHARACTERS}. Give the entry a name of up to ${Math.max(1, LONGEST_NAME_CHARACTERS - 1 - name!.length)} characters, or shorten the service's.`;
    return [{ path, message }];
  });
}

function checkDrain({ drain, promise }: Draft, entries: PlacedEntry[], { cluster }: DraftSurroundings): Problem[] {
  if (drain === undefined || promise === undefined || Object.keys(drain).length === 0) return [];
  return checkDrainOverrides({ drain, promise, entries: entries.map(({ entry }) => entry) }, cluster);
}

/** What a user should know, although nothing is wrong. */
export function warnAbout(service: Service, surroundings: Surroundings): string[] {
  const { liveness, readiness } = service.probes;
  return [
    ...warnAboutWorkload(service, drainOf(service, surroundings.cluster)),
    ...(service.workload.mode === "create" && isLatest(service.image)
      ? [`image ${service.image}: whoever starts a pod tomorrow may get another program; production refuses it`]
      : []),
    ...(liveness.path !== undefined && liveness.path === readiness.path
      ? [
          `probes.liveness and probes.readiness ask the same path ${liveness.path}: a pod that is only not ready gets killed, with all its connections`,
        ]
      : []),
    ...warnAboutLeaving(service, surroundings.cluster),
    ...warnAboutEnforcement(service, surroundings),
    ...warnAboutOverload(service),
    ...warnAboutMetrics(service, surroundings),
    ...warnAboutMigration(service, surroundings),
    ...service.entries.flatMap((entry, index) => {
      if (!openEntries(service).includes(entry)) return [];
      const sentences = entryKind(entry.kind)!.warn?.(entry, service, surroundings) ?? [];
      return sentences.map((sentence) => `entries[${index}]: ${sentence}`);
    }),
  ];
}

import { versionAtLeast } from "../path/facts";
import {
  CERT_MANAGER_SOLVER_PODS,
  ISTIO_GATEWAY_PODS,
  POD_SECURITY_LABELS,
  POD_SECURITY_LEVELS,
  type PodSecurityLevel,
} from "../path/facts/podSecurity";
import { block, oneOf } from "./check/fields";
import type { Draft, PlacedEntry } from "./check/serviceRules";
import type { Problem } from "./check/problem";
import { entryName, type Entry } from "./entry";
import type { Service } from "./service";
import type { DraftSurroundings } from "./stack";

/** What the API server is asked to do with pods of the namespace. Only where this service creates it. */
export interface Admission {
  /** Pods below this level are refused, whoever starts them. Default: none is, unless the cluster says otherwise. */
  enforce?: PodSecurityLevel;
  /** Who starts a pod below this level is warned. Default: `level`. */
  warn?: PodSecurityLevel;
  /** A pod below this level is noted in the audit log. Default: `level`. */
  audit?: PodSecurityLevel;
}

const level = () => oneOf(POD_SECURITY_LEVELS).optional();
export const admissionSchema = block({ enforce: level(), warn: level(), audit: level() }).optional();

const { enforce: ENFORCE, warn: WARN, audit: AUDIT } = POD_SECURITY_LABELS;

export function podSecurityLabels({ security }: Service): Record<string, string> {
  const { enforce, warn = security.level, audit = security.level } = security.admission ?? {};
  return { ...(enforce === undefined ? {} : { [ENFORCE]: enforce }), [WARN]: warn, [AUDIT]: audit };
}

/** Labels of a namespace that somebody else makes. */
export function checkNamespaceLabels({ security, createNamespace }: Draft): Problem[] {
  if (security?.admission === undefined || createNamespace !== false) return [];
  const message =
    "found with createNamespace: false, where somebody else makes the namespace and its labels. Remove it, or write it at the service that creates the namespace.";
  return [{ path: "security.admission", message }];
}

interface PlacedService {
  draft: Draft;
  entries: PlacedEntry[];
}

interface Pods {
  whose: string;
  /** The strictest level that lets them in. */
  level: PodSecurityLevel;
  wayOut: string;
}

/** Whom the namespace that a service creates would refuse, of all services. */
export function checkEnforced(
  { createNamespace, namespace, security }: Draft,
  services: PlacedService[],
  { cluster }: Pick<DraftSurroundings, "cluster">,
): Problem[] {
  const enforce = security?.admission?.enforce;
  if (enforce === undefined || createNamespace !== true) return [];
  const inside = services.filter(({ draft }) => draft.namespace === namespace && draft.workload?.mode !== "existing");
  const refused = inside.flatMap((service) => podsOf(service, cluster)).filter((pods) => isBelow(pods.level, enforce));
  return refused.map(({ whose, level: found, wayOut }) => {
    const message = `found ${enforce}, which would refuse ${whose}, whose level is ${found}. Write enforce: ${found}, or ${wayOut}.`;
    return { path: "security.admission.enforce", message };
  });
}

const isBelow = (found: PodSecurityLevel, asked: PodSecurityLevel): boolean =>
  POD_SECURITY_LEVELS.indexOf(found) < POD_SECURITY_LEVELS.indexOf(asked);

/** Every pod that comes into a namespace with a service, its own and those that others start for its entries. */
function podsOf({ draft, entries }: PlacedService, cluster: DraftSurroundings["cluster"]): Pods[] {
  const own: Pods[] =
    draft.security === undefined
      ? []
      : [
          {
            whose: `the pods of ${draft.name}`,
            level: draft.security.level,
            wayOut: "security.level: restricted there, where the image can run without root",
          },
        ];
  return [...own, ...entries.flatMap(({ entry }) => [...istioPods(entry), ...solverPods(entry, cluster)])];
}

function istioPods(entry: Entry): Pods[] {
  if (entry.kind !== "gateway" || entry.implementation !== "istio" || entry.attachTo !== undefined) return [];
  return [
    {
      whose: `the pods that Istio makes for the Gateway of entry ${entryName(entry)}`,
      level: ISTIO_GATEWAY_PODS.level,
      wayOut: `hang the route on a Gateway of another namespace (attachTo); where Istio was installed with ${ISTIO_GATEWAY_PODS.setting}, write the label by a patch of the Namespace`,
    },
  ];
}

function solverPods(entry: Entry, { controllers }: DraftSurroundings["cluster"]): Pods[] {
  const { issuer, clusterIssuer } = ((entry as { tls?: unknown }).tls ?? {}) as { issuer?: string; clusterIssuer?: string };
  const version = controllers?.["cert-manager"];
  const { levelBefore, restrictedSince } = CERT_MANAGER_SOLVER_PODS;
  if ((issuer ?? clusterIssuer) === undefined || versionAtLeast(version, restrictedSince) !== false) return [];
  return [
    {
      whose: `the pods by which cert-manager ${version} proves the host of entry ${entryName(entry)}`,
      level: levelBefore,
      wayOut: `update cert-manager to ${restrictedSince} or newer, and cluster.controllers`,
    },
  ];
}

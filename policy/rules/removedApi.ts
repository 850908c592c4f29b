import type { Catalog } from "../../path/catalog";
import { runningContainers } from "../../path/containers";
import { versionAtLeast } from "../../path/facts";
import type { RemovedApi } from "../../path/facts/apiVersions";
import { CURRENT_KUBERNETES, REMOVED_APIS, REMOVED_GROUPS } from "../../path/facts/apiVersions";
import { imageName, imageReference } from "../../path/imageReference";
import type { ClusterFacts } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { mapAt, refOf, textAt, valueAt } from "../../path/value";
import { notKnownYet } from "../pending";
import type { Mend, Rule, RuleContext, Statement } from "../rule";

const NEEDED = "an API version that the cluster serves";
const TARGET = ["spec", "scaleTargetRef", "apiVersion"] as const;
const BY_VERSION = new Map(REMOVED_APIS.flatMap((api) => api.kinds.map((kind) => [`${api.apiVersion} ${kind}`, api] as const)));

/** Every object, and every target of an autoscaler, is written in an API version that the cluster still serves. */
export const removedApi: Rule = {
  id: "removed-api",
  title: "The cluster knows every API version",
  description: "API versions exist in the cluster's Kubernetes version.",
  group: "exposure",
  check: ({ catalog, cluster }: RuleContext): Statement[] =>
    catalog.objects.flatMap((object) => [...checkObject(object, cluster, catalog), ...checkTarget(object, cluster)]),
};

function checkObject(object: KubernetesObject, cluster: ClusterFacts, catalog: Catalog): Statement[] {
  const { apiVersion, kind } = object;
  if (valueAt(object, "apiVersion") === UNKNOWN) {
    return [notKnownYet(object, ["apiVersion"], { needed: NEEDED, reason: "an API server refuses what it does not know" })];
  }
  if (typeof apiVersion !== "string" || typeof kind !== "string") return [];
  const api = BY_VERSION.get(`${apiVersion} ${kind}`);
  if (api === undefined) return checkGroup(object, cluster, catalog);
  const { gone, version } = served(api, cluster);
  const common = { object: refOf(object), at: ["apiVersion"], needed: NEEDED, fix: rewritten(api) };
  if (!gone) return [{ ...common, severity: "info", ...goesAway(api, version) }];
  return [
    {
      ...common,
      severity: "error",
      found: `apiVersion ${apiVersion}: Kubernetes ${api.removedIn} removed this version of ${kind}, and the cluster has ${version}`,
      reason: `the API server refuses the whole ${kind}, so what it should carry is never there`,
      ...mended(object, api),
    },
  ];
}

function checkTarget(autoscaler: KubernetesObject, cluster: ClusterFacts): Statement[] {
  if (autoscaler.kind !== "HorizontalPodAutoscaler" && autoscaler.kind !== "ScaledObject") return [];
  const apiVersion = textAt(autoscaler, ...TARGET);
  const kind = textAt(autoscaler, "spec", "scaleTargetRef", "kind") ?? "Deployment";
  const reason = "an autoscaler that cannot find its target never adds a pod, and the pods there are take every connection";
  if (apiVersion === UNKNOWN || kind === UNKNOWN) return [notKnownYet(autoscaler, TARGET, { needed: NEEDED, reason })];
  const api = BY_VERSION.get(`${apiVersion ?? ""} ${kind}`);
  if (api === undefined || api.instead === undefined) return [];
  const { gone, version } = served(api, cluster);
  const mend: Mend = { object: refOf(autoscaler), at: TARGET, write: api.instead };
  const common = { object: refOf(autoscaler), at: TARGET, needed: NEEDED, fix: `apiVersion: ${api.instead}`, mends: [mend] };
  if (!gone) return [{ ...common, severity: "info", ...goesAway(api, version) }];
  const [group, replacement] = [api.apiVersion, api.instead].map((text) => text.split("/")[0]);
  const found = `scaleTargetRef.apiVersion ${api.apiVersion}: Kubernetes ${api.removedIn} removed this version of ${kind}, and the cluster has ${version}`;
  // The target is looked up by its group and kind: a version that went leads to the same objects, a group that went to none.
  return [{ ...common, severity: group === replacement ? "warning" : "error", found, reason }];
}

function checkGroup(object: KubernetesObject, cluster: ClusterFacts, catalog: Catalog): Statement[] {
  const [group, version] = object.apiVersion.split("/");
  const removed = REMOVED_GROUPS.find((candidate) => candidate.group === group);
  if (removed === undefined) return [];
  const { controller, removedIn, instead } = removed;
  const declared = cluster.controllers?.[controller] ?? versionRunBy(removed.image, catalog);
  const gone = versionAtLeast(declared, removedIn);
  const reason = `${controller} never sees this ${object.kind}, so nothing that is written in it takes effect`;
  if (gone !== true && cluster.controllers?.[controller] === undefined && running(NOT_KNOWN, catalog).length > 0) {
    return [notKnownYet(object, ["apiVersion"], { needed: NEEDED, reason })];
  }
  if (gone === false) return [];
  const knows = declared === undefined ? "its version is not declared" : `the cluster has ${declared}`;
  const sameVersions = !instead.includes("/");
  const written = sameVersions ? `${instead}/${version}` : instead;
  return [
    {
      severity: gone === true ? "error" : "warning",
      object: refOf(object),
      at: ["apiVersion"],
      found: `apiVersion ${object.apiVersion}: ${controller} ${removedIn} no longer reads this group, and ${knows}`,
      needed: NEEDED,
      fix: sameVersions ? `apiVersion: ${written}` : `apiVersion: ${written}, with the fields of that version`,
      reason,
      ...(sameVersions && { mends: [{ object: refOf(object), at: ["apiVersion"], write: written }] }),
    },
  ];
}

/** The version that the objects themselves run, by the tag of an image; undefined where they run none, or several. */
function versionRunBy(image: string, catalog: Catalog): string | undefined {
  const images = running(image, catalog).flatMap((workload) => imagesOf(workload).filter((one) => imageName(one) === image));
  const tags = new Set(images.map(tagOf));
  const [tag] = tags;
  return tags.size === 1 && tag !== undefined && VERSION_TAG.test(tag) ? tag : undefined;
}

const running = (image: string, catalog: Catalog): KubernetesObject[] =>
  ["Deployment", "DaemonSet"].flatMap((kind) => catalog.under(image, kind, namesOfImages));

/** Stands for an image of which only the update will know what it is. */
const NOT_KNOWN = "";
/** `v2.10`, `3-alpine`; the number of a build says nothing. */
const VERSION_TAG = /^v?\d{1,2}(\.\d+)*(-|$)/;
const tagOf = (image: string): string | undefined => imageReference(image).tag;
const namesOfImages = (workload: KubernetesObject): string[] => imagesOf(workload).map(imageName);

function imagesOf(workload: KubernetesObject): string[] {
  const containers = runningContainers(workload);
  if (containers === UNKNOWN) return [NOT_KNOWN];
  const images = containers.map((container) => textAt(container, "image"));
  return images.filter((image) => image !== undefined).map((image) => (image === UNKNOWN ? NOT_KNOWN : image));
}

/** A version that cannot be read says nothing; the newest Kubernetes is asked then. */
function served({ removedIn }: RemovedApi, { kubernetesVersion }: ClusterFacts): { gone: boolean; version: string } {
  const declared = versionAtLeast(kubernetesVersion, removedIn);
  if (declared !== undefined) return { gone: declared, version: String(kubernetesVersion) };
  return { gone: true, version: `${CURRENT_KUBERNETES} (taken, because cluster.kubernetesVersion is not declared)` };
}

function goesAway({ apiVersion, removedIn }: RemovedApi, version: string): Pick<Statement, "found" | "reason"> {
  return {
    found: `${apiVersion} is served by Kubernetes ${version} and is gone in ${removedIn}`,
    reason: "after the upgrade the API server refuses the object",
  };
}

function rewritten({ apiVersion, instead, kinds }: RemovedApi): string {
  if (instead === undefined) {
    return "delete it; Pod Security admission took its place: label the namespace pod-security.kubernetes.io/enforce";
  }
  if (kinds.includes("Ingress") && /beta/.test(apiVersion)) {
    return `apiVersion: ${instead}, each path with pathType: Prefix and backend: { service: { name: <serviceName>, port: { number: <servicePort> } } }`;
  }
  return `apiVersion: ${instead}`;
}

/** Only where the same fields mean the same; a workload also needs the selector that the old versions filled in. */
function mended(object: KubernetesObject, api: RemovedApi): Pick<Statement, "mends"> {
  const selector = mapAt(object, "spec", "selector");
  const selects = selector !== UNKNOWN && Object.keys(selector).length > 0;
  const needsSelector = api.instead === "apps/v1" || api.instead === "policy/v1";
  if (api.instead === undefined || !(api.sameFields === true || (needsSelector && selects))) return {};
  return { mends: [{ object: refOf(object), at: ["apiVersion"], write: api.instead }] };
}

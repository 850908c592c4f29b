import type { Catalog } from "../../path/catalog";
import { versionAtLeast } from "../../path/facts";
import { CLASS_NAMED_TWICE, DEFAULT_CLASS_ANNOTATION, OLD_CLASS_ANNOTATION } from "../../path/facts/apiVersions";
import type { ClusterFacts } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { annotationOf, nameOf, refOf, textAt } from "../../path/value";
import { platformOf } from "../../path/read/loadBalancer/platform";
import { notKnownYet } from "../pending";
import type { Mend, Rule, RuleContext, Statement } from "../rule";

const FIELD = ["spec", "ingressClassName"] as const;
const ANNOTATION = ["metadata", "annotations", OLD_CLASS_ANNOTATION.key] as const;
const NEEDED = "spec.ingressClassName: the class that is to serve it";

/** Every Ingress says by its own field whose it is. */
export const ingressClass: Rule = {
  id: "ingress-class",
  title: "Every Ingress names its controller",
  description: "Ingresses name their class in spec.ingressClassName.",
  group: "exposure",
  check: (context: RuleContext): Statement[] => {
    const served = defaultClass(context.catalog);
    return context.catalog.ofKind("Ingress").flatMap((ingress) => check(ingress, context, served));
  },
};

function check(ingress: KubernetesObject, { catalog, cluster }: RuleContext, served: KubernetesObject | undefined): Statement[] {
  const field = textAt(ingress, ...FIELD);
  const annotation = annotationOf(ingress, OLD_CLASS_ANNOTATION.key);
  const common = { object: refOf(ingress), needed: NEEDED };
  const reason = "which controller serves the Ingress, and so every timeout and cookie on the way, is left to chance";
  if (field === UNKNOWN) return [notKnownYet(ingress, FIELD, { needed: NEEDED, reason })];
  if (annotation === UNKNOWN) return [notKnownYet(ingress, ANNOTATION, { needed: NEEDED, reason })];
  if (typeof annotation === "string") return withAnnotation(ingress, annotation, field, catalog, cluster);
  if (field !== undefined && field !== "") return [];
  if (served !== undefined) {
    const found = `no class; ${nameOf(served)} is the default of the cluster and takes it`;
    return [{ ...common, severity: "info", at: FIELD, found, fix: `ingressClassName: ${refOf(served).name}`, reason }];
  }
  // GKE's own controller takes every Ingress that names no class.
  if (platformOf(catalog, cluster).platform === "gcp") return [];
  const found = "no class, neither spec.ingressClassName nor the old annotation, and no default class among the objects";
  return [{ ...common, severity: "warning", at: FIELD, found, fix: `ingressClassName: ${exampleOf(catalog)}`, reason }];
}

function withAnnotation(
  ingress: KubernetesObject,
  annotation: string,
  field: string | undefined,
  catalog: Catalog,
  cluster: ClusterFacts,
): Statement[] {
  if (field !== undefined) return [inBothPlaces(ingress, annotation, field, cluster)];
  if ((OLD_CLASS_ANNOTATION.stillNeededBy as readonly string[]).includes(annotation)) return [];
  const className = CLASS_OBJECTS[annotation] ?? annotation;
  // The annotation needs no class object; the field names one, so only where it is there the two are certain to mean the same.
  const certain = catalog.named("IngressClass", className) !== undefined;
  const object = refOf(ingress);
  const key = OLD_CLASS_ANNOTATION.key;
  return [
    {
      object,
      at: ANNOTATION,
      needed: NEEDED,
      severity: "warning",
      found: `annotation ${key}: ${annotation}, deprecated since Kubernetes 1.18, and no spec.ingressClassName`,
      fix: `ingressClassName: ${className} in spec (IngressClass ${className} must be there), and no annotation ${key}`,
      reason:
        "nobody checks what the annotation names: a controller that stops reading it drops the Ingress, and every connection through it, without an event",
      ...(certain && { mends: [withoutIt(ingress), { object, at: FIELD, write: className }] }),
    },
  ];
}

function inBothPlaces(ingress: KubernetesObject, annotation: string, field: string, cluster: ClusterFacts): Statement {
  const key = OLD_CLASS_ANNOTATION.key;
  const { allowedSince } = CLASS_NAMED_TWICE;
  const taken = annotation === field && versionAtLeast(cluster.kubernetesVersion, allowedSince) !== false;
  return {
    object: refOf(ingress),
    at: ANNOTATION,
    needed: NEEDED,
    severity: taken ? "warning" : "error",
    found: `both the annotation ${key}: ${annotation} and spec.ingressClassName: ${field}`,
    fix: `remove the annotation ${key}`,
    reason: taken
      ? `API servers before ${allowedSince} refuse to create an Ingress that names its class twice, and controllers differ in which they read`
      : "the API server refuses to create an Ingress that names two classes, so nothing comes in by it",
    // Which of two was meant, only a person knows.
    ...(annotation === field && { mends: [withoutIt(ingress)] }),
  };
}

const withoutIt = (ingress: KubernetesObject): Mend => ({ object: refOf(ingress), at: ANNOTATION, write: undefined });

/** No object can be called as its annotation is written, with a slash: learn.microsoft.com/azure/application-gateway/ingress-controller-install-new. */
const CLASS_OBJECTS: Readonly<Record<string, string>> = { "azure/application-gateway": "azure-application-gateway" };

function defaultClass(catalog: Catalog): KubernetesObject | undefined {
  return catalog.ofKind("IngressClass").find((object) => annotationOf(object, DEFAULT_CLASS_ANNOTATION) === "true");
}

function exampleOf(catalog: Catalog): string {
  const classes = catalog.ofKind("IngressClass").map((object) => refOf(object).name);
  return classes.length === 0 ? "<class>" : classes.sort().join(" or ");
}

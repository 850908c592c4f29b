import type { ObjectMetadata } from "../path/objects";
import { map, text } from "./check/fields";
import type { Service } from "./service";

/** Marks the Services that are a way in from outside, so that monitors and readers tell them from the one inside the cluster. */
export const ENTRY_LABEL = "holdfast/entry";

const OWN_LABELS = ["app", "app.kubernetes.io/name", "app.kubernetes.io/managed-by", ENTRY_LABEL];

const labelKey = text(
  `a label key (an optional DNS prefix and a slash, then up to 63 letters, digits, hyphens, underscores and dots) other than ${OWN_LABELS.join(", ")}`,
  new RegExp(
    `^(?!(?:${OWN_LABELS.map((key) => key.replace(/\./g, "\\.")).join("|")})$)([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$`,
  ),
);
const labelValue = text(
  "up to 63 letters, digits, hyphens, underscores and dots, or nothing",
  /^([A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?$/,
);

export const labelsSchema = map(labelKey, labelValue, "a block of label keys with a value each");

/** The labels the Service and the budget select pods by. They never change, or every connection would lose its Service. */
export function selectorOf(service: Service): Record<string, string> {
  return service.workload.selector ?? ownLabel(service);
}

/** The label by which the objects of a service are found, whoever runs its pods. */
export function ownLabel({ name }: Pick<Service, "name">): Record<string, string> {
  return { app: name };
}

export function labelsOf(service: Service): Record<string, string> {
  const own = { "app.kubernetes.io/name": service.name, "app.kubernetes.io/managed-by": "holdfast" };
  return Object.assign(ownLabel(service), own, service.labels);
}

/** Name, namespace and labels of an object of the service. */
export function metadataOf(service: Service, name: string = service.name): ObjectMetadata {
  return { name, namespace: service.namespace, labels: labelsOf(service) };
}

import { isBlock } from "./mergePatch";
import type { CompiledObject } from "./model";

/** How objects name others of their namespace: below which key, under which key there, and what kind that means where it is not said. */
const REFERENCES: { below: RegExp; key: string; kind: string }[] = [
  { below: /^(configMapRef|configMapKeyRef|configMap)$/, key: "name", kind: "ConfigMap" },
  { below: /^(secretRef|secretKeyRef|secret)$/, key: "name", kind: "Secret" },
  { below: /^(secret)$/, key: "secretName", kind: "Secret" },
  { below: /^(scaleTargetRef|targetRefs?|describedObject)$/, key: "name", kind: "Deployment" },
  { below: /^(service|services|backendRefs?)$/, key: "name", kind: "Service" },
  { below: /^(parentRefs?)$/, key: "name", kind: "Gateway" },
  { below: /^(middlewares)$/, key: "name", kind: "Middleware" },
  { below: /^(tls|serversTransport)$/, key: "secretName", kind: "Secret" },
  { below: /^spec$/, key: "serviceAccountName", kind: "ServiceAccount" },
  { below: /^spec$/, key: "serviceName", kind: "Service" },
  { below: /^spec$/, key: "serversTransport", kind: "ServersTransport" },
];

interface Reference {
  kind: string;
  name: string;
}

/** Kinds that stand for a Secret of their own name until a controller made it. */
const MAKES_SECRET = ["ExternalSecret", "SealedSecret"];

/** Sentences about objects that a patch renamed while others of the service still use the old name. */
export function danglingReferences(before: CompiledObject[], after: CompiledObject[]): string[] {
  const renamed = before.flatMap(({ object }, index) => {
    const now = after[index]!.object.metadata.name;
    const kind = MAKES_SECRET.includes(object.kind) ? "Secret" : object.kind;
    return now === object.metadata.name ? [] : [{ kind, from: object.metadata.name, to: now }];
  });
  return renamed.flatMap(({ kind, from, to }) =>
    after
      .filter(({ object }) => referencesOf(object).some((found) => found.kind === kind && found.name === from))
      .map(
        ({ object }) =>
          `rename ${kind} ${from} to ${to}, but ${object.kind} ${object.metadata.name} still names ${from}. Patch ${object.kind} ${object.metadata.name} as well.`,
      ),
  );
}

/** Whether an object names another of its namespace. */
export function refersTo(object: unknown, kind: string, name: string): boolean {
  return referencesOf(object).some((found) => found.kind === kind && found.name === name);
}

function referencesOf(value: unknown, parent = ""): Reference[] {
  if (Array.isArray(value)) return value.flatMap((item) => referencesOf(item, parent));
  if (!isBlock(value)) return [];
  const own = REFERENCES.flatMap(({ below, key, kind }): Reference[] => {
    const name = below.test(parent) && Object.hasOwn(value, key) ? value[key] : undefined;
    if (typeof name !== "string") return [];
    const said = key === "name" && Object.hasOwn(value, "kind") ? value.kind : undefined;
    return [{ kind: typeof said === "string" && said !== "Rule" ? said : kind, name }];
  });
  return [...own, ...Object.entries(value).flatMap(([key, inner]) => referencesOf(inner, key))];
}

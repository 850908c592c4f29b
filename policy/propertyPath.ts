import type { PropertyPath } from "./rule";

/** `metadata.annotations["nginx.ingress.kubernetes.io/affinity"]`, `spec.ports[0].name`: as messages and reports name a property. */
export function textOf(path: PropertyPath): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}

import type { CompiledStack } from "../compile/model";
import { placeObjects, type Files } from "./files";
import { renderObject, renderValue } from "./yaml";

/**
 * A folder for `kubectl apply -k`: one file per object and a kustomization that lists them. It changes nothing about them, so what
 * it builds is what `pulumi up` would apply.
 */
export function renderKustomize(stack: CompiledStack): Files {
  const placed = placeObjects(stack).map(({ path, compiled }) => ({ file: `${path}.yaml`, text: renderObject(compiled) }));
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: placed.map(({ file }) => file),
  };
  return {
    "kustomization.yaml": renderValue(kustomization),
    ...Object.fromEntries(placed.map(({ file, text }) => [file, text])),
  };
}

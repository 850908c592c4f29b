export { type Files } from "./files";
export { renderHelm } from "./helm";
export { renderKustomize } from "./kustomize";
export { renderObjects } from "./yaml";

export const RENDER_FORMATS = ["yaml", "kustomize", "helm"] as const;
export type RenderFormat = (typeof RENDER_FORMATS)[number];

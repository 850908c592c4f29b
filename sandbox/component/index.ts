import type { Mode } from "../state";
import { CONTROL_PLANE } from "./controlPlane";
import { DATA_PLANE } from "./dataPlane";
import { type Component, COMPONENT_NAMES, type ComponentName } from "./model";

const ALL = [...CONTROL_PLANE, ...DATA_PLANE];

/** The components of a sandbox of this mode, in the order people want to read them. */
export function componentsOf(mode: Mode): Component[] {
  return COMPONENT_NAMES.map(componentNamed).filter(
    (component) => (mode === "full" || !component.onlyInFull) && (component.exists?.() ?? true),
  );
}

export function componentNamed(name: ComponentName): Component {
  return ALL.find((component) => component.name === name)!;
}

export { type Component, COMPONENT_NAMES, type ComponentName, type Context } from "./model";

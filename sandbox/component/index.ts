import { CONTOUR } from "./contour";
import { CONTROL_PLANE } from "./controlPlane";
import { DATA_PLANE } from "./dataPlane";
import { NAMES } from "./names";
import { type Component, COMPONENT_NAMES, type ComponentName, type Context } from "./model";

const ALL = [...CONTROL_PLANE, ...DATA_PLANE, ...NAMES, ...CONTOUR];

/** The components of a sandbox of this mode, in the order people want to read them. */
export function componentsOf({ mode, extras }: Pick<Context, "mode" | "extras">): Component[] {
  return COMPONENT_NAMES.map(componentNamed).filter(
    ({ onlyInFull, extra, exists }) =>
      (mode === "full" || !onlyInFull) && (extra === undefined || extras.includes(extra)) && (exists?.() ?? true),
  );
}

export function componentNamed(name: ComponentName): Component {
  return ALL.find((component) => component.name === name)!;
}

export { type Component, COMPONENT_NAMES, type ComponentName, type Context } from "./model";

import { commandWords, listsPort, PROBE_NAMES, writtenVariables, writtenWords } from "../../path/containers";
import { SERVERS_BY_HABIT } from "../../path/facts/longConnections";
import type { Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { mayPassOn } from "../../path/read/ownProxy/index";
import type { Read } from "../../path/value";
import { itemsAt, textAt, valueAt } from "../../path/value";

/** What tells, for a person. */
export interface Habit {
  what: string;
  /** `open`: it is not known before the update whether it tells. `likely`: it tells nothing by itself. */
  sure: "yes" | "likely" | "open";
}

/**
 * What shows that a container of an image of somebody's own runs a known server: its command, its variables, or probes that only that
 * server answers. One that the way does not lead to shows nothing, unless what it leads to is a proxy that may pass on to it.
 */
export function habitsOf(container: Value, target: Value, containers: readonly Value[]): Habit[] {
  if (!mayBeReached(container, target, containers)) return [];
  const words = writtenWords(container).join(" ");
  const variables = writtenVariables(container);
  const asked = PROBE_NAMES.map((name) => askedBy(valueAt(container, name)));
  const found = SERVERS_BY_HABIT.flatMap(({ title, command, variable, probe }): string[] => {
    if (command.test(words)) return [`starts ${title}`];
    const name = variables.find(([key]) => variable.test(key))?.[0];
    if (name !== undefined) return [`env ${name}`];
    const path = asked.map((text) => (typeof text === "string" ? probe?.exec(text)?.[0] : undefined)).find(Boolean);
    return path === undefined ? [] : [`is probed at ${path}, as ${title} is`];
  });
  if (found.length > 0) return found.map((what) => ({ what, sure: "yes" }));
  if (startsSomethingUnknown(container)) return [{ what: "command", sure: "open" }];
  if (itemsAt(container, "env").some((item) => textAt(item, "name") === UNKNOWN)) return [{ what: "variables", sure: "open" }];
  return asked.includes(UNKNOWN) ? [{ what: "probes", sure: "open" }] : likelyOf(container);
}

function likelyOf(container: Value): Habit[] {
  const gets = PROBE_NAMES.map((name) => valueAt(container, name, "httpGet")).filter((get) => textAt(get, "scheme") !== "HTTPS");
  return SERVERS_BY_HABIT.flatMap(({ title, likely }): Habit[] => {
    if (likely === undefined || listsPort(container, likely.port) !== true) return [];
    const path = gets
      .map((get) => (get === undefined ? undefined : textAt(get, "path")))
      .find((one) => likely.path.test(String(one)));
    return path === undefined
      ? []
      : [{ what: `is probed at ${String(path)} and listens on port ${likely.port}, as ${title} does`, sure: "likely" }];
  });
}

function mayBeReached(container: Value, target: Value, containers: readonly Value[]): boolean {
  if (containers.length === 1 || target === undefined || listsPort(container, target) !== false) return true;
  const others = containers.filter((other) => listsPort(other, target) !== false);
  return others.length === 0 || others.some(mayPassOn);
}

/** The path or the command by which a probe asks. */
function askedBy(probe: Value): Read<string> {
  const path = textAt(probe, "httpGet", "path");
  if (path !== undefined) return path;
  const words = itemsAt(probe, "exec", "command");
  return words.includes(UNKNOWN) ? UNKNOWN : words.join(" ");
}

const A_SHELL = /(^|\/)(ba|da|a)?sh$/;

/** What follows a program is for it to read, and no program; what follows a shell is. */
function startsSomethingUnknown(container: Value): boolean {
  const [first, ...others] = commandWords(container);
  return first === UNKNOWN || (typeof first === "string" && A_SHELL.test(first) && others.includes(UNKNOWN));
}

import type { Problem } from "../../compile/check/problem";
import { missingSecrets } from "../../compile/check/stackRules";
import { parseStack, type ExaminedService } from "../../compile/parse";
import type { Stack } from "../../compile/stack";
import type { ConnectionServiceArgs } from "./connectionService";
import { stackOf } from "./stackOf";

/** A component's arguments without a problem. */
export interface ExaminedArguments {
  stack: Stack;
  service: ExaminedService;
  warnings: string[];
  problems?: undefined;
}

/** Takes a component's arguments through the check of stack files, and tells every problem at its place in the arguments. */
export function examineArguments(name: string, args: ConnectionServiceArgs): ExaminedArguments | { problems: Problem[] } {
  const { raw, problems, placed } = stackOf(name, args);
  if (raw === undefined) return { problems };
  const parsed = parseStack(raw);
  if (parsed.problems !== undefined) return { problems: [...problems, ...parsed.problems.map(placed)] };
  const missing = missingSecrets(parsed.stack).map(({ path }) => placed({ path, message: NO_VALUE }));
  if (problems.length + missing.length > 0) return { problems: [...problems, ...missing] };
  const warnings = parsed.warnings.map((message) => placed({ path: "", message }).message);
  return { stack: parsed.stack, service: parsed.examined[0]!, warnings };
}

const NO_VALUE = "missing; service.secrets asks for it. Write its value there, as a secret of the program's configuration.";

import type { Rule } from "../rule";
import { disruptionBudget } from "./disruptionBudget";
import { idleTimeout } from "./idleTimeout";
import { stickySessions } from "./stickySessions";

/** Every rule, in the order they are reported. A new rule is a file and a line here. */
export const RULES: readonly Rule[] = [stickySessions, idleTimeout, disruptionBudget];

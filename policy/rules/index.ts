import type { Rule } from "../rule";
import { disruptionBudget } from "./disruptionBudget";
import { idleTimeout } from "./idleTimeout";
import { imagePinned } from "./imagePinned";
import { ingressClass } from "./ingressClass";
import { plainSecret } from "./plainSecret";
import { podSecurity } from "./podSecurity";
import { removedApi } from "./removedApi";
import { stickySessions } from "./stickySessions";

/** Every rule, in the order they are reported. A new rule is a file and a line here. */
export const RULES: readonly Rule[] = [
  stickySessions,
  idleTimeout,
  disruptionBudget,
  removedApi,
  ingressClass,
  imagePinned,
  plainSecret,
  podSecurity,
];

import type { Rule } from "../rule";
import { autoscaler } from "./autoscaler";
import { disruptionBudget } from "./disruptionBudget";
import { disruptionBudgetFeasible } from "./disruptionBudgetFeasible";
import { gracefulDrain } from "./gracefulDrain";
import { idleTimeout } from "./idleTimeout";
import { imagePinned } from "./imagePinned";
import { ingressClass } from "./ingressClass";
import { livenessProbe } from "./livenessProbe";
import { plainSecret } from "./plainSecret";
import { podSecurity } from "./podSecurity";
import { podSpread } from "./podSpread";
import { readinessProbe } from "./readinessProbe";
import { removedApi } from "./removedApi";
import { replicaFloor } from "./replicaFloor";
import { rollout } from "./rollout";
import { startupProbe } from "./startupProbe";
import { stickySessions } from "./stickySessions";

/** Every rule, in the order they are reported. A new rule is a file and a line here. */
export const RULES: readonly Rule[] = [
  stickySessions,
  idleTimeout,
  gracefulDrain,
  disruptionBudget,
  disruptionBudgetFeasible,
  replicaFloor,
  rollout,
  autoscaler,
  podSpread,
  startupProbe,
  readinessProbe,
  livenessProbe,
  removedApi,
  ingressClass,
  imagePinned,
  plainSecret,
  podSecurity,
];

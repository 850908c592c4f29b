import type { Rule } from "../rule";
import { autoscaler } from "./autoscaler";
import { danglingBackend } from "./danglingBackend";
import { disruptionBudget } from "./disruptionBudget";
import { disruptionBudgetFeasible } from "./disruptionBudgetFeasible";
import { entryAnnotations } from "./entryAnnotations";
import { gracefulDrain } from "./gracefulDrain";
import { hiddenHop } from "./hiddenHop";
import { hostPathUnique } from "./hostPathUnique";
import { idleTimeout } from "./idleTimeout";
import { imagePinned } from "./imagePinned";
import { ingressClass } from "./ingressClass";
import { livenessProbe } from "./livenessProbe";
import { logCollector } from "./logCollector";
import { metricsNotPublic } from "./metricsNotPublic";
import { networkPolicyAdmitsEntry } from "./networkPolicyAdmitsEntry";
import { nodePort } from "./nodePort";
import { plainSecret } from "./plainSecret";
import { podSecurity } from "./podSecurity";
import { podSpread } from "./podSpread";
import { readinessProbe } from "./readinessProbe";
import { reloadCuts } from "./reloadCuts";
import { removedApi } from "./removedApi";
import { replicaFloor } from "./replicaFloor";
import { resources } from "./resources";
import { retiredController } from "./retiredController";
import { rollout } from "./rollout";
import { snippet } from "./snippet";
import { sourceRanges } from "./sourceRanges";
import { stableAddress } from "./stableAddress";
import { startupProbe } from "./startupProbe";
import { stickySessions } from "./stickySessions";
import { tls } from "./tls";
import { websocketUpgrade } from "./websocketUpgrade";

/** Every rule, in the order they are reported. A new rule is a file and a line here. */
export const RULES: readonly Rule[] = [
  stickySessions,
  idleTimeout,
  websocketUpgrade,
  gracefulDrain,
  entryAnnotations,
  networkPolicyAdmitsEntry,
  reloadCuts,
  hiddenHop,
  retiredController,
  snippet,
  disruptionBudget,
  disruptionBudgetFeasible,
  replicaFloor,
  rollout,
  autoscaler,
  podSpread,
  startupProbe,
  readinessProbe,
  livenessProbe,
  logCollector,
  tls,
  nodePort,
  hostPathUnique,
  danglingBackend,
  stableAddress,
  sourceRanges,
  metricsNotPublic,
  removedApi,
  ingressClass,
  imagePinned,
  resources,
  plainSecret,
  podSecurity,
];

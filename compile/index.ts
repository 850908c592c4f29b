import { compileAddressPool } from "./addressPool";
import { compileClusterIpService } from "./clusterIpService";
import { compileConfigMap, compileFiles } from "./configMap";
import { compileConsumers, compileConsumes } from "./consumers";
import { compileDashboard } from "./dashboardConfigMap";
import { compileDeployment } from "./deployment";
import { entryKind } from "./entry";
import { autoscalerNeeds, compileAutoscaler } from "./horizontalPodAutoscaler";
import type { CompiledObject, CompiledService, CompiledStack } from "./model";
import { compileNamespace } from "./namespace";
import { compileNetworkPolicy } from "./networkPolicy";
import { applyPatches } from "./patches";
import { compilePodDisruptionBudget } from "./podDisruptionBudget";
import { compilePrometheusRule } from "./prometheusRule";
import { compileSecret, secretNeeds } from "./secret";
import type { Service } from "./service";
import { compileServiceMonitor, metricsNeeds } from "./serviceMonitor";
import type { Stack, Surroundings } from "./stack";

/** Everything of one service, in an order in which each object comes after those it needs. */
export function compileService(service: Service, surroundings: Surroundings): CompiledService {
  const entries = service.entries.map((entry) => entryKind(entry.kind)!.compile(entry, service, surroundings));
  const consumed = compileConsumes(service, surroundings);
  const objects: CompiledObject[] = [
    ...compileNamespace(service, surroundings.cluster, namespaceLabels(service)),
    ...compileConfigMap(service),
    ...compileFiles(service),
    ...compileSecret(service),
    ...consumed.objects,
    consumed.wire(compileDeployment(service, surroundings.cluster)),
    compileClusterIpService(service),
    ...compileNetworkPolicy(service, surroundings),
    ...compileAutoscaler(service, surroundings.cluster),
    ...compilePodDisruptionBudget(service),
    ...compileServiceMonitor(service),
    ...compilePrometheusRule(service, surroundings),
    ...entries.flatMap((entry) => entry.objects),
  ];
  const endpoints = entries.map(({ endpoint }) => endpoint);
  const { objects: patched, ...patching } = applyPatches(objects, service.patches, endpoints);
  const compiled: CompiledService = {
    name: service.name,
    namespace: service.namespace,
    objects: patched,
    endpoints,
    patching,
    needs: [
      ...secretNeeds(service),
      ...metricsNeeds(service),
      ...autoscalerNeeds(service),
      ...entries.flatMap(({ needs }) => needs),
    ],
  };
  return { ...compiled, objects: [...patched, ...compileDashboard(service, compiled, surroundings)] };
}

function namespaceLabels(service: Service): Record<string, string> {
  return Object.assign({}, ...service.entries.map((entry) => entryKind(entry.kind)!.namespaceLabels?.(entry))) as Record<
    string,
    string
  >;
}

/** The pools this stack creates. */
export function compilePools(surroundings: Surroundings): CompiledObject[] {
  return surroundings.addressPools.filter(({ create }) => create).flatMap((pool) => compileAddressPool(pool, surroundings));
}

/** A whole stack. The pools come before every service. */
export function compileStack(stack: Stack): CompiledStack {
  return {
    pools: compilePools(stack),
    services: stack.services.map((service) => compileService(service, stack)),
    consumers: compileConsumers(stack.consumers, stack.endpoints),
  };
}

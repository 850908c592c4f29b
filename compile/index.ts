import { compileAddressPool } from "./addressPool";
import { compileClusterIpService } from "./clusterIpService";
import { compileConfigMap, compileFiles } from "./configMap";
import { compileConsumers, compileConsumes } from "./consumers";
import { compileDeployment } from "./deployment";
import { edgeNeeds, withRecords } from "./edge";
import { compileIssuer } from "./edge/stack";
import { entryKind } from "./entry";
import type { CompiledEntry } from "./entry/kind";
import { examineServices, type ExaminedService } from "./examine";
import { autoscalerNeeds, compileAutoscaler } from "./horizontalPodAutoscaler";
import { openEntries } from "./migration";
import { withExternalDns } from "./migration/dns";
import { planMigration } from "./migration/plan";
import type { CompiledObject, CompiledService, CompiledStack } from "./model";
import { compileNamespace } from "./namespace";
import { compileNetworkPolicy } from "./networkPolicy";
import { compileEntries } from "./openedEntries";
import { applyPatches } from "./patches";
import { compilePodDisruptionBudget } from "./podDisruptionBudget";
import { compileServiceAccount, podNeeds } from "./podSettings";
import { compilePodTls, podTlsNeeds } from "./podTls";
import { compilePrometheusRule } from "./prometheusRule";
import { refersTo } from "./references";
import { compileSecret, secretNeeds } from "./secret";
import type { Service } from "./service";
import { compileServiceMonitor, metricsNeeds } from "./serviceMonitor";
import type { Stack, Surroundings } from "./stack";
import { compileStatefulSet } from "./statefulSet";
import { isExisting, isStateful, workloadKind, workloadNeeds } from "./workload";

/**
 * Everything that follows from one service alone, in an order in which each object comes after those it needs.
 *
 * @param entries its open entries, where they are compiled already.
 */
export function compileService(
  service: Service,
  surroundings: Surroundings,
  entries: CompiledEntry[] = compileEntries(service, surroundings),
): CompiledService {
  const endpoints = entries.map(({ endpoint }) => endpoint);
  const opened = entries.flatMap((entry) => entry.objects);
  const ofEntries = withRecords(withExternalDns(opened, endpoints, service), endpoints, service, surroundings);
  const consumed = compileConsumes(service, surroundings);
  const { cluster } = surroundings;
  const workload = isStateful(service) ? compileStatefulSet(service, cluster) : [compileDeployment(service, surroundings)];
  const created: CompiledObject[] = [
    ...compileNamespace(service, cluster, namespaceLabels(service)),
    ...compileConfigMap(service),
    ...compileFiles(service),
    ...compileSecret(service),
    ...compilePodTls(service),
    ...compileServiceAccount(service),
    ...consumed.objects,
    ...workload.map((object) => (object.object.kind === workloadKind(service) ? consumed.wire(object) : object)),
    compileClusterIpService(service),
    ...compileNetworkPolicy(service, surroundings),
    ...compileAutoscaler(service, cluster),
    ...compilePodDisruptionBudget(service),
    ...compileServiceMonitor(service),
    ...compilePrometheusRule(service, surroundings, { objects: opened, endpoints }),
    ...ofEntries,
  ];
  const objects = isExisting(service)
    ? [...clusterServiceFor(service, ofEntries), ...compileNetworkPolicy(service, surroundings), ...ofEntries]
    : created;
  const { objects: patched, ...patching } = applyPatches(objects, service.patches, endpoints);
  const migration = planMigration(service, surroundings, { objects: patched, endpoints });
  return {
    name: service.name,
    namespace: service.namespace,
    objects: patched,
    endpoints,
    patching,
    needs: [
      ...workloadNeeds(service),
      ...(isExisting(service) ? [] : podNeeds(service)),
      ...secretNeeds(service),
      ...podTlsNeeds(service),
      ...metricsNeeds(service),
      ...autoscalerNeeds(service),
      ...entries.flatMap(({ needs }) => needs),
      ...edgeNeeds(service, surroundings),
    ],
    ...(migration === undefined ? {} : { migration }),
  };
}

/** Pods of others mostly have a Service of others; one of ours only where an entry sends to it, or where there is no entry. */
function clusterServiceFor(service: Service, ofEntries: CompiledObject[]): CompiledObject[] {
  const own = compileClusterIpService(service);
  const asked = ofEntries.some(({ object }) => refersTo(object, "Service", own.object.metadata.name));
  return asked || ofEntries.length === 0 ? [own] : [];
}

function namespaceLabels(service: Service): Record<string, string> {
  return Object.assign({}, ...openEntries(service).map((entry) => entryKind(entry.kind)!.namespaceLabels?.(entry))) as Record<
    string,
    string
  >;
}

/** The pools this stack creates. */
export function compilePools(surroundings: Surroundings): CompiledObject[] {
  return surroundings.addressPools.filter(({ create }) => create).flatMap((pool) => compileAddressPool(pool, surroundings));
}

/**
 * A whole stack. The pools come before every service.
 *
 * @param examined its services, as the check of the stack left them.
 */
export function compileStack(
  stack: Stack,
  examined: ExaminedService[] = examineServices(
    stack.services.map((service) => ({ service })),
    stack,
  ),
): CompiledStack {
  return {
    pools: [...compilePools(stack), ...compileIssuer(stack)],
    services: examined.map(({ compiled }) => compiled),
    consumers: compileConsumers(stack.consumers, stack.endpoints),
  };
}

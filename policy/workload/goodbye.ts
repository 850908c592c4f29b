import { PROMISE_ANNOTATION, PROMISE_RANGES } from "../../path/declarations";
import { facts, POD_LIFECYCLE } from "../../path/facts";
import type { HopKind } from "../../path/facts";
import type { Path } from "../../path/model";
import type { KubernetesObject, Unknown } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import type { PreStop } from "../../path/preStop";
import { readPreStop } from "../../path/preStop";
import { shellThatKeepsSignals } from "../../path/shell";
import { annotationOf, numberAt } from "../../path/value";
import type { PropertyPath, RuleContext } from "../rule";
import type { JudgedWorkload } from "../scope/workloads";
import type { Container } from "./containers";
import { servingContainers } from "./containers";
import { podSpecAt, podSpecOf } from "./pods";

interface ContainerGoodbye {
  container: Container;
  preStop: PreStop;
  /** The script that keeps SIGTERM from the application. */
  shell: string | Unknown | undefined;
}

/** How the pods of a workload take their leave. */
export interface Goodbye {
  /** The containers that connections reach. */
  containers: ContainerGoodbye[];
  /** False where it is not known yet which containers those are. */
  sure: boolean;
  /** Seconds of `terminationGracePeriodSeconds`, or of its default; UNKNOWN before the update. */
  graceSeconds: number | Unknown;
  graceAt: PropertyPath;
  /** `30 s (the default)`, for sentences. */
  graceText: string;
  /** Seconds until the longest preStop lets SIGTERM come; undefined where there is none, or nothing shows how long it takes. */
  preStopSeconds: number | undefined;
  /** Seconds the application gets after SIGTERM, as promised. */
  drainSeconds: number;
  /** Whether somebody wrote that promise, or it is what is asked of everybody. */
  promised: boolean;
  /** Whether what is promised is not known before the update. */
  promiseOpen: boolean;
  /** Seconds until no way in sends anything new to a pod that leaves. */
  propagationSeconds: number;
}

const known = new WeakMap<JudgedWorkload, Goodbye | { containers: Unknown }>();

/** UNKNOWN where the containers themselves are not known yet. Read once for each workload of a context. */
export function goodbyeOf(judged: JudgedWorkload, context: RuleContext): Goodbye | Unknown {
  const before = known.get(judged);
  if (before !== undefined) return before.containers === UNKNOWN ? UNKNOWN : (before as Goodbye);
  const read = readGoodbye(judged, context);
  known.set(judged, read === UNKNOWN ? { containers: UNKNOWN } : read);
  return read;
}

function readGoodbye(judged: JudgedWorkload, context: RuleContext): Goodbye | Unknown {
  const serving = servingContainers(judged, context.catalog);
  if (serving === UNKNOWN) return UNKNOWN;
  const containers = serving.containers.map((container): ContainerGoodbye => ({
    container,
    preStop: readPreStop(container.value, context.cluster),
    shell: shellThatKeepsSignals(container.value),
  }));
  const running = containers.flatMap(({ preStop }) =>
    preStop.kind === "runs" ? [preStop.signalsAfterSeconds ?? preStop.seconds] : [],
  );
  const seconds = running.filter((each) => each !== undefined);
  return {
    containers,
    sure: serving.sure,
    ...graceOf(judged.workload),
    preStopSeconds: seconds.length === 0 || seconds.length < running.length ? undefined : Math.max(...seconds),
    ...drainAsked(judged.paths, context),
    propagationSeconds: Math.max(...judged.paths.map(propagationOf), 0),
  };
}

export function graceOf(workload: KubernetesObject): Pick<Goodbye, "graceSeconds" | "graceAt" | "graceText"> {
  const written = numberAt(podSpecOf(workload), "terminationGracePeriodSeconds");
  const graceSeconds = written ?? POD_LIFECYCLE.defaultGracePeriodSeconds;
  const graceAt = [...podSpecAt(workload), "terminationGracePeriodSeconds"];
  const graceText =
    graceSeconds === UNKNOWN ? "not known yet" : `${graceSeconds} s${written === undefined ? " (the default)" : ""}`;
  return { graceSeconds, graceAt, graceText };
}

/** The longest goodbye that is asked for by a way in to the workload. */
function drainAsked(paths: readonly Path[], context: RuleContext): Pick<Goodbye, "drainSeconds" | "promised" | "promiseOpen"> {
  const asked = paths.flatMap((path) => drainsOf(context).get(path) ?? []);
  const promised = paths.some(({ entry, service }) =>
    [entry, service].some((ref) => {
      const object = context.catalog.resolve(ref);
      return object !== undefined && annotationOf(object, PROMISE_ANNOTATION) !== undefined;
    }),
  );
  const promiseOpen = paths.some((path) => drainsOf(context).get(path) === undefined);
  return { promiseOpen, drainSeconds: asked.length === 0 ? PROMISE_RANGES.drainSeconds.standard : Math.max(...asked), promised };
}

const drains = new WeakMap<RuleContext, Map<Path, number>>();

/** What every way in promises, looked up once for all workloads. */
function drainsOf(context: RuleContext): Map<Path, number> {
  let found = drains.get(context);
  if (found === undefined) {
    found = new Map(
      context.asked.flatMap((one) => ("requirement" in one ? [[one.path, one.requirement.promise.drainSeconds]] : [])),
    );
    drains.set(context, found);
  }
  return found;
}

/** Kinds of hops that carry Services on the nodes: before one of them the target of a load balancer is a node, not a pod. */
const ON_NODES = /^(kube-proxy|calico-ebpf|cilium-ebpf|unknown-service-proxy)/;

export const sendsToNodes = ({ hops }: Path): boolean => hops.some(({ hop }) => ON_NODES.test(hop));

/** A load balancer that was not read hears of a leaving pod no sooner than what carries Services on the nodes does. */
const heardAs = (hop: HopKind): HopKind => (hop === "unknown-load-balancer" ? "unknown-service-proxy" : hop);

/** The target groups of AWS know only nodes where it sends to nodes; a pod then leaves by what carries Services there. */
function propagationOf(path: Path): number {
  const counted = sendsToNodes(path) ? path.hops.filter(({ hop }) => !hop.startsWith("aws-")) : path.hops;
  return Math.max(0, ...counted.map(({ hop }) => facts(heardAs(hop as HopKind)).drain.propagationSeconds));
}

import * as pulumi from "@pulumi/pulumi";
import { formatProblems, type Problem } from "../../compile/check/problem";
import { SHORTEST_ROLLOUT_KEY_CHARACTERS } from "../../compile/secret";
import { verifyCluster } from "../cluster";
import type { EntryOutput } from "../connectionService";
import { lateRefusal } from "../lateRefusal";
import { registerService } from "../registerService";
import type { BareMetal, CertManager, Cluster, OutsideEndpoint } from "./args/cluster";
import type { Service } from "./args/service";
import { examineArguments } from "./examine";

/**
 * One service as a stack file says it, in shapes that a package can carry: no unions, so every mode is a word that the check knows, and
 * an entry has a block for the keys of its kind. A test compares every key with the schemas.
 */
export interface ConnectionServiceArgs {
  /** Where the cluster runs. Decides which entries there are. Allowed: `aws`, `azure`, `gcp`, `bare-metal`. Required. */
  platform: string;
  /**
   * `production` asks for more: the cluster's uid, at least two pods, an image with a version, TLS on every host. Allowed:
   * `production`, `development`. Required.
   */
  environment: string;
  /** What no object shows about the cluster. What is left out makes a verdict `unknown`, with a warning. Default: nothing is declared. */
  cluster?: Cluster;
  /** Address pools of MetalLB. Only with `platform: bare-metal`. Default: none. */
  bareMetal?: BareMetal;
  /** Who signs the certificates that are kept in the cluster. Default: nobody. */
  certManager?: CertManager;
  /** The zone that every host lies in. A host outside it is an error. Allowed: a DNS name. Default: any host. */
  dnsZone?: string;
  /** Addresses that the service may consume, by name. Default: none. */
  endpoints?: Record<string, OutsideEndpoint>;
  /** The service. It decides which children exist, so everything in it is plain. Required. */
  service: Service;
  /**
   * The values of the service's secrets with `source: pulumi`, by environment variable. They may be known later, and are secret in
   * the state whether they are marked or not. Default: none.
   */
  secretValues?: Record<string, pulumi.Input<string>>;
}

/** One way in, as clients and operators see it. */
export interface EntryResult {
  /** Its name: its kind, where the description gives it no other. */
  name: string;
  /** What it is; where a neutral kind was written, what that is on this platform. */
  kind: string;
  /** What clients open. */
  url: string;
  /** IP address or host name of the load balancer, once it has one; `pending` until then. */
  address: string;
  /** Whether its path keeps the promise: `holds`, `holds-with-heartbeat`, `holds-as-lifetime` or `unknown`. */
  verdict: string;
  /** Why, each a sentence. */
  reasons: string[];
  /** Seconds of silence after which the first hop closes a connection; left out where none does. */
  effectiveIdleSeconds?: number;
  /** With `dns.mode: print`: the line to add to the zone. */
  record?: string;
}

/**
 * One long-lived-connection service: its workload and its ways in, from one description, with the promise of each connection proved hop
 * by hop. An entry that cannot keep the promise is an error, and nothing is created.
 */
export class ConnectionService extends pulumi.ComponentResource {
  /** Namespace of everything that the component makes. */
  readonly namespace: pulumi.Output<string>;
  /** Where the service answers, entry by entry in the order of the description. */
  readonly entries: pulumi.Output<EntryResult[]>;

  constructor(name: string, args: ConnectionServiceArgs, options: pulumi.ComponentResourceOptions = {}) {
    const examined = examineArguments(name, args);
    if (examined.problems !== undefined) throw refusal(name, examined.problems);
    super("holdfast:index:ConnectionService", name, {}, options);
    const { stack, service, warnings } = examined;
    for (const warning of warnings) void pulumi.log.warn(warning, this);
    const verified = verify(this, name, stack.access.uid);
    const secretValue = (_service: string, key: string) => secretOf(args.secretValues, key, service.service.secrets?.rolloutKey);
    const dependsOn = pulumi
      .all([pulumi.output(options.dependsOn), verified])
      .apply(([first, proof]) => [first ?? [], proof].flat());
    const { namespace, entries, outputs } = registerService(
      this,
      name,
      { service, surroundings: stack, secretValue },
      { ...options, dependsOn: dependsOn as unknown as pulumi.Input<pulumi.Resource[]> },
    );
    this.namespace = namespace;
    this.entries = pulumi.all([outputs.entries, pulumi.output(entries)]).apply(([, known]) => known.map(resultOf));
    this.registerOutputs({ namespace: this.namespace, entries: this.entries });
  }
}

const refusal = (name: string, problems: Problem[]) =>
  new pulumi.RunError(formatProblems(problems, `ConnectionService ${name}`, ""));

/** The current context of some kubeconfig is never assumed, and where the stack names the cluster it has to be that one. */
function verify(component: ConnectionService, name: string, uid: string | undefined): pulumi.Input<pulumi.Resource[]> {
  const provider = component.getProvider("kubernetes:core/v1:Namespace");
  if (provider === undefined) {
    const message =
      "missing; needed: a provider of Kubernetes, made with the context or the kubeconfig of the cluster. The current context is never assumed.";
    throw refusal(name, [{ path: "options.providers", message }]);
  }
  if (uid === undefined) return [];
  const known = { behind: "the provider of the component", key: "cluster.uid" };
  return verifyCluster(`${name}-cluster-identity`, uid, known, { provider, parent: component });
}

function secretOf(
  values: ConnectionServiceArgs["secretValues"],
  key: string,
  rolloutKey: string | undefined,
): pulumi.Output<string> {
  const checked = pulumi.output(values).apply((known) => {
    const value = (known as Record<string, string> | undefined)?.[key];
    if (value === undefined) throw lateRefusal(`secretValues.${key}: missing; service.secrets asks for it.`);
    if (key === rolloutKey && value.length < SHORTEST_ROLLOUT_KEY_CHARACTERS) {
      throw lateRefusal(
        `secretValues.${key}: found ${value.length} characters; allowed: at least ${SHORTEST_ROLLOUT_KEY_CHARACTERS}, random ones, or the secrets could be guessed from the pods' annotation.`,
      );
    }
    return value;
  });
  return pulumi.secret(checked);
}

type Known = pulumi.Unwrap<EntryOutput>;

function resultOf({ name, kind, url, address, verdict, reasons, effectiveIdleSeconds, record }: Known): EntryResult {
  return {
    ...{ name, kind, url, address, verdict, reasons },
    ...(effectiveIdleSeconds === null ? {} : { effectiveIdleSeconds }),
    ...(record === undefined ? {} : { record }),
  };
}

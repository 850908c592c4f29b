import { compileStack } from "../compile";
import { holesIn, type CompiledObject } from "../compile/model";
import { parseStack } from "../compile/parse";
import { rawStack } from "../compile/rawStack";
import type { KubernetesObject } from "../path/objects";

/** How many services the large stack has. */
const SERVICES = 100;

/** The ways in, in turn. Hosts, addresses and ports are every service's own, so nothing collides. */
const ENTRIES: ((name: string, index: number) => object[])[] = [
  (name, index) => [
    { kind: "metallb", pool: "bench", address: `10.0.0.${index + 1}` },
    { kind: "ingress-nginx", host: `${name}.example.com`, className: "nginx" },
  ],
  (name) => [{ kind: "traefik", host: `${name}.example.com` }],
  (name) => [{ kind: "gateway", implementation: "contour", host: `${name}.example.com`, className: "contour" }],
  (_, index) => [{ kind: "node-port", nodePort: 31_000 + index }],
];

type Configuration = Record<string, unknown>;

/** The configuration of a stack of a hundred services on bare metal, or of so many, as a user writes it. */
export function hundredServices(cluster: { context: string; uid: string }, services = SERVICES): Configuration {
  return {
    "pulumi:disable-default-providers": ["*"],
    "holdfast:platform": "bare-metal",
    "holdfast:environment": "development",
    "holdfast:cluster": {
      ...cluster,
      kubernetesVersion: "1.36",
      kubeProxyMode: "nftables",
      // In the order of the alphabet, in which the CLI hands them over: they are written into an annotation.
      controllers: { contour: "1.33.8", metallb: "0.15.2", traefik: "3.6.1" },
      ingressClasses: { nginx: "traefik" },
      nodeConntrackEstablishedSeconds: 86_400,
    },
    "holdfast:bareMetal": { addressPools: [{ name: "bench", addresses: ["10.0.0.0/24"], advertise: "l2" }] },
    "holdfast:services": Array.from({ length: services }, (_, index) => service(`chat-${index}`, index)),
  };
}

function service(name: string, index: number): object {
  return {
    name,
    image: "registry.example.com/chat:1.8.2",
    port: 8080,
    protocol: "websocket",
    config: { LOG_LEVEL: "info", ROOM: name },
    promise: { idleSeconds: 3600, drainSeconds: 40 },
    scaling: { min: 3, max: 10, cpuPercent: 70 },
    entries: ENTRIES[index % ENTRIES.length]!(name, index),
  };
}

/** One object as plain data: all that a program needs that registers it by hand. */
export interface PlainObject {
  /** The name of its Pulumi resource. */
  name: string;
  object: KubernetesObject;
  /** Names of those that must exist first. */
  after: string[];
}

/** Every object that the components create from such a configuration, in their order and under their names. */
export function plainObjects(configuration: Configuration): PlainObject[] {
  const parsed = parseStack(rawStack(configuration));
  if (parsed.problems !== undefined) throw new Error(JSON.stringify(parsed.problems, undefined, 2));
  const { pools, services } = compileStack(parsed.stack, parsed.examined);
  return [...below("bare-metal", pools), ...services.flatMap(({ name, objects }) => below(name, objects))];
}

function below(prefix: string, compiled: CompiledObject[]): PlainObject[] {
  const nameOf = (logicalName: string) => `${prefix}-${logicalName}`;
  return compiled.map(({ logicalName, object, after }) => {
    const isPlain = holesIn(object).length === 0;
    if (!isPlain) throw new Error(`${nameOf(logicalName)} has values that are known later`);
    return { name: nameOf(logicalName), object, after: after.map(nameOf) };
  });
}

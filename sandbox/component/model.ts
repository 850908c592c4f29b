import type { Layout } from "../paths";
import type { Pace } from "../kubelet/manners";
import type { ExtraName, Mode, Ports } from "../state";

export const COMPONENT_NAMES = [
  "etcd",
  "forwarder",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
  "kube-proxy",
  "metallb-controller",
  "traefik",
  "contour",
  "envoy",
  "coredns",
  "names",
  "sample-server",
  "kubelet-stand-in",
] as const;
export type ComponentName = (typeof COMPONENT_NAMES)[number];

/** What a component's command line depends on. */
export interface Context {
  layout: Layout;
  mode: Mode;
  extras: ExtraName[];
  ports: Ports;
  pods: Pace;
  /** Program -> absolute path. */
  binaries: Record<string, string>;
}

/** What starts a component. */
export interface Command {
  file: string;
  args: string[];
  env?: Record<string, string>;
  /** Path -> text of the files it reads, written before its start. */
  files?: Record<string, string>;
}

/** One process of the sandbox. */
export interface Component {
  name: ComponentName;
  /** What it is here, for a person. */
  what: string;
  /** The extra it belongs to; absent for what every sandbox has. */
  extra?: ExtraName;
  /** In a control plane alone there is no data plane, and no door into a namespace is needed. */
  onlyInFull: boolean;
  /** Whether it exists on this machine at all. Default: yes. */
  exists?: () => boolean;
  command(context: Context): Command;
  /** Ports it listens on once it works. Empty: being alive is all that can be seen. */
  listens(context: Context): number[];
}

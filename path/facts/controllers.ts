import type { HopKind } from "../facts";

/** What a reload of a controller's configuration does to connections that are open, and where that is written. */
export interface ReloadKnob {
  /** The key of the controller's own ConfigMap. */
  key: string;
  /** How its value is parsed: nginx counts bare numbers in seconds, HAProxy in milliseconds. */
  syntax: "nginx" | "haproxy";
  source: string;
}

/** What there is to know of an Ingress controller beside its clocks. */
export interface ControllerFacts {
  hop: HopKind;
  title: string;
  /** Its image, by the end of its name without tag. */
  image: RegExp;
  /** The names that its manifests and its chart give its ConfigMap. */
  configMaps: readonly string[];
  reload?: ReloadKnob;
}

export const CONTROLLERS: readonly ControllerFacts[] = [
  {
    hop: "ingress-nginx",
    title: "ingress-nginx",
    image: /(^|\/)(ingress-nginx\/controller(-chroot)?|nginx-ingress-controller)$/,
    configMaps: ["ingress-nginx-controller", "nginx-configuration"],
    reload: {
      key: "worker-shutdown-timeout",
      syntax: "nginx",
      source: "kubernetes/ingress-nginx internal/ingress/controller/config/config.go, WorkerShutdownTimeout (controller-v1.15.1)",
    },
  },
  {
    hop: "haproxy-ingress",
    title: "HAProxy Ingress (jcmoraisjr)",
    image: /(^|\/)haproxy-ingress$/,
    configMaps: ["haproxy-ingress"],
    reload: {
      key: "timeout-stop",
      syntax: "haproxy",
      source: "jcmoraisjr/haproxy-ingress docs/content/en/docs/configuration/keys.md, timeout-stop (v0.16.1)",
    },
  },
  {
    hop: "haproxytech-ingress",
    title: "HAProxy Kubernetes Ingress Controller (haproxytech)",
    image: /(^|\/)haproxytech\/kubernetes-ingress$/,
    configMaps: ["haproxy-kubernetes-ingress"],
    reload: {
      key: "hard-stop-after",
      syntax: "haproxy",
      source: "haproxytech/kubernetes-ingress documentation/annotations.md, hard-stop-after (v3.2.11)",
    },
  },
  {
    hop: "f5-nginx",
    title: "F5 NGINX Ingress Controller",
    // Its older images are in the account of its demonstrations.
    image: /(^|\/)(nginx|nginxinc|nginxdemos)\/nginx-ingress$/,
    configMaps: ["nginx-ingress", "nginx-config"],
  },
];

/** Controllers that are only told by their images here: who serves an Ingress is not certain where one of them runs. */
export const OTHER_CONTROLLERS =
  /(^|\/)(traefik|projectcontour\/contour|kong|kubernetes-ingress-controller|aws-load-balancer-controller|aws-alb-ingress-controller|cilium|voyager|skipper|ambassador|emissary|apisix-ingress-controller)$/;

/** Whether a controller serves an Ingress that names no class, from before there were classes as objects. */
export interface WithoutAClass {
  /** The class that serves what names none; absent where every class does. */
  onlyClass?: string;
  /** From which major version on it passes over what names none. */
  notSinceMajor?: number;
  source: string;
}

export const WITHOUT_A_CLASS: Partial<Record<HopKind, WithoutAClass>> = {
  "ingress-nginx": {
    onlyClass: "nginx",
    notSinceMajor: 1,
    source:
      "kubernetes/ingress-nginx internal/ingress/annotations/class/main.go, IsValid (nginx-0.32.0); docs/user-guide/k8s-122-migration.md, --watch-ingress-without-class",
  },
  "f5-nginx": {
    notSinceMajor: 2,
    source:
      "nginxinc/kubernetes-ingress internal/k8s/controller.go, IsNginxIngress (v1.7); tests/suite/test_ingress_class.py; docs, Ingress Class and Running Multiple Ingress Controllers (v2.0)",
  },
};

/** The arguments with which a controller takes what names no class, or passes over it, whatever it does without them. */
export const TAKES_NO_CLASS = /^--?watch-ingress-without-class(=true)?$/;
export const PASSES_OVER_NO_CLASS = /^--?(use-ingress-class-only|ignore-ingress-without-class)(=true)?$/;
export const INGRESS_CLASS_ARGUMENT = /^--?ingress[-.]class(?:=(.*))?$/;

/** Software that nobody mends any more. */
export interface Retirement {
  title: string;
  /** What became of it, a sentence. */
  what: string;
  /** What to do. */
  instead: string;
  source: string;
  /** True where it only gets the most necessary mends still. */
  legacy?: boolean;
}

export const RETIRED: Partial<Record<HopKind, Retirement>> = {
  "ingress-nginx": {
    title: "ingress-nginx",
    what: "its project ended in March 2026, and no hole in it is mended since",
    instead:
      "move to a Gateway (holdfast entry kind gateway), or let another controller serve the class: Traefik reads its annotations",
    source: "kubernetes.io/blog/2025/11/11/ingress-nginx-retirement",
  },
  "aws-nlb-in-tree": {
    title: "the load balancer controller inside AWS's cloud provider",
    what: "it only gets critical mends, and reads few of the annotations that connections need",
    instead: "spec.loadBalancerClass: service.k8s.aws/nlb on a new Service",
    source: "docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html",
    legacy: true,
  },
  "aws-classic-elb": {
    title: "the Classic Load Balancer of AWS's cloud provider",
    what: "it is a previous generation, made by a controller that only gets critical mends",
    instead: "spec.loadBalancerClass: service.k8s.aws/nlb on a new Service",
    source: "docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html",
    legacy: true,
  },
};

/** Annotations that carry configuration text, and what their controller says of it where nobody allowed it. */
export const SNIPPETS = [
  {
    hop: "ingress-nginx",
    annotation: /^nginx\.ingress\.kubernetes\.io\/(.*-)?snippet$/,
    /** The keys of the controller's ConfigMap that allow it, with the values that do. */
    allowedBy: { "allow-snippet-annotations": /^true$/, "annotations-risk-level": /^Critical$/ },
    write: 'allow-snippet-annotations: "true" and annotations-risk-level: Critical in the controller\'s ConfigMap',
    source:
      "kubernetes/ingress-nginx internal/ingress/controller/config/config.go, AllowSnippetAnnotations, AnnotationsRiskLevel (controller-v1.15.1)",
  },
  {
    hop: "f5-nginx",
    annotation: /^nginx\.(org|com)\/(location|server)-snippets$/,
    /** The argument of the controller that allows it. */
    argument: /^--?enable-snippets(=true)?$/,
    write: "the argument -enable-snippets of the controller",
    source: "nginx/kubernetes-ingress cmd/nginx-ingress/flags.go, enable-snippets (v5.5.4)",
  },
] as const;

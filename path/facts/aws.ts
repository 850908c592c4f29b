import type { AffinityFacts, DrainFacts, HopFacts, IdleFacts } from "./shape";
import { fixedIdle, UNKNOWN_LIMIT } from "./shape";

export const AWS_SERVICE_PREFIX = "service.beta.kubernetes.io/aws-load-balancer-";
export const ALB_PREFIX = "alb.ingress.kubernetes.io/";
/** The classes by which a Service, an Ingress or a Gateway names who makes its load balancer. */
export const AWS_CLASSES = {
  networkLoadBalancer: "service.k8s.aws/nlb",
  eksAuto: "eks.amazonaws.com/nlb",
  albIngressController: "ingress.k8s.aws/alb",
  albEksAutoController: "eks.amazonaws.com/alb",
  gatewayNetwork: "gateway.k8s.aws/nlb",
  gatewayApplication: "gateway.k8s.aws/alb",
} as const;

/** The attributes of an AWS load balancer, its listeners and its target groups, by the names its API gives them. */
export const AWS_ATTRIBUTES = {
  listenerIdle: "tcp.idle_timeout.seconds",
  albIdle: "idle_timeout.timeout_seconds",
  albClientKeepAlive: "client_keep_alive.seconds",
  deregistrationDelay: "deregistration_delay.timeout_seconds",
  terminateOnDeregistration: "deregistration_delay.connection_termination.enabled",
  stickinessEnabled: "stickiness.enabled",
  stickinessType: "stickiness.type",
  lbCookieDuration: "stickiness.lb_cookie.duration_seconds",
  appCookieDuration: "stickiness.app_cookie.duration_seconds",
  appCookieName: "stickiness.app_cookie.cookie_name",
  preserveClientIp: "preserve_client_ip.enabled",
} as const;

/** First versions of the AWS Load Balancer Controller that can do a thing. */
export const AWS_CONTROLLER_SINCE = { listenerAttributes: "2.9.0", gatewayLayer4: "2.13.3", gatewayLayer7: "2.14.0" } as const;

/**
 * How long an ALB keeps an HTTP connection to a client at all, in seconds. What it does to an upgraded WebSocket is written down
 * nowhere, so a writer sets it above the promise and nothing is concluded from it.
 */
export const ALB_CLIENT_KEEP_ALIVE = {
  defaultSeconds: 3600,
  minimumSeconds: 60,
  maximumSeconds: 604_800,
  source: "docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html",
} as const;

/** Names an ALB keeps for its own cookies. */
export const ALB_RESERVED_COOKIES = ["AWSALB", "AWSALBAPP", "AWSALBTG"] as const;

/** An NLB leaves a terminating target out only after it was seen to take two minutes and more, whatever the delay says. */
const NLB_PROPAGATION_SECONDS = 180;
/** The controller deregisters a terminating pod at once; the ALB needs some seconds until no node of it picks it any more. */
const ALB_PROPAGATION_SECONDS = 30;

const deregistration = { key: AWS_ATTRIBUTES.deregistrationDelay, minimumSeconds: 0, maximumSeconds: 3600 };
const nlbDrain: DrainFacts = { defaultSeconds: 300, propagationSeconds: NLB_PROPAGATION_SECONDS, knob: deregistration };
const albDrain: DrainFacts = { defaultSeconds: 300, propagationSeconds: ALB_PROPAGATION_SECONDS, knob: deregistration };

const nlbListener: IdleFacts = {
  limit: "idle",
  defaultSeconds: 350,
  knob: {
    where: "Service annotation",
    keys: [`${AWS_SERVICE_PREFIX}listener-attributes.TCP-<port>`],
    unit: "seconds",
    syntax: "tcp.idle_timeout.seconds=<whole number>, where <port> is the listener's",
  },
  minimumSeconds: 60,
  maximumSeconds: 6000,
  marginSeconds: 60,
};
const albIdle: IdleFacts = {
  limit: "idle",
  defaultSeconds: 60,
  knob: {
    where: "Ingress annotation",
    keys: [`${ALB_PREFIX}load-balancer-attributes`],
    unit: "seconds",
    syntax: "idle_timeout.timeout_seconds=<whole number>, among others separated by commas",
  },
  minimumSeconds: 1,
  maximumSeconds: 4000,
  marginSeconds: 60,
};
const sourceIp: AffinityFacts = {
  mechanism: "source-ip",
  condition:
    "target group attributes stickiness.enabled=true,stickiness.type=source_ip, on a TCP listener; with instance targets it keeps a client on a node, and the Service must say sessionAffinity: ClientIP as well",
  keys: [`${AWS_SERVICE_PREFIX}target-group-attributes`],
  forgetsWhen: "a target is registered, is taken out or changes its health",
};
const albCookie: AffinityFacts = {
  mechanism: "cookie",
  condition: "target group attributes stickiness.enabled=true,stickiness.type=lb_cookie, and target-type: ip",
  keys: [`${ALB_PREFIX}target-group-attributes`],
  ttl: { defaultSeconds: 86_400, minimumSeconds: 1, maximumSeconds: 604_800 },
};
const noStickiness = (condition: string): AffinityFacts => ({ mechanism: "none", condition });

const nlbSource =
  "docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html, edit-target-group-attributes.html; kubernetes-sigs/aws-load-balancer-controller docs/guide/service/annotations.md (v3.5.0); drain: its issue 2366";
const albSource =
  "kubernetes-sigs/aws-load-balancer-controller docs/guide/ingress/annotations.md (v3.5.0); docs.aws.amazon.com API_LoadBalancerAttribute, API_TargetGroupAttribute; drain: its issues 1064, 1403";

export const AWS_FACTS = {
  "aws-nlb": {
    title: "AWS Network Load Balancer (TCP listener)",
    layer: 4,
    idle: nlbListener,
    affinity: sourceIp,
    drain: nlbDrain,
    source: nlbSource,
    sourced: true,
  },
  "aws-nlb-tls": {
    title: "AWS Network Load Balancer (TLS listener)",
    layer: 4,
    idle: fixedIdle(350),
    affinity: noStickiness("a TLS listener cannot stick by the source address"),
    drain: nlbDrain,
    source: nlbSource,
    sourced: true,
  },
  "aws-nlb-in-tree": {
    title: "AWS Network Load Balancer (in-tree controller)",
    layer: 4,
    idle: fixedIdle(350),
    affinity: noStickiness("the in-tree controller reads no stickiness attribute"),
    drain: { defaultSeconds: 300, propagationSeconds: NLB_PROPAGATION_SECONDS },
    source: "kubernetes/cloud-provider-aws pkg/providers/v1/aws_loadbalancer.go (2026-07); its issue 1023",
    sourced: true,
  },
  "aws-nlb-eks-auto": {
    title: "AWS Network Load Balancer (EKS Auto Mode)",
    layer: 4,
    // A listener of which nothing is said has AWS's own limit. Whether Auto Mode passes listener attributes on is written nowhere.
    idle: fixedIdle(350),
    affinity: noStickiness("whether Auto Mode passes stickiness attributes on is written nowhere"),
    drain: { defaultSeconds: 300, propagationSeconds: NLB_PROPAGATION_SECONDS },
    source:
      "docs.aws.amazon.com/eks/latest/userguide/auto-configure-nlb.html, auto-networking.html (2026); docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html",
    sourced: true,
  },
  "aws-alb-eks-auto": {
    title: "AWS Application Load Balancer (EKS Auto Mode)",
    layer: 7,
    idle: {
      ...albIdle,
      knob: {
        where: "IngressClassParams eks.amazonaws.com/v1",
        keys: ["spec.loadBalancerAttributes"],
        unit: "seconds",
        syntax: 'an item {key: idle_timeout.timeout_seconds, value: "<whole number>"}',
      },
    },
    affinity: albCookie,
    drain: albDrain,
    source: "docs.aws.amazon.com/eks/latest/userguide/auto-configure-alb.html, auto-networking.html (2026)",
    sourced: true,
  },
  "aws-classic-elb": {
    title: "AWS Classic Load Balancer",
    // It ends the TCP connection itself, and its documentation says that the probes of a keepalive do not restart its clock.
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 60,
      knob: {
        where: "Service annotation",
        keys: [`${AWS_SERVICE_PREFIX}connection-idle-timeout`],
        unit: "seconds",
        syntax: 'a whole number without a unit, quoted: "3600"',
      },
      minimumSeconds: 1,
      maximumSeconds: 3600,
      marginSeconds: 0,
    },
    affinity: noStickiness("a TCP listener of a Classic Load Balancer spreads connections round robin over the nodes"),
    drain: { defaultSeconds: 300, propagationSeconds: 15 },
    source:
      "docs.aws.amazon.com/elasticloadbalancing/latest/classic/config-idle-timeout.html, API_ConnectionSettings; kubernetes/cloud-provider-aws pkg/providers/v1/aws.go",
    sourced: true,
  },
  "aws-alb": {
    title: "AWS Application Load Balancer",
    layer: 7,
    idle: albIdle,
    affinity: albCookie,
    drain: albDrain,
    source: albSource,
    sourced: true,
  },
  "aws-alb-frontend-nlb": {
    title: "the Network Load Balancer before the ALB (enable-frontend-nlb)",
    layer: 4,
    idle: fixedIdle(350),
    affinity: noStickiness("it has one target, the ALB"),
    drain: { defaultSeconds: null, propagationSeconds: 0 },
    source:
      "kubernetes-sigs/aws-load-balancer-controller pkg/ingress/model_build_frontend_nlb.go (v3.5.0): its listener is built without attributes",
    sourced: true,
  },
  "aws-gateway-alb": {
    title: "AWS Application Load Balancer (Gateway)",
    layer: 7,
    idle: {
      ...albIdle,
      knob: {
        where: "LoadBalancerConfiguration gateway.k8s.aws/v1",
        keys: ["spec.loadBalancerAttributes"],
        unit: "seconds",
        syntax: 'an item {key: idle_timeout.timeout_seconds, value: "<whole number>"}',
      },
    },
    affinity: {
      ...albCookie,
      condition:
        "TargetGroupConfiguration with targetGroupAttributes stickiness.enabled and stickiness.type, targetType: ip; sessionPersistence of the HTTPRoute is not supported",
      keys: ["spec.defaultConfiguration.targetGroupAttributes"],
    },
    drain: albDrain,
    source: "kubernetes-sigs/aws-load-balancer-controller docs/guide/gateway/l7gateway.md, loadbalancerconfig.md (v3.5.0)",
    sourced: true,
  },
  "aws-gateway-nlb": {
    title: "AWS Network Load Balancer (Gateway)",
    layer: 4,
    idle: {
      ...nlbListener,
      knob: {
        where: "LoadBalancerConfiguration gateway.k8s.aws/v1",
        keys: ["spec.listenerConfigurations[].listenerAttributes"],
        unit: "seconds",
        syntax: 'protocolPort: TCP:<port> with an item {key: tcp.idle_timeout.seconds, value: "<whole number>"}',
      },
    },
    affinity: { ...sourceIp, keys: ["spec.defaultConfiguration.targetGroupAttributes"] },
    drain: nlbDrain,
    source: "kubernetes-sigs/aws-load-balancer-controller docs/guide/gateway/l4gateway.md, loadbalancerconfig.md (v3.5.0)",
    sourced: true,
  },
  "aws-node-eni": {
    title: "connection tracking of the node's network interface",
    layer: 4,
    // 350 s on Nitro v6 instances, 432000 s on the others: the instance type decides, and no manifest shows it.
    idle: {
      ...UNKNOWN_LIMIT,
      knob: {
        where: "the launch template of the node group",
        keys: ["ConnectionTrackingSpecification.TcpEstablishedTimeout"],
        unit: "seconds",
        syntax: "a whole number",
      },
      minimumSeconds: 60,
      maximumSeconds: 432_000,
      marginSeconds: 60,
      keepsAtLeastSeconds: 350,
    },
    affinity: noStickiness("it chooses nothing"),
    drain: { defaultSeconds: null, propagationSeconds: 0 },
    source: "docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ConnectionTrackingConfiguration.html",
    sourced: true,
  },
} satisfies Record<string, HopFacts>;

const ALB_ATTRIBUTES: ReadonlySet<string> = new Set([
  AWS_ATTRIBUTES.albIdle,
  AWS_ATTRIBUTES.albClientKeepAlive,
  "deletion_protection.enabled",
  "ipv6.deny_all_igw_traffic",
  "load_balancing.cross_zone.enabled",
  "waf.fail_open.enabled",
  "zonal_shift.config.enabled",
]);
const ALB_ATTRIBUTE_FAMILIES = ["access_logs.s3.", "connection_logs.s3.", "health_check_logs.s3.", "routing."];

/** Whether AWS knows an attribute of an ALB by this name. Source: API_LoadBalancerAttribute. */
export function isAlbAttribute(key: string): boolean {
  return ALB_ATTRIBUTES.has(key) || ALB_ATTRIBUTE_FAMILIES.some((family) => key.startsWith(family));
}

/** The named sets of TLS versions and ciphers of a listener. */
export const AWS_TLS_POLICIES = {
  /** What a listener gets that names none, unless the console makes it. */
  standard: "ELBSecurityPolicy-2016-08",
  /** Begins at TLS 1.2 and holds only ciphers with forward secrecy. */
  recommended: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
  source: "docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html, API_CreateListener (2026)",
} as const;

/** Whether a policy lets clients choose TLS 1.0 or 1.1, by the names that AWS gives them. */
export function isLegacyTlsPolicy(name: string): boolean {
  return /^ELBSecurityPolicy-(20\d\d-\d\d$|FS-2018-06$|(TLS|FS|TLS13)-1-[01]-)/.test(name);
}

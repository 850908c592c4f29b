import type { ClusterFacts, ConnectionPromise } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";

/** Small objects of one chat service for the tests of the model. */
export const PROMISE: ConnectionPromise = { idleSeconds: 3600, drainSeconds: 40, affinity: { mode: "client", ttlSeconds: 3600 } };
/** A cluster whose Ingress controllers are reached directly, so that only the controller itself decides. */
export const DIRECT: ClusterFacts = { kubeProxyMode: "nftables", inFront: [] };
export const NGINX = "nginx.ingress.kubernetes.io/";

type Fields = { [key: string]: Value };

export function object(
  apiVersion: string,
  kind: string,
  name: string,
  rest: Fields = {},
  metadata: Fields = {},
): KubernetesObject {
  return { apiVersion, kind, metadata: { name, namespace: "chat", ...metadata }, ...rest } as unknown as KubernetesObject;
}

export function deployment(replicas: Value = 3, labels: Value = { app: "web" }): KubernetesObject {
  return object("apps/v1", "Deployment", "web", {
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: {} } },
  });
}

export function service(spec: Fields = {}, annotations: Fields = {}): KubernetesObject {
  return object("v1", "Service", "web", { spec: { selector: { app: "web" }, ports: [{ port: 80 }], ...spec } }, { annotations });
}

export function clientIp(timeoutSeconds: Value): Fields {
  return { sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds } } };
}

/** An Ingress whose annotations are given without the ingress-nginx prefix. */
export function ingress(annotations: { [key: string]: Value } = {}, spec: Fields = {}): KubernetesObject {
  const prefixed: Fields = Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [key.includes("/") ? key : NGINX + key, value]),
  );
  const paths = [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } }];
  const rules = [{ host: "chat.example.test", http: { paths } }];
  return object(
    "networking.k8s.io/v1",
    "Ingress",
    "web",
    { spec: { ingressClassName: "nginx", rules, ...spec } },
    { annotations: prefixed },
  );
}

export const POOL = object("metallb.io/v1beta1", "IPAddressPool", "lan", {}, { namespace: "metallb-system" });
export function advertisement(kind: "L2Advertisement" | "BGPAdvertisement", pools: string[] = ["lan"]): KubernetesObject {
  return object("metallb.io/v1beta1", kind, "lan", { spec: { ipAddressPools: pools } }, { namespace: "metallb-system" });
}

export const AWS = "service.beta.kubernetes.io/aws-load-balancer-";
export const ALB = "alb.ingress.kubernetes.io/";
/** A cluster of AWS whose nodes are known to keep a silent connection for long. */
export const ON_AWS: ClusterFacts = { kubeProxyMode: "nftables", nodeConntrackEstablishedSeconds: 432_000, inFront: [] };

/** A Service for the AWS Load Balancer Controller; the annotations are given without their prefix. */
export function nlb(annotations: { [key: string]: Value } = {}, spec: Fields = {}): KubernetesObject {
  const prefixed: Fields = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [AWS + key, value]));
  return service({ type: "LoadBalancer", loadBalancerClass: "service.k8s.aws/nlb", ...spec }, prefixed);
}

/** An Ingress of class alb; the annotations are given without their prefix. */
export function alb(annotations: { [key: string]: Value } = {}): KubernetesObject {
  const prefixed: Fields = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [ALB + key, value]));
  return ingress(prefixed, { ingressClassName: "alb" });
}

export function gateway(gatewayClassName: string, spec: Fields = {}): KubernetesObject {
  const listeners = [{ name: "https", port: 443, protocol: "HTTPS" }];
  return object("gateway.networking.k8s.io/v1", "Gateway", "edge", { spec: { gatewayClassName, listeners, ...spec } });
}

export function route(rule: Fields = {}, kind = "HTTPRoute"): KubernetesObject {
  const rules = [{ backendRefs: [{ name: "web", port: 80 }], ...rule }];
  return object("gateway.networking.k8s.io/v1", kind, "web", { spec: { parentRefs: [{ name: "edge" }], rules } });
}

/** A policy tied to one object. */
export function policyOn(kind: string, targetKind: string, name: string, spec: Fields): KubernetesObject {
  return object("example.test/v1", kind, "policy", { spec: { targetRef: { kind: targetKind, name }, ...spec } });
}

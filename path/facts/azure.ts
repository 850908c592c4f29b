import type { HopFacts } from "./shape";
import { fixedIdle } from "./shape";

export const AZURE_SERVICE_PREFIX = "service.beta.kubernetes.io/azure-";
export const AGIC_PREFIX = "appgw.ingress.kubernetes.io/";
/** Of the annotations of Application Gateway for Containers. */
export const AGC_PREFIX = "alb.networking.azure.io/";
export const AGC_CONTROLLER = `${AGC_PREFIX}alb-controller`;
/** Its classes: `azure-alb-external`, and `azure-alb-internal` for an address within the network. Their `alb` is not that of AWS. */
export const AGC_CLASS = /azure-alb/;

export const AZURE_FACTS = {
  "azure-lb": {
    title: "Azure Load Balancer",
    layer: 4,
    idle: {
      limit: "idle",
      defaultSeconds: 240,
      knob: {
        where: "Service annotation",
        keys: [`${AZURE_SERVICE_PREFIX}load-balancer-tcp-idle-timeout`],
        unit: "minutes",
        syntax: 'whole minutes, quoted: "61"',
      },
      minimumSeconds: 240,
      // The provider's code and the Azure Load Balancer pages allow 100 minutes; an AKS page still says 30.
      maximumSeconds: 6000,
      marginSeconds: 60,
      stepSeconds: 60,
    },
    affinity: {
      mechanism: "source-ip",
      condition:
        "sessionAffinity: ClientIP on the Service makes the load balancer keep a client on a node, and kube-proxy there on a pod; its timeoutSeconds reaches only kube-proxy",
      keys: ["spec.sessionAffinity"],
    },
    // Two failed probes five seconds apart take a node out; the pods behind it leave by kube-proxy.
    drain: { defaultSeconds: null, propagationSeconds: 20 },
    source:
      "kubernetes-sigs/cloud-provider-azure pkg/provider/azure_loadbalancer.go, pkg/consts/consts.go (2026-08); learn.microsoft.com/azure/load-balancer/load-balancer-tcp-idle-timeout",
    sourced: true,
  },
  agic: {
    title: "Azure Application Gateway (AGIC)",
    layer: 7,
    idle: {
      limit: "idle",
      defaultSeconds: 30,
      knob: {
        where: "Ingress annotation",
        keys: [`${AGIC_PREFIX}request-timeout`],
        unit: "seconds",
        syntax: 'a whole number without a unit, quoted: "3660"',
      },
      minimumSeconds: 1,
      maximumSeconds: 86_400,
      marginSeconds: 60,
    },
    affinity: {
      mechanism: "cookie",
      condition: 'annotation cookie-based-affinity: "true"; the cookie lasts as long as the browser\'s session',
      keys: [`${AGIC_PREFIX}cookie-based-affinity`],
    },
    // Its own guide lets a leaving pod sleep for 90 s while the gateway is reconfigured.
    drain: {
      defaultSeconds: null,
      propagationSeconds: 90,
      knob: { key: `${AGIC_PREFIX}connection-draining-timeout`, minimumSeconds: 1, maximumSeconds: 3600 },
    },
    source:
      "Azure/application-gateway-kubernetes-ingress docs/annotations.md, docs/how-tos/minimize-downtime-during-deployments.md (2026-03); learn.microsoft.com/azure/application-gateway/application-gateway-websocket",
    sourced: true,
  },
  "agic-frontend": {
    title: "the frontend address of Azure Application Gateway",
    layer: 4,
    idle: fixedIdle(240),
    affinity: { mechanism: "none", condition: "it leads to one gateway" },
    drain: { defaultSeconds: null, propagationSeconds: 0 },
    source: "learn.microsoft.com/azure/application-gateway/application-gateway-faq: TCP idle timeout of the frontend",
    sourced: true,
  },
  agc: {
    title: "Azure Application Gateway for Containers",
    layer: 7,
    idle: {
      ...fixedIdle(300),
      // Its request timeout ends a whole answer, streamed or not, unless it is switched off.
      perProtocol: { "http-stream": { limit: "lifetime", defaultSeconds: 60 }, grpc: { limit: "lifetime", defaultSeconds: 60 } },
    },
    affinity: {
      mechanism: "cookie",
      condition:
        "a RoutePolicy with sessionAffinity on the HTTPRoute: managed-cookie lasts 86400 s, application-cookie as long as cookieDuration says",
      keys: ["RoutePolicy alb.networking.azure.io/v1 spec.default.sessionAffinity"],
      ttl: { defaultSeconds: 86_400, minimumSeconds: 1, maximumSeconds: null },
    },
    drain: { defaultSeconds: 300, propagationSeconds: 30 },
    source:
      "learn.microsoft.com/azure/application-gateway/for-containers/application-gateway-for-containers-components, server-sent-events, session-affinity, websockets",
    sourced: true,
  },
} satisfies Record<string, HopFacts>;

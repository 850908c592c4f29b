import { NGINX_ANNOTATION_PREFIX } from "./annotations";
import { ALB_PREFIX, AWS_SERVICE_PREFIX } from "./aws";

/** What a controller takes as the value of an annotation, and what becomes of any other value. */
export interface AnnotationValue {
  takes: RegExp;
  /** `true or false`, for sentences. */
  allowed: string;
  /** `ignored`: the controller goes on without it. `refused`: it does not serve the whole object. */
  otherwise: "ignored" | "refused";
  source: string;
}

const NGINX = "kubernetes/ingress-nginx internal/ingress/annotations (2026-03, v1.15.1): a value that does not parse is dropped";
const ALB = "kubernetes-sigs/aws-load-balancer-controller docs/guide/ingress/annotations.md, pkg/ingress (v3.5.0)";
const NLB = "kubernetes-sigs/aws-load-balancer-controller docs/guide/service/annotations.md, pkg/service (v3.5.0)";
const TRAEFIK = "traefik/traefik pkg/provider/kubernetes/ingress/annotations.go (v3.6)";

const number = (source: string): AnnotationValue => ({
  takes: /^[+-]?\d+$/,
  allowed: "a whole number without a unit",
  otherwise: "ignored",
  source,
});
/** As Go parses a boolean. */
const boolean = (source: string): AnnotationValue => ({
  takes: /^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/,
  allowed: "true or false",
  otherwise: "ignored",
  source,
});
const oneOf = (words: string[], otherwise: AnnotationValue["otherwise"], source: string): AnnotationValue => ({
  takes: new RegExp(`^(${words.join("|")})$`),
  allowed: words.join(" or "),
  otherwise,
  source,
});
const under = (prefix: string, keys: string, value: AnnotationValue): [string, AnnotationValue][] =>
  keys.split(" ").map((key) => [prefix + key, value]);

/** Those that readers of clocks and stickiness know are not here: they say themselves what they do not follow. */
const VALUES = new Map<string, AnnotationValue>([
  ...under(
    NGINX_ANNOTATION_PREFIX,
    "proxy-connect-timeout proxy-next-upstream-timeout proxy-next-upstream-tries limit-rps limit-rpm limit-connections canary-weight",
    number(NGINX),
  ),
  ...under(
    NGINX_ANNOTATION_PREFIX,
    "ssl-redirect force-ssl-redirect ssl-passthrough use-regex canary enable-cors enable-access-log service-upstream",
    boolean(NGINX),
  ),
  ...under(NGINX_ANNOTATION_PREFIX, "proxy-buffering proxy-request-buffering", oneOf(["on", "off"], "ignored", NGINX)),
  ...under(NGINX_ANNOTATION_PREFIX, "affinity-mode", oneOf(["balanced", "persistent"], "ignored", NGINX)),
  ...under(NGINX_ANNOTATION_PREFIX, "proxy-http-version", oneOf(["1.0", "1.1"], "ignored", NGINX)),
  ...under(NGINX_ANNOTATION_PREFIX, "backend-protocol", {
    ...oneOf(["HTTP", "HTTPS", "AUTO_HTTP", "GRPC", "GRPCS", "FCGI"], "ignored", NGINX),
    takes: /^(HTTP|HTTPS|AUTO_HTTP|GRPC|GRPCS|FCGI)$/i,
  }),
  ...under(ALB_PREFIX, "scheme", oneOf(["internal", "internet-facing"], "refused", ALB)),
  ...under(ALB_PREFIX, "target-type", oneOf(["instance", "ip"], "refused", ALB)),
  ...under(ALB_PREFIX, "backend-protocol", oneOf(["HTTP", "HTTPS"], "refused", ALB)),
  ...under(ALB_PREFIX, "listen-ports", {
    takes: /^\s*\[\s*\{\s*"(HTTP|HTTPS)"\s*:\s*\d+\s*\}(\s*,\s*\{\s*"(HTTP|HTTPS)"\s*:\s*\d+\s*\})*\s*\]\s*$/,
    allowed: 'JSON such as [{"HTTPS": 443}]',
    otherwise: "refused",
    source: ALB,
  }),
  ...under(ALB_PREFIX, "ssl-redirect", { ...number(ALB), takes: /^\d+$/, allowed: "the number of a port", otherwise: "refused" }),
  ...under(AWS_SERVICE_PREFIX, "scheme", oneOf(["internal", "internet-facing"], "refused", NLB)),
  ...under(AWS_SERVICE_PREFIX, "nlb-target-type", oneOf(["instance", "ip"], "refused", NLB)),
  ...under("traefik.ingress.kubernetes.io/", "service.nativelb service.nodeportlb service.sticky.cookie", boolean(TRAEFIK)),
  ...under("traefik.ingress.kubernetes.io/", "service.sticky.cookie.maxage router.priority", number(TRAEFIK)),
]);

/** What is known of the values of one annotation. */
export const valueOfAnnotation = (key: string): AnnotationValue | undefined => VALUES.get(key);

import type { AlertName } from "../../observe/alerts";
import type { Observed } from "../../observe/observed";
import type { Firing, Readings } from "./promtool";

/** A WebSocket service with an entry of every kind that has metrics of its own. */
export const CHAT: Observed = {
  name: "chat",
  namespace: "talk",
  protocol: "websocket",
  names: {
    connections: "websocket_connections_current",
    requests: "http_requests_total",
    requestSeconds: "http_request_duration_seconds",
    closes: "websocket_closes_total",
  },
  toldBy: "service",
  intervalSeconds: 10,
  floorPods: 3,
  drain: { preStopSeconds: 15, drainSeconds: 40, marginSeconds: 5, gracePeriodSeconds: 60 },
  stickiness: "cookie",
  ttlSeconds: 3600,
  entries: [
    { name: "metallb", loadBalancer: "chat-metallb", address: "192.168.1.207", tls: false },
    { name: "aws-nlb", loadBalancer: "chat-aws-nlb", tls: false },
    { name: "nginx", ingress: "chat", host: "a.example.com", controller: "ingress-nginx", tls: true, certificate: "chat-tls" },
    { name: "own-secret", ingress: "chat-own", host: "b.example.com", controller: "ingress-nginx", tls: true },
    { name: "traefik", host: "c.example.com", controller: "traefik", tls: true },
  ],
};

/** One way in which an alert fires, and readings that look alike and are healthy. */
export interface Scenario {
  what: string;
  alert: AlertName;
  /** Which of several alerts of that name: the entry it belongs to. */
  entry?: string;
  /** What is different from CHAT. */
  service?: Partial<Observed>;
  fires: Readings & Firing;
  /** Each with a name. */
  quiet: Record<string, Readings>;
  /** A threshold, and what it is set to so that the alert must be missed. */
  mutation: [from: string, to: string];
}

const pod = (name: string) => `websocket_connections_current{namespace="talk",service="chat",pod="chat-5d8f7c9b6-${name}"}`;
const pods = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([name, each]) => [pod(name), each]));
const leaving = (name: string) => `kube_pod_deletion_timestamp{namespace="talk",pod="chat-5d8f7c9b6-${name}"}`;
const HOUR = 3600;
const DAY = 24 * HOUR;
const hours = (series: Record<string, string>, ...at: string[]): Readings => ({ series, stepSeconds: 300, at });

const nginx = (status: string) =>
  `nginx_ingress_controller_requests{exported_namespace="talk",ingress="chat",host="a.example.com",status="${status}"}`;
const traefik = (code: string, service = "talk-chat-http@kubernetesingressnginx") =>
  `traefik_service_requests_total{service="${service}",protocol="websocket",code="${code}"}`;
const answers = (status: string, name: string) =>
  `http_requests_total{namespace="talk",service="chat",pod="chat-5d8f7c9b6-${name}",status="${status}"}`;
/** A counter that grows by so many in each half minute, for twenty minutes. */
const grows = (by: number) => `0+${by}x40`;
const halfMinutes = (series: Record<string, string>): Readings => ({ series, stepSeconds: 30, at: ["18m"] });
const HALF = { told: { "{{ $value | humanizePercentage }}": "50%" } };

/** What is in the status of a Service of type LoadBalancer. */
const lbOf = (service: string, ip: string, hostname = "") =>
  `kube_service_status_load_balancer_ingress{namespace="talk",service="${service}",ip="${ip}",hostname="${hostname}"}`;
const infoOf = (service: string) => `kube_service_info{namespace="talk",service="${service}"}`;

const expiry = (labels: string) => `certmanager_certificate_expiration_timestamp_seconds{name="chat-tls",${labels}}`;
const nginxExpiry = 'nginx_ingress_controller_ssl_expire_time_seconds{host="b.example.com"}';
const traefikExpiry = (sans: string) => `traefik_tls_certs_not_after{cn="",serial="1",sans="${sans}"}`;
const at13Days = { told: { "{{ $value | humanizeDuration }}": "13d 0h 0m 0s" } };
/** Looked at after two hours, when so many days are left. */
const daysLeft = (series: string, days: number): Readings => hours({ [series]: `${2 * HOUR + days * DAY}x40` }, "2h");

export const SCENARIOS: Scenario[] = [
  {
    what: "nine of ten connections gone",
    alert: "HoldfastSocketsDropping",
    fires: {
      ...halfMinutes(pods({ aaaaa: "100x30 10x20", bbbbb: "100x30 10x20", ccccc: "100x30 10x20" })),
      told: { "{{ $value | humanize }}": "30" },
    },
    quiet: {
      "a pod whose clients come back to the others": halfMinutes(
        pods({ aaaaa: "100x30 0x20", bbbbb: "100x30 150x20", ccccc: "100x30 150x20" }),
      ),
      "the connections of one pod lost": halfMinutes(pods({ aaaaa: "100x30 0x20", bbbbb: "100x50", ccccc: "100x50" })),
      "a few connections, all gone": halfMinutes(pods({ aaaaa: "9x30 0x20", bbbbb: "9x30 0x20" })),
      "clients that came back within two minutes": halfMinutes(pods({ aaaaa: "100x30 0x2 100x20", bbbbb: "100x30 0x2 100x20" })),
    },
    mutation: ["< 0.5 *", "< 0.05 *"],
  },
  {
    what: "no pod left to count",
    alert: "HoldfastSocketsDropping",
    fires: { ...halfMinutes(pods({ aaaaa: "100x30 stale", bbbbb: "100x30 stale" })), told: { "{{ $value | humanize }}": "0" } },
    quiet: { "a service that never had one": halfMinutes({}) },
    mutation: [" or vector(0)", ""],
  },
  {
    what: "one pod with twice the average",
    alert: "HoldfastImbalance",
    fires: {
      ...hours(pods({ aaaaa: "300x30", bbbbb: "60x30", ccccc: "60x30" }), "2h"),
      labels: { namespace: "talk", pod: "chat-5d8f7c9b6-aaaaa" },
      told: { "{{ $labels.pod }}": "chat-5d8f7c9b6-aaaaa", "{{ $value | humanize }}": "300" },
    },
    quiet: {
      "what chance does": hours(pods({ aaaaa: "160x30", bbbbb: "130x30", ccccc: "130x30" }), "2h"),
      "a pod that is new and empty": hours(pods({ aaaaa: "200x30", bbbbb: "200x30", ccccc: "_x18 0x12" }), "2h"),
      "a peak of five minutes": hours(pods({ aaaaa: "100x22 300 100x10", bbbbb: "100x33", ccccc: "100x33" }), "1h50m", "2h"),
    },
    mutation: ["+ 5.7 *", "+ 57 *"],
  },
  {
    what: "everything on one pod, as through port-forward",
    alert: "HoldfastImbalance",
    service: { stickiness: "none", ttlSeconds: undefined },
    fires: {
      ...hours(pods({ aaaaa: "100x30", bbbbb: "0x30", ccccc: "0x30" }), "2h"),
      labels: { namespace: "talk", pod: "chat-5d8f7c9b6-aaaaa" },
      told: { "{{ $labels.pod }}": "chat-5d8f7c9b6-aaaaa", "{{ $value | humanize }}": "100" },
    },
    quiet: { "a third for each": hours(pods({ aaaaa: "36x30", bbbbb: "33x30", ccccc: "31x30" }), "2h") },
    mutation: ["+ 4 *", "+ 40 *"],
  },
  {
    what: "a pod that says no goodbye",
    alert: "HoldfastDrainRunningOut",
    fires: {
      // Told to leave at 600 s, SIGTERM at 615 s, killed at 660 s.
      series: { [leaving("aaaaa")]: "_x59 660x6", ...pods({ aaaaa: "100x66", bbbbb: "100x66" }) },
      stepSeconds: 10,
      at: ["650s"],
      labels: { namespace: "talk", pod: "chat-5d8f7c9b6-aaaaa" },
      told: { "{{ $labels.pod }}": "chat-5d8f7c9b6-aaaaa", "{{ $value | humanize }}": "100" },
    },
    quiet: {
      "a goodbye to one after the other": {
        series: { [leaving("aaaaa")]: "_x59 660x6", ...pods({ aaaaa: "100x60 100 87 62 37 12 0", bbbbb: "100x66" }) },
        stepSeconds: 10,
        at: ["610s", "620s", "630s", "640s", "650s", "660s"],
      },
      "a pod that keeps serving before it says goodbye": {
        series: { [leaving("aaaaa")]: "_x59 660x6", ...pods({ aaaaa: "100x66" }) },
        stepSeconds: 10,
        at: ["600s", "610s", "620s"],
      },
      "a pod that stays": { series: pods({ aaaaa: "100x66" }), stepSeconds: 10, at: ["650s"] },
    },
    mutation: ["> on (namespace, pod) 2 *", "> on (namespace, pod) 20 *"],
  },
  {
    what: "half of the upgrades refused by ingress-nginx",
    alert: "HoldfastUpgradesFailing",
    entry: "nginx",
    fires: { ...halfMinutes({ [nginx("101")]: grows(5), [nginx("502")]: grows(5) }), ...HALF },
    quiet: {
      "one in a hundred": halfMinutes({ [nginx("101")]: grows(99), [nginx("502")]: grows(1) }),
      "one failure and no other request": halfMinutes({ [nginx("502")]: "0x30 1x20" }),
      "another host's": halfMinutes({ [nginx("502").replace("a.example", "z.example")]: grows(5) }),
    },
    mutation: ["> 0.05", "> 0.5"],
  },
  {
    what: "half of the upgrades refused by Traefik",
    alert: "HoldfastUpgradesFailing",
    entry: "traefik",
    fires: { ...halfMinutes({ [traefik("101")]: grows(5), [traefik("504")]: grows(5) }), ...HALF },
    quiet: {
      "one in a hundred": halfMinutes({ [traefik("101")]: grows(99), [traefik("504")]: grows(1) }),
      "another service's": halfMinutes({ [traefik("504", "talk-other-http@kubernetes")]: grows(5) }),
    },
    mutation: ["> 0.05", "> 0.5"],
  },
  {
    what: "half of the upgrades refused by the pods",
    alert: "HoldfastUpgradesFailing",
    fires: { ...halfMinutes({ [answers("101", "aaaaa")]: grows(5), [answers("503", "aaaaa")]: grows(5) }), ...HALF },
    quiet: {
      "a pod that refuses because it leaves": halfMinutes({
        [answers("101", "aaaaa")]: grows(5),
        [answers("503", "bbbbb")]: grows(5),
        [leaving("bbbbb")]: "2000x40",
      }),
    },
    mutation: ["> 0.05", "> 0.5"],
  },
  {
    what: "13 days left, by cert-manager",
    alert: "HoldfastCertificateExpiring",
    entry: "nginx",
    fires: { ...daysLeft(expiry('exported_namespace="talk",namespace="cert-manager"'), 13), ...at13Days },
    quiet: {
      "60 days left": daysLeft(expiry('exported_namespace="talk",namespace="cert-manager"'), 60),
      "one of the same name elsewhere": daysLeft(expiry('namespace="other"'), 13),
    },
    mutation: [`< ${14 * DAY}`, `< ${DAY}`],
  },
  {
    what: "13 days left, by cert-manager with its own labels honoured",
    alert: "HoldfastCertificateExpiring",
    entry: "nginx",
    fires: { ...daysLeft(expiry('namespace="talk"'), 13), ...at13Days },
    quiet: { "60 days left": daysLeft(expiry('namespace="talk"'), 60) },
    mutation: [`< ${14 * DAY}`, `< ${DAY}`],
  },
  {
    what: "13 days left, by ingress-nginx",
    alert: "HoldfastCertificateExpiring",
    entry: "own-secret",
    fires: { ...daysLeft(nginxExpiry, 13), ...at13Days },
    quiet: { "60 days left": daysLeft(nginxExpiry, 60) },
    mutation: [`< ${14 * DAY}`, `< ${DAY}`],
  },
  {
    what: "13 days left of a wildcard, by Traefik",
    alert: "HoldfastCertificateExpiring",
    entry: "traefik",
    fires: { ...daysLeft(traefikExpiry("*.example.com,example.com"), 13), ...at13Days },
    quiet: {
      "60 days left": daysLeft(traefikExpiry("c.example.com"), 60),
      "another host's": daysLeft(traefikExpiry("xc.example.com,cxexample.com"), 13),
    },
    mutation: [`< ${14 * DAY}`, `< ${DAY}`],
  },
  {
    what: "another address than the pinned one",
    alert: "HoldfastEndpointChanged",
    entry: "metallb",
    fires: { ...hours({ [infoOf("chat-metallb")]: "1x30", [lbOf("chat-metallb", "192.168.1.208")]: "1x30" }, "1h"), told: {} },
    quiet: {
      "the pinned address": hours({ [infoOf("chat-metallb")]: "1x30", [lbOf("chat-metallb", "192.168.1.207")]: "1x30" }, "1h"),
      "nobody who counts": hours({}, "1h"),
    },
    mutation: ['ip="192.168.1.207"', 'ip="192.168.1.208"'],
  },
  {
    what: "a load balancer with another name than an hour ago",
    alert: "HoldfastEndpointChanged",
    entry: "aws-nlb",
    fires: {
      ...hours(
        {
          [infoOf("chat-aws-nlb")]: "1x40",
          [lbOf("chat-aws-nlb", "", "old.elb.example")]: "1x24 stale",
          [lbOf("chat-aws-nlb", "", "new.elb.example")]: "_x24 1x20",
        },
        "2h20m",
      ),
      labels: { hostname: "old.elb.example" },
      told: { "{{ $labels.ip }}{{ $labels.hostname }}": "old.elb.example" },
    },
    quiet: {
      "the same name": hours(
        { [infoOf("chat-aws-nlb")]: "1x40", [lbOf("chat-aws-nlb", "", "old.elb.example")]: "1x40" },
        "2h20m",
      ),
      "a Service that is gone": hours(
        { [infoOf("chat-aws-nlb")]: "1x24 stale", [lbOf("chat-aws-nlb", "", "old.elb.example")]: "1x24 stale" },
        "2h20m",
      ),
    },
    mutation: ["offset 1h", "offset 1s"],
  },
];

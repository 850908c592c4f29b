import assert from "node:assert/strict";
import type { KubernetesObject } from "../../sandbox/api";
import { FOLLOWED, publishedNames } from "../../sandbox/names/published";
import { recordsIn, zoneText } from "../../sandbox/names/zone";

const GATEWAYS = "/apis/gateway.networking.k8s.io/v1/gateways";
const ROUTES = "/apis/gateway.networking.k8s.io/v1/httproutes";
const INGRESSES = "/apis/networking.k8s.io/v1/ingresses";
const SERVICES = "/api/v1/services";
const OVERRULING = FOLLOWED.at(-1)!;
const DNS = "external-dns.kubernetes.io/";

const withAddress = { loadBalancer: { ingress: [{ ip: "192.168.1.207" }] } };
const object = (name: string, fields: object = {}, annotations: Record<string, string> = {}) =>
  ({ kind: "Thing", metadata: { name, namespace: "web", annotations }, ...fields }) as unknown as KubernetesObject;
const ingress = (name: string, host: string, fields: object = { status: withAddress }, annotations = {}) =>
  object(name, { spec: { rules: [{ host }] }, ...fields }, annotations);

/** Name -> where it leads. */
function published(lists: Record<string, KubernetesObject[]>): Record<string, string> {
  const names = publishedNames(new Map(Object.entries(lists)));
  return Object.fromEntries(names.map(({ name, targets }) => [name, targets.join(" ")]));
}

describe("names that the cluster publishes", () => {
  it("come from Services, Ingresses, routes and endpoints, once they have an address", () => {
    const names = published({
      [SERVICES]: [
        object("chat", { status: withAddress }, { "external-dns.alpha.kubernetes.io/hostname": "a.example.com, b.example.com" }),
        object("pending", { status: { loadBalancer: {} } }, { [`${DNS}hostname`]: "pending.example.com" }),
        object("node", { spec: { type: "NodePort" } }, { [`${DNS}hostname`]: "node.example.com" }),
        object("silent", { status: withAddress }),
      ],
      [INGRESSES]: [
        object("chat", { spec: { rules: [{ host: "Chat.example.com" }, {}, { host: "*.example.com" }] }, status: withAddress }),
        ingress("waiting", "waiting.example.com", {}),
        ingress("cloud", "cloud.example.com", { status: { loadBalancer: { ingress: [{ hostname: "lb.example.net" }] } } }),
      ],
      "/apis/traefik.io/v1alpha1/ingressroutes": [
        object("r", { spec: { routes: [{ match: "Host(`r.example.com`) && PathPrefix(`/x`)" }] } }),
      ],
      [GATEWAYS]: [object("edge", { status: { addresses: [{ value: "192.168.1.241" }] } }), object("bare")],
      [ROUTES]: [
        object("chat", { spec: { hostnames: ["g.example.com"], parentRefs: [{ name: "edge" }] } }),
        object("lost", { spec: { hostnames: ["lost.example.com"], parentRefs: [{ name: "bare" }] } }),
      ],
      "/apis/projectcontour.io/v1/httpproxies": [
        object("p", { spec: { virtualhost: { fqdn: "p.example.com" } }, status: withAddress }),
        object("q", { spec: { virtualhost: { fqdn: "q.example.com" } } }),
      ],
      "/apis/externaldns.k8s.io/v1alpha1/dnsendpoints": [
        object("e", { spec: { endpoints: [{ dnsName: "e.example.com", recordTTL: 60, targets: ["192.168.1.9"] }] } }),
      ],
    });
    assert.deepEqual(names, {
      "*.example.com": "192.168.1.207",
      "a.example.com": "192.168.1.207",
      "b.example.com": "192.168.1.207",
      "chat.example.com": "192.168.1.207",
      "cloud.example.com": "lb.example.net",
      "e.example.com": "192.168.1.9",
      "g.example.com": "192.168.1.241",
      "node.example.com": "192.168.1.11 192.168.1.12 192.168.1.13",
      "p.example.com": "192.168.1.207",
      "r.example.com": "192.168.1.240",
    });
  });

  it("heed what ExternalDNS is told by annotations: whom to pass by, another target, a time to live", () => {
    const told = (annotations: Record<string, string>) => ({
      [INGRESSES]: [ingress("chat", "chat.example.com", { status: withAddress }, annotations)],
    });
    assert.deepEqual(published(told({ [`${DNS}controller`]: "holdfast-migration" })), {});
    assert.deepEqual(published(told({ [`${DNS}controller`]: "dns-controller" })), { "chat.example.com": "192.168.1.207" });
    assert.deepEqual(published(told({ [`${DNS}target`]: "192.168.1.9" })), { "chat.example.com": "192.168.1.9" });
    const ttlOf = (annotations: Record<string, string>) =>
      publishedNames(new Map(Object.entries(told(annotations)))).map(({ ttlSeconds }) => ttlSeconds);
    assert.deepEqual([ttlOf({}), ttlOf({ [`${DNS}ttl`]: "60" }), ttlOf({ [`${DNS}ttl`]: "soon" })], [[1], [60], [1]]);
  });

  it("are overruled by hand: another address, or none", () => {
    const lists = { [INGRESSES]: [ingress("chat", "chat.example.com"), ingress("more", "more.example.com")] };
    const data = { "chat.example.com": "192.168.1.9", "more.example.com": "none", "new.example.com": "192.168.1.8, 192.168.1.7" };
    assert.deepEqual(published({ ...lists, [OVERRULING]: [object("holdfast-names", { data })] }), {
      "chat.example.com": "192.168.1.9",
      "new.example.com": "192.168.1.8 192.168.1.7",
    });
  });

  it("can not smuggle a line into the zone, nor make it unreadable", () => {
    const evil = ["a b", "a\n. 1 IN A 1.2.3.4", "-", "a..b", "", ".", "x".repeat(64), `${"x.".repeat(130)}y`];
    assert.deepEqual(published({ [INGRESSES]: evil.map((host) => ingress("evil", host)) }), {});
    const targets = ["b c", "d ; e\nf"];
    const names = targets.map((target, index) => ({ name: `n${index}.example`, targets: [target], ttlSeconds: 1, from: "x" }));
    assert.deepEqual(recordsIn(zoneText(names, 1)), []);
  });

  it("make a zone that says of each name who published it", () => {
    const name = (each: string, ...targets: string[]) => ({ name: each, targets, ttlSeconds: 1, from: "Ingress web/chat" });
    const text = zoneText([name("a.example", "10.0.0.1", "fd00::1"), name("*.b.example", "LB.example.net.")], 7);
    assert.deepEqual(text.split("\n"), [
      ". 1 IN SOA names.holdfast.test. nobody.holdfast.test. 7 1 1 1 1",
      ". 1 IN NS names.holdfast.test.",
      "a.example. 1 IN A 10.0.0.1 ; Ingress web/chat",
      "a.example. 1 IN AAAA fd00::1 ; Ingress web/chat",
      "*.b.example. 1 IN CNAME lb.example.net. ; Ingress web/chat",
      "",
    ]);
    assert.deepEqual(recordsIn(text)[2], {
      name: "*.b.example",
      ttlSeconds: 1,
      target: "lb.example.net",
      from: "Ingress web/chat",
    });
  });
});

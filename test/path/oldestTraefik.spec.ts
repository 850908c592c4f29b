import assert from "node:assert/strict";
import type { KubernetesObject, Value } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { STANDARD_OPTIONS } from "../../policy/options";
import { ruleContext } from "../../policy/rule";
import { entryAnnotations } from "../../policy/rules/entryAnnotations";
import { ingress, object, service } from "./objects";

const running = (image: string): KubernetesObject => {
  const spec: Value = { template: { metadata: { labels: { app: "edge" } }, spec: { containers: [{ name: "edge", image }] } } };
  return object("apps/v1", "DaemonSet", "edge", { spec });
};
const way = ingress({ "traefik.frontend.rule.type": "PathPrefixStrip" }, { ingressClassName: "traefik" });
way.metadata.annotations = { "kubernetes.io/ingress.class": "traefik", "traefik.frontend.rule.type": "PathPrefixStrip" };
const sticky = (key: string, value = "true"): KubernetesObject => service({}, { [key]: value });
const affinityOf = (image: string, to: KubernetesObject): unknown =>
  readPaths([way, to, running(image)], {})[0]?.hops.find(({ hop }) => hop === "traefik")?.affinity;
const told = (image: string): string[] =>
  entryAnnotations
    .check(ruleContext([way, service(), running(image)], {}, { ...STANDARD_OPTIONS, assume: "all" }))
    .map(({ found }) => found);

describe("a Traefik of before 2.0 that runs", () => {
  const KEYS = [
    "traefik.backend.loadbalancer.sticky",
    "traefik.ingress.kubernetes.io/affinity",
    "ingress.kubernetes.io/affinity",
  ];

  it("sticks by its own annotations of a Service, as long as the browser's session", () => {
    for (const key of KEYS) {
      assert.deepEqual(affinityOf("traefik:v1.7.34-alpine", sticky(key)), { mechanism: "cookie", ttlSeconds: null });
    }
    assert.equal(affinityOf("traefik:v1.7.34-alpine", sticky(KEYS[0]!, "false")), null);
    assert.equal(affinityOf("traefik:v1.7", service()), null);
  });

  it("is no later one, and no other software", () => {
    for (const image of ["traefik:v2.11.1", "traefik:v10", "traefik", "registry.test/app:1.7"]) {
      assert.equal(affinityOf(image, sticky(KEYS[0]!)), null, image);
    }
  });

  it("reads the names that no later one does", () => {
    assert.deepEqual(told("registry.test:5000/copy/traefik:1.7"), []);
    assert.match(told("traefik:v2.11.1").join(), /^traefik\.frontend\.rule\.type does nothing: /);
  });
});

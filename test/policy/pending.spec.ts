import assert from "node:assert/strict";
import { join } from "node:path";
import type { KubernetesObject } from "../../path/objects";
import { refOf } from "../../path/value";
import { textOf } from "../../policy/propertyPath";
import { runRule } from "../../policy/report";
import { ruleContext } from "../../policy/rule";
import { RULES } from "../../policy/rules";
import { withUnknownAt } from "../path/hidden";
import { readFixture } from "./fixture";

type Keys = (string | number)[];

/** What a rule leaves for the update, with a value of one of its fixtures hidden. */
function pendingOf(file: string, [kind, name]: [kind: string, name: string], keys: Keys): string[] {
  const rule = RULES.find(({ id }) => id === file.split("/")[0])!;
  const { objects, cluster, options } = readFixture(join(__dirname, `${file}.yaml`));
  const isMeant = (object: KubernetesObject): boolean => object.kind === kind && refOf(object).name === name;
  assert.ok(objects.some(isMeant), name);
  const hidden = objects.map((object) => (isMeant(object) ? withUnknownAt(object, keys) : object));
  return runRule(rule, ruleContext(hidden, cluster, options)).flatMap(({ pending, object, at = [] }) =>
    pending === true ? [`${object.kind} ${object.name} ${textOf(at)}`] : [],
  );
}

const CONTAINER = ["spec", "template", "spec", "containers", 0];

describe("a value that only the update will know", () => {
  it("may be the password of a database beside, said once for each workload", () => {
    const file = "plain-secret/fail-of-a-database-beside";
    const database: [string, string] = ["StatefulSet", "database"];
    for (const keys of [
      [...CONTAINER, "env"],
      [...CONTAINER, "env", 0, "value"],
      [...CONTAINER, "args"],
      [...CONTAINER, "envFrom"],
      ["spec", "template", "spec", "volumes"],
      ["spec", "template", "spec", "containers"],
    ]) {
      const found = pendingOf(file, database, keys);
      assert.equal(found.filter((one) => one.startsWith("StatefulSet database")).length, 1, textOf(keys));
    }
  });

  it("may be anything in an object of somebody's own kind, said once for each", () => {
    const file = "plain-secret/fail-custom-resources";
    assert.deepEqual(pendingOf(file, ["RelayConfig", "relay"], ["spec", "auth"]), ["RelayConfig relay spec.auth"]);
    assert.deepEqual(pendingOf(file, ["Broker", "broker"], ["spec", "env", 0, "value"]), ["Broker broker spec.env[0].value"]);
    assert.deepEqual(pendingOf(file, ["Broker", "broker"], ["spec"]), ["Broker broker spec"]);
  });

  it("may make a load balancer of a Service without a selector", () => {
    const file = "dangling-backend/fail-load-balancer-without-a-selector";
    const { objects } = readFixture(join(__dirname, `${file}.yaml`));
    const name = refOf(objects.find((object) => object.kind === "Service")!).name;
    assert.deepEqual(pendingOf(file, ["Service", name], ["spec", "type"]), [`Service ${name} spec.selector`]);
  });

  it("may be what Kong answers on", () => {
    const file = "tls/pass-kong-takes-https-alone";
    const { objects } = readFixture(join(__dirname, `${file}.yaml`));
    const name = refOf(objects.find((object) => object.kind === "Ingress")!).name;
    for (const keys of [
      ["metadata", "annotations", "konghq.com/protocols"],
      ["metadata", "annotations"],
    ]) {
      assert.ok(
        pendingOf(file, ["Ingress", name], keys).some((one) => one.startsWith("Service ")),
        textOf(keys),
      );
    }
  });

  it("may be a list of attributes that AWS refuses", () => {
    const key = "service.beta.kubernetes.io/aws-load-balancer-target-group-attributes";
    const found = pendingOf("entry-annotations/pass-attributes", ["Service", "talk"], ["metadata", "annotations", key]);
    assert.ok(found.includes(`Service talk ${textOf(["metadata", "annotations", key])}`));
  });

  it("may be a newer Traefik beside the one that is known", () => {
    const { objects, cluster, options } = readFixture(join(__dirname, "removed-api/pass-traefik-2-by-its-image.yaml"));
    const [edge] = objects;
    const other = withUnknownAt({ ...edge!, metadata: { name: "other", namespace: "edge" } }, [...CONTAINER, "image"]);
    const rule = RULES.find(({ id }) => id === "removed-api")!;
    const found = runRule(rule, ruleContext([...objects, other], cluster, options));
    assert.deepEqual(
      found.map(({ pending, object }) => [pending, object.kind]),
      [[true, "IngressRoute"]],
    );
  });
});

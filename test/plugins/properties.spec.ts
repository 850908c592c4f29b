import assert from "node:assert/strict";
import { checkpoint, importedInputs, liveOf, pruneTo } from "../../sandbox/plugins/kubernetes/checkpoint";
import { readConfiguration } from "../../sandbox/plugins/kubernetes/configuration";
import { ApiError, explain } from "../../sandbox/plugins/kubernetes/failures";
import { fieldManagerOf, requireObjectType, typeOf } from "../../sandbox/plugins/kubernetes/identity";
import {
  fromStruct,
  hasUnknown,
  type JsonObject,
  plain,
  toStruct,
  withSecrets,
} from "../../sandbox/plugins/kubernetes/properties";

const signature = "4dabf18193072939515e22adb298388d";
const secret = (value: JsonObject[string]) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What a reader of the state sees in the clear. */
function readable(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === "object" && item !== null && signature in item ? "[secret]" : item,
  );
}

describe("secrets in properties", () => {
  const object = {
    apiVersion: "example.com/v1",
    kind: "Thing",
    metadata: { name: "x" },
    spec: { token: "hunter2", items: ["a", "hunter2"] },
  };

  it("are sent to the API server in the clear", () => {
    assert.deepEqual(plain({ spec: secret({ token: secret("hunter2") }) }), { spec: { token: "hunter2" } });
  });

  it("stay secret in what comes back, lists as a whole", () => {
    const inputs = { ...object, spec: { token: secret("hunter2"), items: ["a", secret("hunter2")] } };
    assert.ok(!readable(withSecrets(object, inputs)).includes("hunter2"));
    assert.ok(readable(withSecrets(object, object)).includes("hunter2"), "what is not secret stays readable");
  });

  it("are everything a Secret holds, marked or not, with its copies", () => {
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": '{"stringData":{"a":"hunter2"}}' };
    const metadata = { name: "x", annotations, managedFields: [{ manager: "me" }] };
    const live = { apiVersion: "v1", kind: "Secret", metadata, data: { a: "aHVudGVyMg==" }, stringData: { a: "hunter2" } };
    const state = checkpoint(live, { apiVersion: "v1", kind: "Secret", stringData: { a: "hunter2" } }, "me");
    assert.doesNotMatch(readable(state), /hunter2|aHVudGVyMg/);
    assert.doesNotMatch(readable(state), /managedFields/);
    assert.deepEqual(liveOf(state).data, { a: "aHVudGVyMg==" });
  });
});

describe("properties on their way through the engine", () => {
  it("come through unchanged", () => {
    const properties = { a: [1, "two", null, true, { b: secret({ c: unknown }) }] };
    assert.deepEqual(fromStruct(toStruct(properties)), properties);
  });

  it("are known or not, however deep", () => {
    assert.equal(hasUnknown({ a: [{ b: secret(unknown) }] }), true);
    assert.equal(hasUnknown({ a: [{ b: "known" }] }), false);
  });

  it("spell the dashed keys of a definition as the SDKs must", () => {
    assert.deepEqual(plain({ x_kubernetes_list_type: "map", x_other: 1 }), { "x-kubernetes-list-type": "map", x_other: 1 });
    assert.deepEqual(withSecrets({ "x-kubernetes-list-type": "map" }, {}), { x_kubernetes_list_type: "map" });
  });
});

describe("what a refresh reads back", () => {
  it("is what the program wrote, as it is now", () => {
    const inputs = { spec: { replicas: 2, resources: { limits: { cpu: "1000m" } }, gone: "x" } };
    const live = { spec: { replicas: 3, resources: { limits: { cpu: "1" } }, defaulted: true }, status: {} };
    assert.deepEqual(pruneTo(live, inputs), { spec: { replicas: 3, resources: { limits: { cpu: "1000m" } } } });
  });

  it("is everything a person could have written, in an import", () => {
    const metadata = { name: "x", uid: "1", resourceVersion: "2", generation: 1, creationTimestamp: "now", managedFields: [] };
    const annotations = { "deployment.kubernetes.io/revision": "1", mine: "1" };
    assert.deepEqual(importedInputs({ kind: "A", metadata: { ...metadata, annotations }, spec: { a: 1 }, status: { b: 1 } }), {
      kind: "A",
      metadata: { name: "x", annotations: { mine: "1" } },
      spec: { a: 1 },
    });
  });
});

describe("who a resource is", () => {
  const urn = "urn:pulumi:dev::shop::holdfast:index:Service$kubernetes:apps/v1:Deployment::web";

  it("is read from its URN", () => {
    assert.deepEqual(typeOf(urn), {
      token: "kubernetes:apps/v1:Deployment",
      apiVersion: "apps/v1",
      kind: "Deployment",
      name: "web",
    });
    assert.equal(typeOf("urn:pulumi:dev::shop::kubernetes:core/v1:Service::web").apiVersion, "v1");
  });

  it("owns its fields under a name of its own, unless it is told another or had one", () => {
    const name = fieldManagerOf(urn, {});
    assert.match(name, /^pulumi-kubernetes-[0-9a-f]{8}$/);
    assert.notEqual(fieldManagerOf(`${urn}2`, {}), name);
    assert.equal(fieldManagerOf(urn, {}, { __fieldManager: "earlier" }), "earlier");
    assert.equal(fieldManagerOf(urn, { metadata: { annotations: { "pulumi.com/patchFieldManager": "asked" } } }), "asked");
  });

  it("must be an object of the API server", () => {
    const type = (token: string) => () => requireObjectType(`urn:pulumi:dev::shop::${token}::x`);
    for (const token of [
      "kubernetes:helm.sh/v3:Release",
      "kubernetes:yaml/v2:ConfigGroup",
      "kubernetes:core/v1:NamespacePatch",
    ]) {
      assert.throws(type(token), /not supported here/);
    }
    assert.doesNotThrow(type("kubernetes:helm.cattle.io/v1:HelmChart"));
  });
});

describe("what the API server refuses", () => {
  it("is said with the manager and the field, never with a value", () => {
    const cause = { reason: "FieldManagerConflict", message: 'conflict with "kubectl"', field: ".spec.replicas" };
    const error = explain(new ApiError(409, { message: "Apply failed", details: { causes: [cause] } }), "Deployment chat/web");
    assert.match(
      error.message,
      /^Deployment chat\/web has fields that someone else manages:\n {2}\.spec\.replicas: conflict with "kubectl"/,
    );
  });

  it("names every field that does not exist", () => {
    const message = 'strict decoding error: unknown field "spec.replcas", unknown field "spec.pausd"';
    assert.match(
      explain(new ApiError(400, { message }), "Deployment chat/web").message,
      /does not know: spec\.replcas, spec\.pausd\./,
    );
  });

  it("never quotes a Secret", () => {
    const quoted = 'data[a]: Invalid value: "hunter2: the second": too long';
    const causes = [{ reason: "FieldValueInvalid", field: "data[a]", message: quoted }];
    const error = new ApiError(422, { message: `Secret "x" is invalid: ${quoted}`, reason: "Invalid", details: { causes } });
    assert.equal(
      explain(error, "Secret chat/x").message,
      "Secret chat/x: the API server refuses it (Invalid) for data[a]. Its own words are left out here, for they quote values.",
    );
    const typed = 'failed to create typed patch object: .data.a: expected string, got &value.valueUnstructured{Value:"hunter2"}';
    assert.doesNotMatch(explain(new ApiError(500, { message: typed }), "Secret chat/x").message, /hunter2/);
    assert.match(explain(error, "ConfigMap chat/x").message, /hunter2/);
  });

  it("is passed on where there is nothing to add", () => {
    assert.equal(explain(new ApiError(403, { message: "forbidden" }), "Secret chat/x").message, "Secret chat/x: forbidden");
  });
});

describe("the provider's arguments", () => {
  it("are read as the SDK writes them", () => {
    const read = readConfiguration({ context: "a", enableConfigMapMutable: "false", upsertExistingObjects: true }, {});
    assert.equal(read.context, "a");
    assert.equal(read.replaceConfigMaps, true);
    assert.equal(read.replaceSecrets, false);
    assert.equal(read.upsert, true);
    assert.equal(read.unknown, false);
    assert.equal(readConfiguration({ kubeconfig: unknown }, {}).unknown, true);
  });

  it("are refused together where the stand-in cannot do them", () => {
    const args = { enableServerSideApply: "false", renderYamlToDirectory: "out", deleteUnreachable: "true" };
    assert.throws(
      () => readConfiguration(args, {}),
      /cannot do enableServerSideApply: false, renderYamlToDirectory: out, deleteUnreachable: true/,
    );
    readConfiguration({ enableServerSideApply: "true", renderYamlToDirectory: "", deleteUnreachable: "false" }, {});
  });
});

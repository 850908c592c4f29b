import assert from "node:assert/strict";
import { compiled, objectOf, rawStackWith, specOf, type Block } from "./stacks";

interface Pod extends Block {
  containers: Block[];
  securityContext: Block;
}

const templateOf = (service: Block = {}) =>
  specOf(compiled(rawStackWith(service)), "deployment").template as { metadata: { annotations?: Block }; spec: Pod };
const podOf = (service: Block = {}): Pod => templateOf(service).spec;

describe("the security of pods", () => {
  it("is restricted where nothing is said", () => {
    assert.deepEqual(podOf().securityContext, { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    assert.deepEqual(podOf().containers[0]!.securityContext, {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
    });
  });

  it("gives up only what an image cannot do without", () => {
    const pod = podOf({ security: { level: "baseline" } });
    assert.deepEqual(pod.securityContext, { seccompProfile: { type: "RuntimeDefault" } });
    assert.deepEqual(pod.containers[0]!.securityContext, { allowPrivilegeEscalation: false });
    const other = podOf({ security: { runAsUser: 1000, fsGroup: 1000, readOnlyRootFilesystem: true } });
    assert.equal(other.securityContext.runAsUser, 1000);
    assert.equal(other.securityContext.fsGroup, 1000);
    assert.equal((other.containers[0]!.securityContext as Block).readOnlyRootFilesystem, true);
  });
});

describe("what keeps pods apart", () => {
  const keysOf = (spread: Block) => {
    const { affinity, topologySpreadConstraints = [] } = podOf({ spread }) as Pod & { topologySpreadConstraints?: Block[] };
    const constraints = topologySpreadConstraints.map(
      ({ topologyKey, whenUnsatisfiable }) => `${String(topologyKey)} ${String(whenUnsatisfiable)}`,
    );
    return [...(affinity === undefined ? [] : ["affinity"]), ...constraints];
  };

  it("asks for as much as is written, and for zones and nodes where nothing is", () => {
    const zone = "topology.kubernetes.io/zone";
    assert.deepEqual(keysOf({}), ["affinity", `${zone} ScheduleAnyway`]);
    assert.deepEqual(keysOf({ zones: "none", nodes: "none" }), []);
    assert.deepEqual(keysOf({ zones: "required", nodes: "required" }), [
      `${zone} DoNotSchedule`,
      "kubernetes.io/hostname DoNotSchedule",
    ]);
  });
});

describe("whom the pods are", () => {
  it("is nobody with a token, unless it is asked for", () => {
    assert.equal(podOf().automountServiceAccountToken, false);
    assert.equal(podOf().serviceAccountName, undefined);
    assert.equal(podOf({ serviceAccount: { mountToken: true } }).automountServiceAccountToken, true);
  });

  it("is an account of the stack, or somebody else's", () => {
    const annotations = { "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/chat" };
    const own = compiled(rawStackWith({ serviceAccount: { annotations } }));
    assert.deepEqual(objectOf(own, "service-account").object.metadata.annotations, annotations);
    assert.ok(objectOf(own, "deployment").after.includes("service-account"));
    assert.equal(podOf({ serviceAccount: { annotations } }).serviceAccountName, "chat");
    const other = compiled(rawStackWith({ serviceAccount: { mode: "existing", name: "runner" } }));
    assert.ok(other.objects.every(({ logicalName }) => logicalName !== "service-account"));
    assert.ok(other.needs.some(({ kind, name }) => kind === "ServiceAccount" && name === "chat/runner"));
  });
});

describe("what replaces pods", () => {
  const annotationsOf = (service: Block) => templateOf(service).metadata.annotations ?? {};
  const files = (text: string) => ({ files: { mountPath: "/app", contents: { "a.txt": text } } });

  it("is a change of the config or of a file, and nothing where there is neither", () => {
    assert.notDeepEqual(annotationsOf({ config: { A: "1" } }), annotationsOf({ config: { A: "2" } }));
    assert.notDeepEqual(annotationsOf(files("1")), annotationsOf(files("2")));
    assert.deepEqual(annotationsOf({ config: { A: "1" } }), annotationsOf({ config: { A: "1" }, scaling: { max: 20 } }));
    assert.deepEqual(annotationsOf({}), {});
  });

  it("waits for as long as is asked", () => {
    assert.equal(specOf(compiled(rawStackWith({ minReadySeconds: 20 })), "deployment").minReadySeconds, 20);
    assert.equal(specOf(compiled(rawStackWith()), "deployment").minReadySeconds, undefined);
  });

  it("is of a class that must be there", () => {
    const { needs } = compiled(rawStackWith({ priorityClassName: "important" }));
    assert.ok(needs.some(({ kind, name }) => kind === "PriorityClass" && name === "important"));
    assert.equal(podOf({ priorityClassName: "important" }).priorityClassName, "important");
  });
});

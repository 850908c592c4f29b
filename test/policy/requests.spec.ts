import type { Policies, StackValidationPolicy } from "@pulumi/policy";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import assert from "node:assert/strict";
import type { Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { packPolicies } from "../../policy/pack";
import { unpackWhatIsRead } from "../../policy/requests";
import { service } from "../path/objects";
import type { Resource } from "./runtime";
import { analyze, answersTo, stackRequest } from "./runtime";
import { GOOD, namespace, stack } from "./stacks";

type Level = "ADVISORY" | "MANDATORY" | "REMEDIATE" | "DISABLED";

/** A service of its own: the SDK's is shared by all tests of this process. */
function unpackers(policies: Policies = packPolicies()) {
  const { analyze, remediate, analyzeStack, configure } = AnalyzerService;
  const own = {
    analyze: { ...analyze },
    remediate: { ...remediate },
    analyzeStack: { ...analyzeStack },
    configure: { ...configure },
  };
  unpackWhatIsRead(policies, "mandatory", own);
  return {
    configure: (levels: Record<string, Level>) => own.configure.requestDeserialize(configuration(levels)),
    /** The types of the resource that the SDK is handed by each of the two calls. */
    types: () =>
      [own.analyze, own.remediate].map(({ requestDeserialize }) => requestDeserialize(Buffer.from(RESOURCE)).getType()),
    stack: (resources: Resource[]) => own.analyzeStack.requestDeserialize(Buffer.from(stackRequest(resources).serializeBinary())),
  };
}

function configuration(levels: Record<string, Level>): Buffer {
  const request = new proto.ConfigureAnalyzerRequest();
  for (const [name, level] of Object.entries(levels)) {
    const policy = new proto.PolicyConfig();
    policy.setEnforcementlevel(proto.EnforcementLevel[level]);
    policy.setProperties(new Struct());
    request.getPolicyconfigMap().set(name, policy);
  }
  return Buffer.from(request.serializeBinary());
}

const TYPE = "kubernetes:core/v1:Service";
const RESOURCE = (() => {
  const request = new proto.AnalyzeRequest();
  request.setType(TYPE);
  return request.serializeBinary();
})();
const [UNREAD, READ] = [
  ["", ""],
  [TYPE, TYPE],
];

describe("single resources", () => {
  it("are not unpacked while no policy is on that wants them", () => {
    const { types, configure } = unpackers();
    assert.deepEqual(types(), UNREAD);
    configure({ settings: "MANDATORY", advice: "DISABLED" });
    assert.deepEqual(types(), UNREAD);
  });

  it("are unpacked while one is on at whatever level, and no longer than that", () => {
    const { types, configure } = unpackers();
    for (const level of ["REMEDIATE", "MANDATORY", "ADVISORY"] as const) {
      configure({ mends: level });
      assert.deepEqual(types(), READ, level);
      configure({ mends: "DISABLED" });
      assert.deepEqual(types(), UNREAD);
    }
    configure({ mends: "REMEDIATE" });
    // The SDK keeps nothing of an earlier configuration either.
    configure({ settings: "MANDATORY" });
    assert.deepEqual(types(), UNREAD);
  });

  it("are unpacked for a policy that is on by its own level, or by that of its pack", () => {
    const common = { description: "x", validateResource: () => {} };
    assert.deepEqual(unpackers([{ ...common, name: "own", enforcementLevel: "advisory" }]).types(), READ);
    assert.deepEqual(unpackers([{ ...common, name: "of-the-pack" }]).types(), READ);
    const mending = { name: "mending", description: "x", remediateResource: () => undefined };
    assert.deepEqual(unpackers([mending]).types(), READ);
    const off = unpackers([{ ...common, name: "of-the-pack" }]);
    off.configure({ "of-the-pack": "DISABLED" });
    assert.deepEqual(off.types(), UNREAD);
  });
});

describe("the resources of a stack that are read once for all policies", () => {
  const policies = packPolicies().filter((policy): policy is StackValidationPolicy => "validateStack" in policy);
  const BROKEN = { ...GOOD, "proxy-read-timeout": "3600s" };
  const hidden: { [key: string]: Value } = { ...GOOD, "proxy-send-timeout": UNKNOWN };
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "60" };
  const provider = { name: "other", props: { namespace: "elsewhere" } };
  const stacks: { [title: string]: Resource[] } = {
    "a stack that breaks its promises": stack(BROKEN),
    "one with a value that is not known yet": stack(hidden),
    "one with a secret": stack({ ...GOOD, "proxy-read-timeout": secret }),
    "one in two clusters": [namespace(), ...stack(BROKEN).map((object) => ({ object, provider }))],
  };
  for (const [title, resources] of Object.entries(stacks)) {
    it(`give the same findings: ${title}`, async () => {
      const answers = await answersTo(unpackers().stack(resources), policies);
      assert.deepEqual(answers, await analyze(policies, resources));
      assert.ok(answers.length > 0);
    });
  }

  it("are a copy of its own for each policy", async () => {
    const found: unknown[] = [];
    const spoiling = (name: string): StackValidationPolicy => ({
      name,
      description: "x",
      validateStack: ({ resources }) => {
        for (const { props } of resources) {
          found.push(props.spec.type);
          props.spec.type = "spoilt";
        }
      },
    });
    const request = unpackers().stack([service({ type: "NodePort" })]);
    await answersTo(request, [spoiling("first"), spoiling("second")]);
    assert.deepEqual(found, ["NodePort", "NodePort"]);
  });
});

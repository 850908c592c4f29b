import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/kubernetes/provider";
import { CHECKSUM_ANNOTATION } from "../../compile/checksum";
import { compileService } from "../../compile";
import { ConnectionService } from "../../components/connectionService";
import { renderObjects } from "../../render/yaml";
import { parsed, rawStackWith, type Block } from "../compile/stacks";
import { runMocked, type MockRun } from "./mockEngine";

const ANNOTATION = `${CHECKSUM_ANNOTATION}.secrets`;
const KEY = "0123456789abcdef0123456789abcdef";
const VALUES = { TOKEN: "hunter2", DATABASE_URL: "postgres://db", ROLLOUT_KEY: KEY };
const SECRETS = { source: "pulumi", keys: ["TOKEN", "DATABASE_URL"], rolloutKey: "ROLLOUT_KEY" };
/** How a secret travels to the engine: an object with this key, and this value for it. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET_MARK = "1b47061264138c4ac30d75fd1eb44270";

interface Run extends MockRun {
  annotation?: string;
  /** Whether the workload's `spec` went out with the engine's mark of a secret, which mocks move from the text inside to the top. */
  isMarked: boolean;
  outputs: string;
  outputsAreSecret: boolean;
}

async function run(values: Record<string, string> = VALUES, secrets: Block = SECRETS, service: Block = {}): Promise<Run> {
  const { stack, examined } = parsed(rawStackWith({ secrets, ...service }));
  let component!: ConnectionService;
  const mocked = await runMocked(() => {
    const provider = new Provider("cluster", { kubeconfig: "{}" });
    const secretValue = (_: string, key: string) => values[key]!;
    component = new ConnectionService("chat", { service: examined[0]!, surroundings: stack, secretValue }, { provider });
  });
  const workload = mocked.resources.find(({ type }) => /:(Deployment|StatefulSet)$/.test(type))!;
  const spec = workload.inputs.spec as Block;
  const isMarked = spec[SIGNATURE] === SECRET_MARK;
  const { template } = (isMarked ? spec.value : spec) as { template: { metadata: { annotations?: Record<string, string> } } };
  const all = pulumi.output({ entries: component.entries, namespace: component.namespace });
  const outputs = await new Promise((resolve) => all.apply(resolve));
  return {
    ...mocked,
    annotation: template.metadata.annotations?.[ANNOTATION],
    isMarked,
    outputs: JSON.stringify(outputs),
    outputsAreSecret: await pulumi.isSecret(all),
  };
}

const digestOf = ({ annotation }: Run): string => annotation!;

describe("a changed secret", () => {
  it("changes what stands on the pods, and nothing else does", async () => {
    const first = digestOf(await run());
    assert.match(first, /^[0-9a-f]{64}$/);
    assert.equal(digestOf(await run()), first);
    assert.equal(digestOf(await run(VALUES, { ...SECRETS, keys: ["DATABASE_URL", "TOKEN"] })), first);
    assert.equal(digestOf(await run(VALUES, SECRETS, { config: { A: "1" } })), first);
    for (const [key, value] of Object.entries({ TOKEN: "hunter3", DATABASE_URL: "postgres://other", ROLLOUT_KEY: `${KEY}0` })) {
      assert.notEqual(digestOf(await run({ ...VALUES, [key]: value })), first, key);
    }
  });

  it("changes it on a StatefulSet too", async () => {
    const stateful = { workload: { kind: "stateful-set" } };
    const first = await run(VALUES, SECRETS, stateful);
    assert.ok(first.resources.some(({ type }) => type.endsWith(":StatefulSet")));
    assert.notEqual(digestOf(await run({ ...VALUES, TOKEN: "hunter3" }, SECRETS, stateful)), digestOf(first));
  });

  it("replaces no pod where no key is named", async () => {
    const without = { source: "pulumi", keys: SECRETS.keys };
    assert.equal((await run(VALUES, without)).annotation, undefined);
    const deployment = (found: Run) => JSON.stringify(found.resources.find(({ name }) => name === "chat-deployment"));
    assert.equal(deployment(await run({ ...VALUES, TOKEN: "hunter3" }, without)), deployment(await run(VALUES, without)));
  });

  it("leaves nothing of a value where it can be read: the annotation is a secret in the state, and no plain hash", async () => {
    const mocked = await run();
    assert.equal(mocked.isMarked, true);
    assert.equal((await run(VALUES, { source: "pulumi", keys: SECRETS.keys })).isMarked, false, "marked, whatever is in it");
    const others = JSON.stringify(mocked.resources.filter(({ name }) => name !== "chat-secret"));
    for (const value of Object.values(VALUES)) assert.ok(!others.includes(value), "a value left the Secret");
    const guesses = ["hunter2", JSON.stringify("hunter2"), JSON.stringify(VALUES), JSON.stringify(["hunter2"])];
    for (const guess of guesses) assert.ok(!others.includes(createHash("sha256").update(guess).digest("hex")));
    assert.ok(others.includes(digestOf(mocked)) && !mocked.outputs.includes(digestOf(mocked)));
    assert.equal(mocked.outputsAreSecret, false);
  });

  it("never gives the pods the key", async () => {
    const secret = JSON.stringify((await run()).resources.find(({ name }) => name === "chat-secret")!.inputs);
    assert.ok(secret.includes("hunter2") && !secret.includes(KEY) && !secret.includes("ROLLOUT_KEY"));
  });

  it("is a placeholder where the objects are only printed, not a checksum of placeholders", () => {
    const { stack } = parsed(rawStackWith({ secrets: SECRETS }));
    const text = renderObjects(compileService(stack.services[0]!, stack).objects);
    assert.match(text, /^ +holdfast\/checksum\.secrets: <checksum of holdfast:secrets\.chat>$/m);
    assert.doesNotMatch(text, /ROLLOUT_KEY/);
  });
});

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { renderObjects } from "../../cli/render";
import { compiled, rawStackWith, type Block } from "./stacks";

const GOLDEN = path.join(__dirname, "..", "golden", "workload");
const LAN = { kind: "metallb", pool: "lan", address: "192.168.1.207" };
const NGINX = { kind: "ingress-nginx", host: "chat.example.com" };
const EXISTING = { mode: "existing", selector: { "app.kubernetes.io/name": "grafana" } };
const DECLARED = { replicas: 1, preStopSeconds: 15, gracePeriodSeconds: 60 };
const NONE = { via: "none" };
const VOLUMES = [
  { name: "data", mountPath: "/data", sizeGib: 20, storageClassName: "fast" },
  { name: "cache", mountPath: "/cache", sizeGib: 1 },
];

/** Each is a service as a user writes it; its golden file has everything that is made of it. */
const WORKLOADS: Record<string, Block> = {
  "stateful-set": { metrics: NONE, workload: { kind: "stateful-set", volumes: VOLUMES }, entries: [LAN] },
  "stateful-set-three": {
    metrics: NONE,
    workload: { kind: "stateful-set", volumes: VOLUMES, podManagement: "parallel" },
    scaling: { min: 3 },
    serviceAccount: { annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/chat" } },
    minReadySeconds: 10,
    entries: [LAN],
  },
  existing: { image: undefined, workload: EXISTING, entries: [LAN, NGINX] },
  "existing-declared": { image: undefined, workload: { ...EXISTING, declared: DECLARED }, entries: [LAN, NGINX] },
};

const rendered = (name: string): string => {
  const { objects, needs } = compiled(rawStackWith(WORKLOADS[name]));
  const lines = needs.map(({ kind, name: needed, why }) => `# needs ${kind} ${needed}: ${why}\n`);
  return `${lines.join("")}---\n${renderObjects(objects)}`;
};

describe("a workload of every kind", () => {
  for (const name of Object.keys(WORKLOADS)) {
    it(`${name} is what its golden file says`, () => {
      const file = path.join(GOLDEN, `${name}.yaml`);
      const text = rendered(name);
      if (process.env.UPDATE_GOLDEN) fs.writeFileSync(file, text);
      assert.equal(text, fs.readFileSync(file, "utf8"));
    });
  }

  it("has a golden file, and there is no other", () =>
    assert.deepEqual(
      fs.readdirSync(GOLDEN).sort(),
      Object.keys(WORKLOADS)
        .map((name) => `${name}.yaml`)
        .sort(),
    ));

  it("differs, for pods of others, by what is declared of them and by nothing else", () => {
    const lines = (name: string) => rendered(name).split("\n");
    const added = lines("existing-declared").filter((line) => !lines("existing").includes(line));
    assert.deepEqual([...new Set(added.map((line) => line.trim().split(":")[0]))], ["holdfast/pods"]);
  });
});

import assert from "node:assert/strict";
import type { KubernetesObjectApi } from "@kubernetes/client-node";
import { POD_SECURITY_LABELS } from "../../path/facts/podSecurity";
import { objectApi } from "../support/objects";
import { SANDBOX_HOOK_MILLISECONDS } from "../support/sandbox";
import { compiled, rawStackWith, specOf, type Block } from "./stacks";

const NAMESPACE = "pod-security";

/** Everything that a pod of ours may have. */
const SERVICE = {
  config: { A: "1" },
  files: { mountPath: "/app", contents: { "a.txt": "1" } },
  tls: { secretName: "chat" },
  ports: [{ name: "console", port: 9001 }],
};

describe("a namespace that refuses pods below restricted, by the real API server", function () {
  this.timeout(60_000);
  let api: KubernetesObjectApi;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    api = await objectApi();
    const labels = { [POD_SECURITY_LABELS.enforce]: "restricted" };
    await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE, labels } });
    await serviceAccount();
  });
  after(() => api?.delete({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } }));

  /** Without the account that every namespace gets, no pod is let in. */
  async function serviceAccount(): Promise<void> {
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: NAMESPACE } };
    for (let tries = 1; ; tries++) {
      try {
        await api.read(account);
        return;
      } catch (error) {
        if (tries === 100) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  const letIn = (service: Block, workload = "deployment") => {
    const { template } = specOf(compiled(rawStackWith(service)), workload) as { template: Block & { metadata: Block } };
    const metadata = { ...template.metadata, name: "chat", namespace: NAMESPACE };
    return api.create({ ...template, apiVersion: "v1", kind: "Pod", metadata }, undefined, "All");
  };

  it("lets ours in, with everything that they may have", async () => {
    await letIn({});
    await letIn(SERVICE);
    await letIn(
      { ...SERVICE, workload: { kind: "stateful-set" }, security: { fsGroup: 1000, readOnlyRootFilesystem: true } },
      "stateful-set",
    );
  });

  it("refuses those that are only baseline", async () => {
    await assert.rejects(letIn({ security: { level: "baseline" } }), /violates PodSecurity/);
  });
});

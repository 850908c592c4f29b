import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { checkRestart, RESTARTED_AT, RolloutRefused, startRollout, type Restart } from "../../verify/rollout";
import { kubeconfigOf } from "../cluster/fakeServer";

describe("drain, the rollout that it may start", () => {
  let server: http.Server;
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  let asked: { line: string; type?: string; body: string }[];
  let status = 200;

  before(async () => {
    server = http.createServer((request, response) => {
      let body = "";
      request.on("data", (part: Buffer) => (body += String(part)));
      request.on("end", () => {
        asked.push({ line: `${request.method} ${request.url}`, type: request.headers["content-type"], body });
        response.writeHead(status).end(JSON.stringify({ message: "deployments is forbidden" }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-rollout-"));
    fs.writeFileSync(path.join(folder, "kubeconfig"), kubeconfigOf(url()));
    environment = { KUBECONFIG: path.join(folder, "kubeconfig") };
  });
  beforeEach(() => {
    asked = [];
    status = 200;
  });
  after(() => {
    server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  /** A stack that names context `fake` and the cluster with uid 1, and that cluster. */
  function restart(own: { context?: string; uid?: string; opened?: string; kind?: string; server?: string } = {}): Restart {
    const { context = "fake", uid = "1", opened = "fake", kind = "Deployment" } = own;
    const metadata = { name: "kube-system", uid: "1" };
    return {
      target: { title: "stack dev", cluster: { context, uid } },
      entry: { service: "chat", namespace: "rooms", workload: { kind, name: "chat" } },
      cluster: {
        context: opened,
        server: own.server ?? url(),
        find: () => Promise.resolve({ apiVersion: "v1", kind: "Namespace", metadata }),
      },
    };
  }

  const refused = (wanted: Restart, message: RegExp) =>
    assert.rejects(startRollout(wanted, environment), (error: Error) => {
      assert.ok(error instanceof RolloutRefused, error.stack);
      assert.match(error.message, message);
      return true;
    });

  it("writes one annotation of the template and nothing else", async () => {
    await startRollout(restart(), environment);
    assert.equal(asked.length, 1);
    const { line, type, body } = asked[0]!;
    assert.equal(line, "PATCH /apis/apps/v1/namespaces/rooms/deployments/chat?fieldManager=holdfast-verify");
    assert.equal(type, "application/strategic-merge-patch+json");
    const annotations = (JSON.parse(body) as { spec: { template: { metadata: { annotations: Record<string, string> } } } }).spec
      .template.metadata.annotations;
    assert.deepEqual(Object.keys(annotations), [RESTARTED_AT]);
    assert.ok(Math.abs(Date.parse(annotations[RESTARTED_AT]!) - Date.now()) < 60_000);
    assert.equal(JSON.stringify(JSON.parse(body)), JSON.stringify({ spec: { template: { metadata: { annotations } } } }));
  });

  it("touches no cluster but the stack's own", async () => {
    await refused(
      restart({ opened: "other" }),
      /^stack dev names context fake and other was opened; nothing is changed in another cluster$/,
    );
    await refused(restart({ uid: "2" }), /^context fake leads to a cluster with uid 1, stack dev is for 2; nothing is changed$/);
    await refused(restart({ server: "http://127.0.0.1:1" }), /^context fake led to http:\/\/127\.0\.0\.1:1 and leads to http/);
    assert.deepEqual(asked, []);
  });

  it("starts nothing of which it does not know what it is", async () => {
    await refused(
      restart({ kind: "Rollout" }),
      /^Rollout rooms\/chat is none of Deployment, StatefulSet, DaemonSet; start its rollout yourself$/,
    );
    const bare = { ...restart(), target: { title: "ws://chat" }, entry: { service: "chat" } };
    await refused(bare, /^nobody knows which workload chat is/);
    await assert.rejects(checkRestart({ ...restart(), target: { title: "ws://chat" } }), /names no context and fake was opened/);
    assert.deepEqual(asked, []);
  });

  it("says what the API server said", async () => {
    status = 403;
    await refused(restart(), /^the API server refused the rollout of Deployment rooms\/chat \(403\): deployments is forbidden$/);
  });
});

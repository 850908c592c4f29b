import assert from "node:assert/strict";
import * as fs from "node:fs";
import { createEngine, type Engine } from "../engine/support";
import { listObjects } from "../support/objects";
import { CLIENT_ADDRESSES } from "../../sandbox";
import { podsOf, probe } from "./client";

interface Outputs {
  services: { chatpulse: { entries: { kind: string; url: string }[] } };
}

/** Real sockets from the client namespace, through the real kube-proxy and the real Traefik, to the pods. */
describe("a WebSocket through the data plane", function () {
  this.timeout(300_000);
  let engine: Engine;
  let urls: Map<string, string>;
  const sources = [...CLIENT_ADDRESSES];

  before(async () => {
    engine = await createEngine();
    await engine.configure();
    const { code, output } = await engine.up();
    assert.equal(code, 0, output);
    const { services } = (await engine.outputs()) as unknown as Outputs;
    urls = new Map(services.chatpulse.entries.map(({ kind, url }) => [kind, url]));
    await threeReadyPods();
  });
  after(async () => {
    await engine?.destroy();
    if (engine !== undefined) fs.rmSync(engine.workspace.stateDirectory, { recursive: true, force: true });
  });

  for (const kind of ["metallb", "ingress-nginx"]) {
    it(`connects and echoes at the address printed for ${kind}`, async () => {
      const [answer] = await probe({ url: urls.get(kind)!, connections: 1 });
      assert.ok(answer!.echoed);
      assert.match(answer!.pod, /^chatpulse-/);
    });
  }

  it("reaches the same pod again from the same source address, through MetalLB's address", async () => {
    for (const source of sources) {
      const answers = await probe({ url: urls.get("metallb")!, sources: [source], connections: 8 });
      assert.equal(podsOf(answers).size, 1, `${source} reached ${[...podsOf(answers)].join(", ")}`);
    }
  });

  it("reaches the same pod again with the cookie, through the Ingress; and others without it", async () => {
    const url = urls.get("ingress-nginx")!;
    const withCookie = await probe({ url, connections: 12, keepCookie: true });
    assert.match(withCookie[0]!.setCookie ?? "", /^chatpulse-route=.*Max-Age=36\d\d/i);
    assert.equal(podsOf(withCookie).size, 1);
    const without = await probe({ url, connections: 12 });
    assert.equal(podsOf(without).size, 3, "without the cookie the connections spread, so the cookie is what made them stick");
  });

  it("spreads different sources over the pods", async () => {
    const answers = await probe({ url: urls.get("metallb")!, sources, connections: 1 });
    assert.ok(podsOf(answers).size > 1, `${sources.length} sources all reached ${[...podsOf(answers)].join()}`);
  });

  async function threeReadyPods(): Promise<void> {
    const until = Date.now() + 60_000;
    for (;;) {
      const [deployment] = (await listObjects("chatpulse", "Deployment")) as { status?: { readyReplicas?: number } }[];
      if (deployment?.status?.readyReplicas === 3) return;
      assert.ok(Date.now() < until, "the autoscaler's floor of three ready pods was not reached within 60 seconds");
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
});

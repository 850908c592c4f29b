import assert from "node:assert/strict";
import { planLoad, type WayIn } from "../../load/plan";
import type { Profile } from "../../load/profiles";
import { runLoad } from "../../load/run";
import { tools } from "../../sandbox";
import { until } from "../../sandbox/process";
import { Objects } from "../sandbox/support/objects";
import { SANDBOX_HOOK_MILLISECONDS, sharedSandbox } from "../support/sandbox";

const NAMESPACE = "loaded";
const HOST = "loaded.example.test";
const BRIEF: Profile = { summary: "for a test", connections: 6, rampSeconds: 0, plateauSeconds: 2, silentSeconds: 2 };

/** A real load by the real k6, from where the sandbox's clients are. */
describe("load among the sandbox's clients", function () {
  this.timeout(60_000);
  let objects: Objects;
  let k6: string;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    k6 = (await tools.ensureTools(["k6"])).k6!;
    objects = new Objects(await sharedSandbox(), NAMESPACE);
    await objects.create("v1", "Namespace", NAMESPACE, {}, undefined);
    await objects.createPods("web");
    await objects.create("v1", "Service", "web", { spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] } });
    const backend = { service: { name: "web", port: { number: 80 } } };
    await objects.create("networking.k8s.io/v1", "Ingress", "web", {
      spec: {
        ingressClassName: "nginx",
        rules: [{ host: HOST, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
      },
    });
    assert.ok(await until(async () => (await load()).holds, 20, 200), "the Ingress is served");
  });
  after(() => objects?.removeAll());

  const way: WayIn = {
    service: "web",
    entry: "ingress",
    url: `ws://${HOST}/ws`,
    protocol: "websocket",
    promise: { idleSeconds: 3600, drainSeconds: 40, affinity: { mode: "none", ttlSeconds: 3600 } },
  };
  const load = (profile: Profile = { ...BRIEF, connections: 1, plateauSeconds: 0.2, silentSeconds: 0.1 }) =>
    runLoad(planLoad([way], profile), k6, "clients");

  it("holds through a proxy, by the name that the Ingress publishes", async () => {
    const { holds, lines } = await load(BRIEF);
    assert.equal(holds, true, lines.join("\n"));
    assert.match(lines[1]!, /holds: (\d+) of \1 connections stayed open through 2 s of silence and answered after it/);
  });

  it("does not hold where the pods go in the middle of it", async () => {
    const running = load({ ...BRIEF, silentSeconds: 6 });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await objects.remove("Deployment", "web");
    const { holds, lines } = await running;
    assert.equal(holds, false, lines.join("\n"));
    assert.match(lines[1]!, /^ {2}does not hold: /);
    assert.ok(
      lines.some((line) => /\d+ of \d+ connections were closed by the other side within 6 s of silence/.test(line)),
      lines.join("\n"),
    );
  });
});

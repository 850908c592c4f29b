import assert from "node:assert/strict";
import { SANDBOX_HOOK_MILLISECONDS } from "../support/sandbox";
import { podsOf, probe, untilOpen } from "./client";
import { Deployed, sandboxWithContour } from "./deployed";

const MANY = 18;

/** Two services behind one host, each with its own promise, as our own code shares a Gateway between them. */
describe("two services below one host", function () {
  this.timeout(60_000);
  let deployed: Deployed;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    await sandboxWithContour();
    const pair = (implementation: string, mode: string, further: object = {}) => {
      const host = `shared-${implementation}.example.test`;
      const promise = { affinity: { mode } };
      const front = `${implementation}-front`;
      const entry = { kind: "gateway", implementation, host };
      return [
        { name: front, promise, entries: [{ ...entry, ...further, gatewayName: "edge" }] },
        {
          name: `${implementation}-inner`,
          promise,
          connectPath: "/mcp",
          entries: [{ ...entry, path: "/mcp", attachTo: { name: "edge", namespace: front } }],
        },
      ];
    };
    deployed = await Deployed.of([
      ...pair("contour", "client"),
      ...pair("traefik", "none", { entryPointPorts: { http: 80, https: 443 } }),
    ]);
  });
  after(() => deployed?.removeAll());

  for (const implementation of ["contour", "traefik"]) {
    it(`${implementation}: each path leads to the pods of its own service`, async () => {
      for (const service of [`${implementation}-front`, `${implementation}-inner`]) {
        const url = deployed.url(service, "gateway");
        assert.match(url, new RegExp(`^ws://shared-${implementation}\\.example\\.test/(ws|mcp)$`));
        await untilOpen(url);
        const answers = await probe({ url, connections: MANY });
        assert.ok(podsOf(answers).size > 1, "without a cookie they spread");
        assert.ok(
          answers.every(({ pod, echoed }) => echoed && pod.startsWith(`${service}-`)),
          [...podsOf(answers)].join(),
        );
      }
    });
  }

  it("contour: one cookie keeps a client on its pod at each of the two, in turn", async () => {
    const [front, inner] = ["contour-front", "contour-inner"].map((service) => deployed.url(service, "gateway"));
    const first = await probe({ url: front!, connections: 1 });
    const cookie = first[0]!.setCookie!.split(";")[0]!;
    assert.match(cookie, /^X-Contour-Session-Affinity=/);
    const pods = new Set<string>([first[0]!.pod]);
    for (let round = 0; round < 3; round++) {
      for (const url of [inner!, front!]) {
        const answers = await probe({ url, cookie, connections: 4 });
        for (const pod of podsOf(answers)) pods.add(pod);
      }
    }
    assert.equal(pods.size, 2, [...pods].join());
  });
});

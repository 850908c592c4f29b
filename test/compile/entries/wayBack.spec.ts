import assert from "node:assert/strict";
import { parsed, rawStackWith, type Block } from "../stacks";

const BY_TRAEFIK = { ingressClasses: { nginx: "traefik" }, controllers: { metallb: "0.15.2", traefik: "3.6.1" } };
const HOST = "chat.example.com";
const WAYS: Block[] = [
  { kind: "ingress-nginx", host: HOST },
  { kind: "traefik", host: HOST },
];

describe("the way back to a pod that leaves, by Traefik's cookie", () => {
  const warned = (entry: Block, promise: Block, more: Block = {}, cluster: Block = BY_TRAEFIK) =>
    parsed(rawStackWith({ entries: [entry], promise, ...more }, cluster)).warnings.filter((text) =>
      text.includes("leads clients"),
    );

  for (const entry of WAYS) {
    it(`gets a warning where the pod is ready for as long as it says goodbye: ${String(entry.kind)}`, () => {
      assert.match(
        warned(entry, { drainSeconds: 10 }).join(),
        /entries\[0\]: Traefik leads clients with a cookie back .* for up to 10 s \(periodSeconds 5 x failureThreshold 2\); with promise\.drainSeconds 10 /,
      );
      assert.deepEqual(warned(entry, { drainSeconds: 11 }), []);
      assert.deepEqual(warned(entry, { drainSeconds: 10 }, { probes: { readiness: { failureThreshold: 1 } } }), []);
      assert.deepEqual(warned(entry, { drainSeconds: 10, affinity: { mode: "none" } }), []);
    });
  }

  it("gets none where another controller serves the class, which leaves out pods that leave", () => {
    assert.deepEqual(warned(WAYS[0]!, { drainSeconds: 10 }, {}, {}), []);
  });
});

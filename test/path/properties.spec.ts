import assert from "node:assert/strict";
import fc from "fast-check";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ClusterFacts, Path, Verdict } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";

import { readPaths } from "../../path/reader";
import { judge } from "../../path/verdict";
import { readFixture } from "../policy/fixture";
import { placesOf, withUnknownAt } from "./hidden";
import { clientIp, deployment, DIRECT, ingress, PROMISE, service } from "./objects";

/** What Go's Atoi makes of a text, and 60 where it makes nothing. */
function asTheControllerParses(text: string): number {
  if (!/^[+-]?[0-9]+$/.test(text)) return 60;
  const value = BigInt(text);
  return value > 9_223_372_036_854_775_807n || value < -9_223_372_036_854_775_808n ? 60 : Number(value);
}

const anyTimeout = fc.oneof(
  fc.string(),
  fc.integer().map(String),
  fc.bigInt().map(String),
  fc
    .tuple(fc.nat(100_000), fc.constantFrom("", "s", "m", "h", "ms", " s", ".5", "e3"))
    .map(([number, unit]) => `${number}${unit}`),
  fc.tuple(fc.constantFrom("+", "-", "0", " ", "\t", "0x"), fc.nat(9999)).map(([prefix, number]) => `${prefix}${number}`),
);

describe("for any text in a timeout annotation", () => {
  it("ingress-nginx is never read as more patient than it is", () => {
    fc.assert(
      fc.property(anyTimeout, anyTimeout, (readText, sendText) => {
        const objects = [ingress({ "proxy-read-timeout": readText, "proxy-send-timeout": sendText }), service(), deployment()];
        const seconds = readPaths(objects, DIRECT)[0]?.hops[0]?.idleSeconds ?? Infinity;
        assert.ok(seconds <= Math.max(0, Math.min(asTheControllerParses(readText), asTheControllerParses(sendText))));
      }),
      { numRuns: 2000 },
    );
  });

  it("and for whole seconds it is read exactly", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seconds) => {
        const both = { "proxy-read-timeout": String(seconds), "proxy-send-timeout": String(seconds) };
        assert.equal(readPaths([ingress(both), service(), deployment()], DIRECT)[0]?.hops[0]?.idleSeconds, seconds);
      }),
    );
  });
});

describe("what a hop says to write", () => {
  it("makes it keep the promise", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400 }), fc.integer({ min: 1, max: 86_400 }), (idleSeconds, ttlSeconds) => {
        const promise = { ...PROMISE, idleSeconds, affinity: { mode: "client" as const, ttlSeconds } };
        const bare = readPaths([ingress(), service(), deployment()], DIRECT)[0]?.hops[0];
        const lines = [bare?.writeIdle?.(idleSeconds), bare?.writeAffinity?.(promise.affinity)].join(", ");
        const written = Object.fromEntries(
          [...lines.matchAll(/io\/([\w-]+): "([^"]*)"/g)].map((match) => [match[1] ?? "", match[2] ?? ""]),
        );
        const [path] = readPaths([ingress(written), service(), deployment()], DIRECT);
        assert.equal(path && judge(path, promise, "websocket").verdict, "holds");
      }),
    );
  });

  it("on a Service makes it stick", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400 }), (ttlSeconds) => {
        const [path] = readPaths([service({ type: "NodePort", ...clientIp(ttlSeconds) }), deployment()], {
          kubeProxyMode: "iptables",
        });
        const wanted = { ...PROMISE, affinity: { mode: "client" as const, ttlSeconds } };
        assert.equal(path && judge(path, wanted, "websocket").verdict, "holds");
        assert.equal(
          path && judge(path, { ...wanted, affinity: { mode: "client", ttlSeconds: ttlSeconds + 1 } }, "websocket").verdict,
          "fails",
        );
      }),
    );
  });
});

const BETTER: Record<Verdict["verdict"], number> = {
  fails: 0,
  unknown: 1,
  "holds-as-lifetime": 2,
  "holds-with-heartbeat": 2,
  holds: 2,
};
const idOf = (path: Path): string => `${path.entry.kind}/${path.entry.name}`;

function answers(objects: KubernetesObject[], cluster: ClusterFacts): Map<string, Verdict["verdict"][]> {
  const byEntry = new Map<string, Verdict["verdict"][]>();
  for (const path of readPaths(objects, cluster)) {
    byEntry.set(idOf(path), [...(byEntry.get(idOf(path)) ?? []), judge(path, PROMISE, "websocket").verdict]);
  }
  return byEntry;
}

describe("with any value of any example not known yet", () => {
  const root = join(__dirname, "..", "policy");
  // The folders whose rules judge paths; the others' objects make no more ways in than these.
  const files = ["idle-timeout", "sticky-sessions"].flatMap((rule) =>
    readdirSync(join(root, rule)).map((file) => join(root, rule, file)),
  );

  /** Every example with every single value hidden in turn. */
  function* hidden(): Generator<{
    file: string;
    objects: KubernetesObject[];
    whole: KubernetesObject[];
    cluster: ClusterFacts;
    place: string;
  }> {
    for (const file of files) {
      const { objects, cluster } = readFixture(file);
      for (const [index, object] of objects.entries()) {
        for (const keys of placesOf(object as unknown as Value)) {
          const changed = objects.map((other, position) => (position === index ? withUnknownAt(object, keys) : other));
          yield { file, objects: changed, whole: objects, cluster, place: `${object.kind} ${keys.join(".")}` };
        }
      }
    }
  }

  it("no failing way in turns into a good one", function () {
    this.timeout(60_000);
    let compared = 0;
    for (const { file, objects, whole, cluster, place } of hidden()) {
      const before = answers(whole, cluster);
      for (const [entry, after] of answers(objects, cluster)) {
        const was = before.get(entry);
        // A hidden name or class makes another entry of it; a hidden backend takes its promise to another workload.
        if (was === undefined || !was.includes("fails")) continue;
        compared++;
        assert.ok(
          after.some((verdict) => BETTER[verdict] < BETTER.holds),
          `${file}: ${place}: ${was.join()} became ${after.join()}`,
        );
      }
    }
    assert.ok(compared > 500);
  });
});

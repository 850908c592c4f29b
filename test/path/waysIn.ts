import assert from "node:assert/strict";
import type { ClusterFacts, ConnectionPromise, Verdict } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { judge } from "../../path/verdict";
import { placesOf, withUnknownAt } from "./hidden";
import { clientIp, deployment, ingress, PROMISE, service } from "./objects";

/** A way in to Service web, what its cluster declares, the verdict, and what is asked otherwise than usual. */
export type WayIn = [string, KubernetesObject[], ClusterFacts, Verdict["verdict"], Partial<ConnectionPromise>?];

export const SILENT: Partial<ConnectionPromise> = { affinity: { mode: "none", ttlSeconds: 3600 } };
export const BEATING: Partial<ConnectionPromise> = { heartbeat: { seconds: 45, kind: "message" } };
export const balanced = { type: "LoadBalancer", ...clientIp(3600) };
export const byClass = (ingressClassName: string, annotations: { [key: string]: Value } = {}) =>
  ingress(annotations, { ingressClassName });

/** Can each hold a silent WebSocket for an hour, and bring its client back to its pod? */
export function judgeWaysIn(rows: WayIn[]): void {
  for (const [title, objects, cluster, expected, asked] of rows) {
    it(`${title}: ${expected}`, () => {
      const own = objects.some(({ kind, metadata }) => kind === "Service" && metadata.name === "web");
      const all = [...objects, ...(own ? [] : [service()]), deployment()];
      const path = readPaths(all, cluster).find((candidate) => candidate.service.name === "web");
      assert.ok(path !== undefined);
      const verdict = judge(path, { ...PROMISE, ...asked }, "websocket");
      assert.equal(verdict.verdict, expected, JSON.stringify([path.hops, verdict.reasons], null, 1));
      assert.equal(verdict.settle.length > 0, verdict.verdict === "unknown");
      assert.ok(expected !== "fails" || verdict.write.length > 0, verdict.reasons.join());
    });
  }
  it("none that fails turns into a good one while any single value is not known", () => {
    const turned: string[] = [];
    for (const [title, objects, cluster, expected, asked] of rows.filter((row) => row[3] === "fails")) {
      const own = objects.some(({ kind, metadata }) => kind === "Service" && metadata.name === "web");
      const all = [...objects, ...(own ? [] : [service()]), deployment()];
      for (const [index, object] of all.entries()) {
        for (const keys of placesOf(object as unknown as Value)) {
          const changed = all.map((other, position) => (position === index ? withUnknownAt(other, keys) : other));
          const answers = readPaths(changed, cluster).map((path) => judge(path, { ...PROMISE, ...asked }, "websocket").verdict);
          const good = answers.length > 0 && !answers.some((answer) => answer === "fails" || answer === "unknown");
          if (good) turned.push(`${title} (${expected}): ${object.kind} ${keys.join(".")}: ${answers.join()}`);
        }
      }
    }
    assert.deepEqual(turned, []);
  });
}

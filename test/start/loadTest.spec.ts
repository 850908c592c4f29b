import assert from "node:assert/strict";
import { judgeLoad, requireRealAddress, type Expectation } from "../../start/loadTest";
import type { Hit } from "../../start/loadProbe";

const hits = (...groups: [count: number, pod: string, source?: string][]): Hit[] =>
  groups.flatMap(([count, pod, source]) =>
    Array.from({ length: count }, () => ({ pod, ...(source === undefined ? {} : { source }) })),
  );

const even: Expectation = { spread: "any-pod", pods: 3, sources: 1 };
const sticky: Expectation = { spread: "by-source-address", pods: 3, sources: 1 };

describe("what a load shows of the balancing", () => {
  it("is a third each where nothing sticks, give or take chance", () => {
    const judged = judgeLoad(hits([96, "a"], [109, "b"], [95, "c"]), even);
    assert.equal(judged.holds, true);
    assert.equal(judged.lines.at(-1), "expected without affinity: each of 3 pods 100 requests, give or take 33: so it is.");
    assert.equal(judgeLoad(hits([60, "a"], [140, "b"], [100, "c"]), even).holds, false);
    assert.equal(judgeLoad(hits([150, "a"], [150, "b"]), even).holds, false);
  });

  it("is told from a port-forward", () => {
    const { holds, lines } = judgeLoad(hits([300, "a"]), even);
    assert.equal(holds, false);
    assert.match(lines.at(-1)!, /All reached one pod: that is what `kubectl port-forward` does/);
  });

  it("is one pod for one source that sticks, and several for several", () => {
    assert.equal(judgeLoad(hits([300, "a", "1"]), sticky).holds, true);
    assert.equal(judgeLoad(hits([150, "a", "1"], [150, "b", "1"]), sticky).holds, false);
    const many = { ...sticky, sources: 2 };
    assert.equal(judgeLoad(hits([150, "a", "1"], [150, "b", "2"]), many).holds, true);
    assert.equal(judgeLoad(hits([150, "a", "1"], [150, "a", "2"]), many).holds, false);
  });

  it("says nothing good of requests that failed or of answers that name no pod", () => {
    assert.match(judgeLoad([{ failed: "status 503" }, { pod: "a" }], even).lines[0]!, /^1 of 2 requests failed: status 503\.$/);
    assert.match(judgeLoad([{}, { pod: "a" }], even).lines[0]!, /^1 of 2 answers do not say which pod/);
  });

  it("is not taken through an address behind which there is one pod", () => {
    for (const url of ["http://localhost:8000/docs", "http://127.0.0.1:8000", "http://[::1]:8000"]) {
      assert.throws(() => requireRealAddress(url), /one connection to one pod.*npm run get-service-url/);
    }
    requireRealAddress("http://192.168.1.217:8000/docs");
  });
});

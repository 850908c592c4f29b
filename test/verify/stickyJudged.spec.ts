import assert from "node:assert/strict";
import { readPaths } from "../../path/reader";
import { judgeSticky } from "../../verify/sticky/judge";
import type { Tried } from "../../verify/sticky/model";
import { advertisement, AWS, clientIp, deployment, ON_AWS, POOL, service } from "../path/objects";
import { pathOf } from "./balancer";
import { PROMISE } from "./support";

const promise = { ...PROMISE, affinity: { mode: "client" as const, ttlSeconds: 3600, cookieName: "chat-route" } };
const SOURCE = { mechanism: "source-ip" as const, ttlSeconds: 3600 };

function tried({ again, moves = 0, podsChanged }: { again: number; moves?: number; podsChanged?: string }): Tried {
  const answer = (pod: string) => ({ pod, cookies: [] });
  return {
    first: answer("pod-a"),
    again: Array.from({ length: again }, (_, index) => answer(index < again - moves ? "pod-a" : "pod-b")),
    withoutCookie: [],
    cookieElsewhere: [],
    others: [],
    otherAddresses: [],
    unsent: {},
    firstPodWent: podsChanged?.startsWith("pod-a") ?? false,
    ...(podsChanged !== undefined && { podsChanged }),
  };
}

describe("a client that comes back, judged", () => {
  const path = pathOf({ layer: 4, affinity: SOURCE, hop: "kube-proxy-nftables" });
  const asked = { promise, path, pods: 3, thisMachine: false };

  it("by its source address from one source holds, and says what one source leaves open", () => {
    const judged = judgeSticky(tried({ again: 9 }), asked);
    assert.equal(judged.outcome, "holds");
    assert.match(judged.details[0]!, /^From one source address it cannot be told from a single pod/);
  });

  it("counts no stranger that failed among those who reached its pod", () => {
    const others = [
      { pod: "pod-a", cookies: [] },
      { failed: "refused", cookies: [] },
    ];
    const { outcome, details } = judgeSticky({ ...tried({ again: 9 }), others }, asked);
    assert.equal(outcome, "unknown");
    assert.match(details[0]!, /^1 other client reached the same pod/);
  });

  it("is not told from a single pod where no other client got in, whoever is at fault", () => {
    for (const own of [{}, { ofThisMachine: true as const }]) {
      const others = [{ failed: "TCP: refused", cookies: [], ...own }];
      const { outcome, details } = judgeSticky({ ...tried({ again: 9 }), others }, asked);
      assert.equal(outcome, "unknown");
      assert.deepEqual(details, ["No other client got in: TCP: refused"]);
    }
  });

  it("has to move once where its pod went, and to stay where it came to", () => {
    const { outcome, summary } = judgeSticky(tried({ again: 12, moves: 9, podsChanged: "pod-a went, pod-d came" }), asked);
    assert.equal(outcome, "holds");
    assert.match(
      summary,
      /^The client's pod pod-a went .*; it was moved once, to pod-b, and all 9 reconnects since reached that\.$/,
    );
  });

  it("is not judged where that was too short ago, or its own pod stayed", () => {
    assert.equal(judgeSticky(tried({ again: 12, moves: 3, podsChanged: "pod-a went" }), asked).outcome, "unknown");
    assert.equal(judgeSticky(tried({ again: 12, moves: 9, podsChanged: "pod-c went" }), asked).outcome, "unknown");
    assert.equal(judgeSticky(tried({ again: 12, moves: 9 }), asked).outcome, "fails");
  });

  it("is told what a Network Load Balancer may do to it", () => {
    const nlb = service(
      { type: "LoadBalancer", loadBalancerClass: "service.k8s.aws/nlb", ...clientIp(3600) },
      {
        [`${AWS}nlb-target-type`]: "ip",
        [`${AWS}target-group-attributes`]: "stickiness.enabled=true,stickiness.type=source_ip",
      },
    );
    const [read] = readPaths([nlb, deployment()], ON_AWS);
    const { details } = judgeSticky(tried({ again: 12 }), { ...asked, path: read! });
    assert.match(
      details.join(" "),
      /may give every client another pod when a target is registered, is taken out or changes its health/,
    );
  });

  it("is not told so of kube-proxy", () => {
    const metallb = service({ type: "LoadBalancer", ...clientIp(3600) });
    const [read] = readPaths([metallb, deployment(), POOL, advertisement("L2Advertisement")], { kubeProxyMode: "nftables" });
    const { outcome, details } = judgeSticky(tried({ again: 12 }), { ...asked, path: read! });
    assert.equal(outcome, "holds");
    assert.doesNotMatch(details.join(" "), /another pod when a target/);
  });

  it("takes few reconnects to one pod for luck", () => {
    const { outcome, summary } = judgeSticky(tried({ again: 5 }), asked);
    assert.equal(outcome, "unknown");
    assert.equal(summary, "5 reconnects to the same pod may be luck with 3 pods: 9 would tell.");
  });
});

import assert from "node:assert/strict";
import { Catalog } from "../../path/catalog";
import { admission } from "../../path/networkPolicy";
import type { Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { object } from "./objects";

/** What a policy of namespace chat, by the label purpose=edge, answers to a proxy of namespace edge that was not read. */
function answered(namespaces: Record<string, Value>, value: Value = "edge"): unknown {
  const selector: Value = { matchLabels: { purpose: value } };
  const policy = object("networking.k8s.io/v1", "NetworkPolicy", "in", {
    spec: { podSelector: {}, ingress: [{ from: [{ namespaceSelector: selector }] }] },
  });
  const read = Object.entries(namespaces).map(([name, labels]) => object("v1", "Namespace", name, {}, { labels }));
  const from = { who: "proxy", title: "a proxy", namespace: "edge" } as const;
  return admission([policy], from, 8080, [], new Catalog([policy, ...read]));
}

describe("a policy that asks for a label of a namespace", () => {
  const DOUBT = { ifLabelled: "purpose=edge" };

  it("lets in whoever has it, and of its own namespace nothing follows for another", () => {
    assert.equal(answered({ other: { purpose: "edge" } }), "yes");
    assert.deepEqual(answered({ other: { purpose: "shop" } }), DOUBT);
    assert.deepEqual(answered({ chat: { purpose: "edge" } }), DOUBT);
    assert.equal(answered({ chat: { purpose: "edge" }, other: { purpose: "edge" } }), "yes");
  });

  it("lets nobody else in where the label is the name of its own namespace", () => {
    assert.equal(answered({ chat: { purpose: "chat" } }, "chat"), "no");
  });

  it("is not known where labels are not", () => {
    assert.equal(answered({ other: UNKNOWN }), "unknown");
    assert.equal(answered({ other: { purpose: UNKNOWN } }), "unknown");
    assert.equal(answered({ other: { purpose: "edge" } }, UNKNOWN), "unknown");
    assert.deepEqual(answered({ other: { purpose: "shop", team: UNKNOWN } }), DOUBT);
    assert.deepEqual(answered({ chat: { purpose: UNKNOWN } }), DOUBT);
  });
});

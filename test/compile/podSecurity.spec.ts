import assert from "node:assert/strict";
import { parseService } from "../../compile/parse";
import { EXAMPLES, stackOn } from "./entries/stacks";
import { compiled, objectOf, parsed, problemsOf, rawStackWith, type Block } from "./stacks";

const labelsOf = (security?: Block): Record<string, string> => {
  const { labels = {} } = objectOf(compiled(rawStackWith(security === undefined ? {} : { security })), "namespace").object
    .metadata;
  const ours = Object.entries(labels).filter(([key]) => key.startsWith("pod-security."));
  return Object.fromEntries(ours.map(([key, value]) => [key.slice(key.indexOf("/") + 1), value]));
};

const enforced = { security: { admission: { enforce: "restricted" } } };
const refused = (raw: Block): string[] => problemsOf(raw).filter((problem) => problem.includes("admission.enforce"));

describe("what a namespace asks of its pods", () => {
  it("is a warning and a note in the audit log below the level of the service, and nothing is refused", () => {
    assert.deepEqual(labelsOf(), { warn: "restricted", audit: "restricted" });
    assert.deepEqual(labelsOf({ level: "baseline" }), { warn: "baseline", audit: "baseline" });
  });

  it("is what is written", () => {
    assert.deepEqual(labelsOf({ admission: { enforce: "baseline", audit: "privileged" } }), {
      enforce: "baseline",
      warn: "restricted",
      audit: "privileged",
    });
  });

  it("lets in what comes with the entries, or is an error", () => {
    const istio = EXAMPLES["gateway-istio"]!;
    const withIstio = (security: Block, entry: Block = {}) =>
      refused(stackOn(istio.platform, [{ ...istio.entries[0], ...entry }], { ...istio.service, security }));
    assert.equal(withIstio(enforced.security).length, 1);
    assert.match(withIstio(enforced.security)[0]!, /the pods that Istio makes for the Gateway of entry gateway/);
    assert.deepEqual(withIstio({ admission: { enforce: "baseline" } }), []);
    for (const name of Object.keys(EXAMPLES).filter((each) => !each.startsWith("gateway-istio"))) {
      const { platform, entries, service } = EXAMPLES[name]!;
      assert.deepEqual(refused(stackOn(platform, entries, { ...service, ...enforced })), [], name);
    }
  });

  it("lets in the pods of cert-manager, from the version on whose pods say that they are restricted", () => {
    const entries = [{ kind: "ingress-nginx", host: "chat.example.com", tls: { clusterIssuer: "acme" } }];
    const withVersion = (version?: string) => {
      const controllers = { "ingress-nginx": "1.15.1", ...(version === undefined ? {} : { "cert-manager": version }) };
      return refused(rawStackWith({ entries, ...enforced }, { controllers }));
    };
    assert.equal(withVersion("1.9.1").length, 1);
    assert.deepEqual(withVersion("1.10.0"), []);
    assert.deepEqual(withVersion(), [], "what is not declared is no error");
  });

  it("is checked of a component on its own too", () => {
    const { stack } = parsed(rawStackWith());
    const service = (level: string) => ({
      name: "chat",
      image: "registry.example.com/chat:1.8.2",
      port: 8080,
      entries: [],
      security: { level, ...enforced.security },
    });
    assert.deepEqual(
      parseService(service("baseline"), stack).problems?.map(({ path }) => path),
      ["security.admission.enforce"],
    );
    assert.equal(parseService(service("restricted"), stack).problems, undefined);
  });
});

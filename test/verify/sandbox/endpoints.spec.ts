import assert from "node:assert/strict";
import { overrule } from "../../../sandbox";
import type { CheckResult } from "../../../verify/model";
import { objectApi } from "../../support/objects";
import { SANDBOX_HOOK_MILLISECONDS } from "../../support/sandbox";
import type { Look } from "./lookInside";
import { KEPT_ADDRESS, KEPT_HOST, OLD_ADDRESS, spread } from "./spread";

const KEPT: Look = { checks: ["endpoints"], service: "kept-spread", entry: "metallb" };
const CHAT: Look = { checks: ["endpoints"], service: "kept-spread", entry: "traefik" };

/** Names by a real CoreDNS, addresses by a real MetalLB, pods by real EndpointSlices, settings in a real ConfigMap. */
describe("verify endpoints, on the real data plane", function () {
  this.timeout(60_000);
  let deployed: Awaited<ReturnType<typeof spread>>;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    deployed = await spread();
  });

  async function look(...looks: Look[]): Promise<CheckResult[]> {
    return (await deployed.look(...looks)).map(([result]) => result!);
  }

  async function patch(apiVersion: string, kind: string, name: string, change: object): Promise<void> {
    await (await objectApi()).patch({ apiVersion, kind, metadata: { name, namespace: "kept-spread" }, ...change } as never);
  }

  /** Until the pods behind the Service are those that its selector means. */
  const selected = (count: number) =>
    deployed.deployed.shows("v1", "Endpoints", "kept-spread-metallb", "kept-spread", ({ subsets = [] }) => {
      return subsets.flatMap(({ addresses = [] }: { addresses?: object[] }) => addresses).length === count;
    });

  it("holds from the name to the pods, and to the consumer's ConfigMap; a name that nobody has fails", async () => {
    const [kept, chat, nobody] = await look(KEPT, CHAT, { ...CHAT, url: "ws://nobody.example.test/ws" });
    assert.equal(kept!.outcome, "holds", kept!.summary);
    assert.match(
      kept!.summary,
      /^kept: name, address, load balancer and ready pods agree\. 1 variable of consumers has it too\.$/,
    );
    assert.match(textOf(kept), /3 of 3 pods behind Service kept-spread\/kept-spread-metallb are ready/);
    assert.equal(chat!.outcome, "holds", chat!.summary);
    assert.match(textOf(chat), new RegExp(`${KEPT_HOST} leads to 192.168.1.240\\.\n.*192.168.1.240 is Service`));
    assert.equal(nobody!.outcome, "fails");
    assert.match(nobody!.summary, /^chat: there is no nobody\.example\.test \(ENOTFOUND\)\.$/);
  });

  it("fails where the name leads to an old address, a consumer still has it, or the Service selects no pod", async () => {
    const isMeant = ({ kind, metadata }: { kind: string; metadata: { name: string } }) =>
      kind === "Service" && metadata.name === "kept-spread-metallb";
    const { selector } = deployed.deployed.objects.find(isMeant)!.spec as { selector: Record<string, string> };
    const [label, value] = Object.entries(selector)[0]!;
    await overrule(KEPT_HOST, [OLD_ADDRESS]);
    await patch("v1", "ConfigMap", "reader-endpoints", { data: { CHAT_ADDRESS: `ws://${OLD_ADDRESS}/ws` } });
    await patch("v1", "Service", "kept-spread-metallb", { spec: { selector: { [label]: "nobody" } } });
    try {
      await selected(0);
      const [kept, chat] = await look(KEPT, CHAT);
      assert.equal(chat!.outcome, "fails", chat!.summary);
      assert.match(chat!.summary, /^chat: clients come to 192\.168\.1\.9, and the stack recorded 192\.168\.1\.240\.$/);
      assert.equal(kept!.outcome, "fails");
      const told = `still has CHAT_ADDRESS=ws://${OLD_ADDRESS}/ws, where it was before; kept is at ws://${KEPT_ADDRESS}/ws.`;
      assert.ok(textOf(kept).includes(`kept: ConfigMap kept-spread/reader-endpoints ${told}`), textOf(kept));
      assert.match(textOf(kept), /kept: Service kept-spread\/kept-spread-metallb selects no pod/);
    } finally {
      await overrule(KEPT_HOST, undefined);
      await patch("v1", "Service", "kept-spread-metallb", { spec: { selector: { [label]: value } } });
      await selected(3);
    }
  });
});

const textOf = (result: CheckResult | undefined): string => [result?.summary, ...(result?.details ?? [])].join("\n");

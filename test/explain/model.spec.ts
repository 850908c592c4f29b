import assert from "node:assert/strict";
import type { ExaminedService } from "../../compile/parse";
import { examineStack } from "../../compile/parse";
import { explainService, type ExplainedEntry } from "../../explain/model";
import type { Hop } from "../../path/model";
import { judge } from "../../path/verdict";
import { rawStackWith, type Block } from "../compile/stacks";

const METALLB = { kind: "metallb", pool: "lan", address: "192.168.1.207" };
const INGRESS = { kind: "ingress-nginx", host: "chat.example.com" };

function examined(service: Block, cluster: Block = {}): { service: ExaminedService; entry: ExplainedEntry } {
  const result = examineStack(rawStackWith({ entries: [METALLB], ...service }, { inFront: [], ...cluster }));
  assert.equal(result.problems, undefined, JSON.stringify(result.problems));
  const found = (result as { services: ExaminedService[] }).services[0]!;
  return { service: found, entry: explainService(found, cluster).entries[0]! };
}

/** The entry of a service whose only proxy has this clock. */
function entryBehind(proxy: Partial<Hop>, service: Block = {}): ExplainedEntry {
  const { service: found } = examined({ entries: [INGRESS], ...service });
  const [{ path, entry }] = found.verdicts as [(typeof found.verdicts)[0]];
  const changed = { ...path, hops: path.hops.map((hop) => (hop.hop === "ingress-nginx" ? { ...hop, ...proxy } : hop)) };
  const verdict = judge(changed, found.service.promise, found.service.protocol);
  return explainService({ ...found, verdicts: [{ entry, path: changed, verdict }] }, {}).entries[0]!;
}

const weakest = ({ hops }: ExplainedEntry) => hops.filter((hop) => hop.weakest).map(({ hop }) => hop);

describe("explaining a path", () => {
  it("keeps the hops in the order of a packet and takes the verdict as it was given", () => {
    const { service, entry } = examined({});
    assert.deepEqual(
      entry.hops.map(({ hop }) => hop),
      service.verdicts[0]!.path.hops.map(({ hop }) => hop),
    );
    assert.equal(entry.verdict, service.verdicts[0]!.verdict.verdict);
    assert.equal(entry.effectiveIdleSeconds, service.verdicts[0]!.verdict.effectiveIdleSeconds);
  });

  it("marks the hop with the shortest clock where everything holds", () => {
    const { entry } = examined({});
    assert.equal(entry.verdict, "holds");
    assert.deepEqual(weakest(entry), ["kube-proxy-nftables"]);
    assert.match(
      entry.meaning.join(" "),
      /stays open for 24 h; 1 h is promised\. A client that comes back within 1 h reaches the same pod\./,
    );
  });

  it("marks the hop that breaks the promise, and says how far short it falls and what to write", () => {
    const { entry } = examined({}, { kubeProxyMode: "ipvs" });
    assert.equal(entry.verdict, "fails");
    assert.deepEqual(weakest(entry), ["kube-proxy-ipvs"]);
    assert.match(entry.meaning[0]!, /cut off after 15 min, 45 min short of the promise/);
    assert.ok(entry.write.length > 0);
  });

  it("says that nobody knows, and what would settle it", () => {
    const { entry } = examined({}, { kubeProxyMode: undefined });
    assert.equal(entry.verdict, "unknown");
    assert.match(entry.meaning[0]!, /Nobody can say yet/);
    assert.match(entry.settle.join(), /kubeProxyMode/);
  });

  it("says what the heartbeat saves", () => {
    const promise = { heartbeat: { seconds: 30 } };
    const { entry } = examined({ promise }, { kubeProxyMode: "ipvs" });
    assert.equal(entry.verdict, "holds-with-heartbeat");
    assert.match(entry.meaning[0]!, /Without the heartbeat every 30 s a silent connection would end after 15 min/);
  });

  it("tells a lifetime from an idle limit", () => {
    const long = entryBehind({ limit: "lifetime", idleSeconds: 7200 });
    assert.equal(long.verdict, "holds-as-lifetime");
    assert.match(long.meaning[0]!, /Every connection ends after 2 h, busy or not/);
    const short = entryBehind({ limit: "lifetime", idleSeconds: 1800 });
    assert.equal(short.verdict, "fails");
    assert.match(short.meaning[0]!, /Every connection is cut after 30 min, 30 min short/);
    assert.deepEqual(weakest(short), ["ingress-nginx"]);
  });

  it("shows the clock that runs on the service's protocol", () => {
    const perProtocol = { "http-stream": { limit: "idle" as const, idleSeconds: 60 } };
    const limits = (protocol: string) => {
      const found = entryBehind({ limit: "none", idleSeconds: null, perProtocol }, { protocol });
      return found.hops.find(({ hop }) => hop === "ingress-nginx")!.limit;
    };
    assert.equal(limits("http-stream"), "idle");
    assert.equal(limits("websocket"), "none");
  });

  it("says that a client may land elsewhere where the stickiness is what fails", () => {
    const entry = entryBehind({ affinity: null });
    assert.equal(entry.verdict, "fails");
    assert.match(entry.meaning.join(" "), /stays open .* may land on another pod/);
    assert.deepEqual(weakest(entry), ["ingress-nginx"]);
  });

  it("says nothing of stickiness where none is promised, and that there is one pod where there is", () => {
    assert.equal(examined({ promise: { affinity: { mode: "none" } } }).entry.meaning.length, 1);
    assert.match(examined({ scaling: { min: 1, max: 1 } }).entry.meaning[1]!, /There is one pod/);
  });

  it("brings what was written without effect", () => {
    const entry = entryBehind({ inert: ["proxy-read-timeout is not read"], notes: ["A reload cuts."] });
    assert.deepEqual(entry.hops.find(({ hop }) => hop === "ingress-nginx")!.notes, [
      "proxy-read-timeout is not read.",
      "A reload cuts.",
    ]);
  });
});

describe("why this entry rather than another", () => {
  const choice = (service: Block, cluster: Block = {}) => examined(service, cluster).entry.choice.join(" ");

  it("tells an address of one's own from a way in by host", () => {
    assert.match(choice({}), /address to itself.*Take https instead/);
    assert.match(choice({ entries: [INGRESS] }), /by host and path.*Take load-balancer instead/);
  });

  it("says what comes with the way it sticks, and nothing where nothing sticks", () => {
    assert.match(choice({}), /clients behind one NAT share a pod/);
    assert.match(choice({ entries: [INGRESS] }), /sticks by cookie/);
    assert.doesNotMatch(choice({ promise: { affinity: { mode: "none" } } }), /sticks/);
  });

  it("calls ingress-nginx retired only where it serves", () => {
    assert.match(choice({ entries: [INGRESS] }), /retired/);
    const traefik = { controllers: { traefik: "3.6.1" }, ingressClasses: { nginx: "traefik" } };
    assert.doesNotMatch(choice({ entries: [INGRESS] }, traefik), /retired/);
  });
});

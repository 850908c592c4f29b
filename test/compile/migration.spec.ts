import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { renderObjects } from "../../cli/render";
import { compileService } from "../../compile";
import { PHASES, type Phase } from "../../compile/migration";
import { recordLine } from "../../compile/migration/dns";
import { checkSteps, recordSteps, type LastUp } from "../../compile/migration/step";
import { examineStack, type ExaminedStack } from "../../compile/parse";
import { explainService, writeExplanation } from "../../explain";
import { observe } from "../../compile/observed";
import { compiled, parsed, problemsOf, rawStackWith, type Block } from "./stacks";

const GOLDEN = path.join(__dirname, "..", "golden", "migration");
const ENTRIES = [
  { kind: "node-port", name: "nodeport", nodePort: 30_800 },
  { kind: "metallb", name: "loadbalancer", pool: "lan", address: "192.168.1.207" },
];
const DNS = { host: "mcp-server.example.com", externalDns: true };

/** The classic case: a service on a node port, whose clients go to a load balancer. */
function stackIn(phase: Phase | undefined, change: Block = {}, top: Block = {}): Block {
  const migration =
    phase === undefined ? {} : { migration: { from: "nodeport", to: "loadbalancer", phase, dns: DNS, ...change } };
  return rawStackWith({ name: "mcp-server", connectPath: "/mcp", entries: ENTRIES, ...migration }, {}, top);
}

const namesIn = (raw: Block) => compiled(raw).objects.map(({ logicalName }) => logicalName);

describe("a migration, phase by phase", () => {
  for (const phase of PHASES) {
    it(`${phase}: the Services of its entries are what the golden file says`, () => {
      const services = compiled(stackIn(phase)).objects.filter(({ logicalName }) =>
        /^(nodeport|loadbalancer)-/.test(logicalName),
      );
      const file = path.join(GOLDEN, `${phase}.yaml`);
      const text = renderObjects(services);
      if (process.env.UPDATE_GOLDEN) fs.writeFileSync(file, text);
      assert.equal(text, fs.readFileSync(file, "utf8"));
    });

    it(`${phase}: the plan is what the golden file says`, () => {
      const file = path.join(GOLDEN, `${phase}.json`);
      const text = `${JSON.stringify(compiled(stackIn(phase)).migration, null, 2)}\n`;
      if (process.env.UPDATE_GOLDEN) fs.writeFileSync(file, text);
      assert.equal(text, fs.readFileSync(file, "utf8"));
    });
  }

  it("keeps every logical name, and changes nothing but the two Services", () => {
    const before = compiled(rawStackWith({ name: "mcp-server", connectPath: "/mcp", entries: ENTRIES }));
    for (const phase of PHASES) {
      const { objects } = compiled(stackIn(phase));
      const rest = objects.filter(({ logicalName }) => !/^(nodeport|loadbalancer)-|prometheus-rule/.test(logicalName));
      const were = before.objects.filter(({ logicalName }) => rest.some((each) => each.logicalName === logicalName));
      assert.deepEqual(JSON.parse(JSON.stringify(rest)), JSON.parse(JSON.stringify(were)), phase);
    }
    assert.deepEqual(namesIn(stackIn("drain")), namesIn(stackIn("parallel")));
    assert.deepEqual(
      namesIn(stackIn("parallel")).filter((name) => !namesIn(stackIn("done")).includes(name)),
      ["nodeport-service"],
    );
  });

  it("gives the service's own endpoint to the entry that clients are sent to", () => {
    const hostIn = (phase: Phase) => parsed(stackIn(phase)).stack.endpoints["mcp-server"]!.entry;
    assert.deepEqual(PHASES.map(hostIn), ["nodeport", "loadbalancer", "loadbalancer", "loadbalancer"]);
    assert.deepEqual(Object.keys(parsed(stackIn("done")).stack.endpoints), ["mcp-server"]);
  });

  it("watches only what is open", () => {
    const seen = (phase: Phase) => {
      const { stack, examined } = parsed(stackIn(phase));
      return observe(stack.services[0]!, stack, examined[0]!.compiled).entries.map(({ name }) => name);
    };
    assert.deepEqual(seen("drain"), ["nodeport", "loadbalancer"]);
    assert.deepEqual(seen("done"), ["loadbalancer"]);
  });

  it("lets two controllers serve one host while clients go from one to the other", () => {
    const host = "chat.example.com";
    const entries = [
      { kind: "ingress-nginx", host, className: "nginx" },
      { kind: "gateway", implementation: "envoy-gateway", host },
    ];
    const cluster = {
      ingressClasses: { nginx: "ingress-nginx" },
      controllers: { "ingress-nginx": "1.15.1", "envoy-gateway": "1.6.0" },
    };
    const migration = { from: "ingress-nginx", to: "gateway", phase: "parallel", dns: { host, externalDns: true } };
    const objects = compiled(rawStackWith({ entries, migration }, cluster)).objects;
    const annotationsOf = (kind: string) => objects.find(({ object }) => object.kind === kind)!.object.metadata.annotations!;
    assert.equal(annotationsOf("Ingress")["external-dns.kubernetes.io/hostname"], host);
    assert.equal(annotationsOf("HTTPRoute")["external-dns.kubernetes.io/controller"], "holdfast-migration");
    assert.match(problemsOf(rawStackWith({ entries }, cluster)).join("\n"), /serves too/);
  });

  it("says that pods are replaced when the new entry learns later that one leaves", () => {
    const cluster = {
      context: "eks",
      uid: "6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44",
      controllers: { "aws-load-balancer-controller": "3.5.0" },
    };
    const entries = [ENTRIES[0], { kind: "aws-nlb", name: "loadbalancer" }];
    const scaling = { min: 2, max: 4 };
    const migration = { from: "nodeport", to: "loadbalancer", phase: "parallel" };
    const raw = (change: Block) =>
      rawStackWith({ entries, scaling, migration, ...change }, cluster, {
        platform: "aws",
        environment: "production",
        bareMetal: undefined,
      });
    assert.match(compiled(raw({})).migration!.now.join(" "), /write drain\.preStopSeconds: 180 before/);
    assert.doesNotMatch(compiled(raw({ drain: { preStopSeconds: 180 } })).migration!.now.join(" "), /preStopSeconds/);
    assert.match(
      parsed(raw({})).warnings.join("\n"),
      /nodeport is a node port, which production allows only to move away from it/,
    );
    const done = parsed(raw({ migration: { ...migration, phase: "done" } }));
    assert.doesNotMatch(done.warnings.join("\n"), /node port|entries\[0\]/);
  });

  it("is told by explain in every format that has sentences", () => {
    const examined = examineStack(stackIn("parallel"));
    assert.equal(examined.problems, undefined);
    const services = (examined as ExaminedStack).services.map((service) =>
      explainService(service, (examined as ExaminedStack).stack.cluster),
    );
    for (const format of ["text", "markdown", "html", "json"] as const) {
      const text = writeExplanation(format, services, { title: "dev" }).replace(/\s+/g, " ");
      if (format !== "json") assert.match(text, /nodeport → loadbalancer, phase parallel \(1 of 4\)/, format);
      assert.match(text, /kubectl get service mcp-server-loadbalancer -n mcp-server/, format);
      assert.match(text, /phase: cutover sends new clients to loadbalancer/, format);
    }
    const without = compiled(rawStackWith({ entries: ENTRIES }));
    assert.equal(without.migration, undefined);
  });

  it("writes the record as a line of a zone file", () => {
    const record = { host: "chat.example.com", target: "lan", ttlSeconds: 60 };
    assert.equal(recordLine(record, "192.0.2.7"), "chat.example.com. 60 IN A 192.0.2.7");
    assert.equal(recordLine(record, "2001:db8::7"), "chat.example.com. 60 IN AAAA 2001:db8::7");
    assert.equal(recordLine(record, "lb.example.net"), "chat.example.com. 60 IN CNAME lb.example.net.");
    assert.equal(recordLine(record, "<address of lan>"), "chat.example.com. 60 IN A or CNAME <address of lan>");
  });
});

describe("the steps of a migration", () => {
  const BEGUN = new Date("2026-01-01T00:00:00Z");
  const after = (seconds: number) => new Date(BEGUN.getTime() + seconds * 1000);
  const state = (phase: Phase | undefined, raw = stackIn(phase)): LastUp => {
    const { services, ...stack } = parsed(raw).stack;
    const entries = compileService(services[0]!, stack).endpoints.map(({ entry, kind }) => ({ name: entry, kind }));
    return { "mcp-server": { entries, migration: recordSteps(services, {}, BEGUN)["mcp-server"] ?? null } };
  };
  const onlyOld = rawStackWith({ name: "mcp-server", connectPath: "/mcp", entries: [ENTRIES[0]] });
  const onlyNew = rawStackWith({ name: "mcp-server", connectPath: "/mcp", entries: [ENTRIES[1]] });
  const told = (raw: Block, last: LastUp, now = after(999_999)) =>
    checkSteps(parsed(raw).examined, last, now).map(({ path: at, message }) => `${at}: ${message}`);

  it("go one at a time, forwards and back", () => {
    const before = state(undefined, onlyOld);
    const chain: [string, LastUp, Block][] = [
      ["before", before, onlyOld],
      ...PHASES.map((phase): [string, LastUp, Block] => [phase, state(phase), stackIn(phase)]),
    ];
    for (const [index, [name, last]] of chain.entries()) {
      for (const [other, [next, , raw]] of chain.entries()) {
        if (next === "before" && name === "done") continue;
        const isStep = Math.abs(index - other) <= 1;
        const undone = next === "before" ? stackIn(undefined, {}) : raw;
        const file = next === "before" && index === 1 ? withName(onlyOld) : next === "before" && index > 1 ? undone : raw;
        assert.equal(told(file, last).length === 0, isStep, `${name} -> ${next}: ${told(file, last).join("\n")}`);
      }
    }
  });

  /** The old entry, with the annotations by which ExternalDNS keeps the name. */
  function withName(raw: Block): Block {
    const annotations = { "external-dns.kubernetes.io/hostname": DNS.host };
    const [service] = raw.services as Block[];
    const patches = [{ kind: "Service", name: "mcp-server-nodeport", patch: { metadata: { annotations } } }];
    return { ...raw, services: [{ ...service, patches }] };
  }

  it("begin anywhere where nobody is connected yet", () => {
    for (const phase of PHASES) assert.deepEqual(told(stackIn(phase), {}), []);
  });

  it("do not leave drain before its time, which is as long as the promise and the record last", () => {
    const last = state("drain");
    assert.match(
      told(stackIn("done"), last, after(3599)).join(),
      /migration\.phase: found phase: done 3599 seconds after .* allowed: after 3600 seconds\. .* Wait 1 seconds more/,
    );
    assert.deepEqual(told(stackIn("done"), last, after(3600)), []);
    assert.deepEqual(told(stackIn("done", { drainSeconds: 60 }), last, after(60)), []);
    const longRecord = { dns: { ...DNS, ttlSeconds: 7200 } };
    assert.equal(told(stackIn("done", longRecord), last, after(3600)).length, 1);
    const later = recordSteps(parsed(stackIn("drain")).stack.services, last, after(60))["mcp-server"]!;
    assert.equal(later.since, BEGUN.toISOString(), "another up in the same phase does not begin it again");
  });

  it("do not lose the block, the name or an entry halfway", () => {
    assert.match(
      told(onlyNew, state("cutover")).join(),
      /migration: found no migration \(as after phase: done\) after phase: cutover/,
    );
    assert.match(told(onlyOld, state("cutover")).join(), /found no migration \(as before it began\) after phase: cutover/);
    assert.match(
      told(onlyNew, state("done")).join(),
      /migration\.dns: .* ExternalDNS had mcp-server\.example\.com; it would take the name away/,
    );
    const other = { from: "loadbalancer", to: "nodeport" };
    assert.match(
      told(stackIn("parallel", other), state("cutover")).join(),
      /while the migration from nodeport to loadbalancer is in its phase cutover/,
    );
  });

  it("never change an entry's kind under its name", () => {
    const renamed = rawStackWith({ name: "mcp-server", entries: [{ ...ENTRIES[1], name: "nodeport" }] });
    assert.match(
      told(renamed, state(undefined, onlyOld)).join(),
      /entries\[0\]\.kind: found metallb under the name nodeport, .* made node-port/,
    );
  });
});

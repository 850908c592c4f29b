import assert from "node:assert/strict";
import * as path from "node:path";
import { CLIENT_ADDRESSES, execInClient, issueCertificate, layoutOf, overrule } from "../../../sandbox";
import { run } from "../../../sandbox/process";
import type { CheckResult } from "../../../verify/model";
import { untilOpen } from "../../dataplane/client";
import { Deployed, sandboxWithContour } from "../../dataplane/deployed";
import { PROJECT } from "../../engine/support";
import { objectApi } from "../../support/objects";
import { SANDBOX_HOOK_MILLISECONDS } from "../../support/sandbox";
import type { ReachRequest } from "./reachInside";

// Another one than any spec before it had: a Service keeps its port until its namespace is gone.
const PORT = 30_074;
/** No node port, which others of the same run may be given. */
const CLOSED_PORT = 29_190;
const HOST = "reached.example.test";
const [SECURE, EXPIRED, ENVOY] = [`secure.${HOST}`, `expired.${HOST}`, `envoy.${HOST}`];
const FILTER = "holdfast-reach";

/** Names by CoreDNS, ways in by kube-proxy, MetalLB and Traefik, certificates by the sandbox's own authority. */
describe("verify reach, on the real data plane", function () {
  this.timeout(90_000);
  let deployed: Deployed;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    await sandboxWithContour();
    deployed = await Deployed.of([
      {
        name: "reached",
        entries: [
          { kind: "node-port", nodePort: PORT, node: "192.168.1.11" },
          { kind: "traefik", host: HOST },
          { kind: "traefik", name: "secure", host: SECURE, tls: { secretName: "secure-tls" } },
          { kind: "gateway", implementation: "contour", host: ENVOY },
          { kind: "traefik", name: "expired", host: EXPIRED, tls: { secretName: "expired-tls" } },
        ],
      },
    ]);
    await issueCertificate({ hosts: [SECURE], secret: { namespace: "reached", name: "secure-tls" } });
    await issueCertificate({ hosts: [EXPIRED], secret: { namespace: "reached", name: "expired-tls" }, expired: true });
    await untilOpen(`ws://${HOST}/ws`);
    await untilOpen(`ws://${ENVOY}/ws`);
    await untilOpen(`wss://${SECURE}/ws`);
  });
  after(() => deployed?.removeAll());

  async function look(...requests: ReachRequest[]): Promise<(CheckResult & { text: string })[]> {
    const script = path.join(__dirname, "reachInside.ts");
    const env = { TS_NODE_PROJECT: path.join(PROJECT, "tsconfig.json") };
    const command = [process.execPath, "-r", "ts-node/register", script, JSON.stringify(requests)];
    const { status, stdout, stderr } = await execInClient(command, { stdio: "pipe", env });
    assert.equal(status, 0, stderr);
    const results = JSON.parse(stdout) as CheckResult[];
    return results.map((result) => ({ ...result, text: [result.summary, ...result.details].join("\n") }));
  }

  const isOpen = (results: CheckResult[]) => results.some(({ outcome }) => outcome === "holds");

  it("holds by node-port, Traefik and Envoy, with TLS and from every client address", async () => {
    const healthPath = "/health/ready";
    const [byNode, byName, secure, byEnvoy] = await look(
      { url: `ws://192.168.1.11:${PORT}/ws`, healthPath, sources: [...CLIENT_ADDRESSES] },
      { url: `ws://${HOST}/ws`, healthPath },
      { url: `wss://${SECURE}/ws` },
      { url: `ws://${ENVOY}/ws`, healthPath },
    );
    for (const result of [byNode!, byName!, secure!, byEnvoy!]) assert.equal(result.outcome, "holds", result.text);
    assert.equal(byNode!.measured.sourcesOpened, CLIENT_ADDRESSES.length);
    assert.match(
      byName!.text,
      /^Open in .*DNS .*TCP .*upgrade .*\(pod reached-[\w-]+\)\.\nhttp:\/\/reached\.example\.test\/health\/ready answers 200/,
    );
    assert.match(
      secure!.text,
      /TLS [\d.]+ ms.*\nThe certificate holds until .* \((29|30) days\), issued by holdfast-sandbox-clients/,
    );
  });

  it("fails on an expired certificate, on a name that nobody has one for, and on a port where nothing listens", async () => {
    const [expired, refused, unknown, wrong] = await look(
      { url: `wss://${EXPIRED}/ws` },
      { url: `ws://192.168.1.11:${CLOSED_PORT}/ws` },
      { url: "ws://nobody.example.test/ws" },
      // Without a certificate for the name, Traefik shows one that it made itself.
      { url: `wss://${HOST}/ws` },
    );
    assert.match(expired!.summary, /^The certificate of expired\.reached\.example\.test expired on \d{4}-\d\d-\d\d\.$/);
    assert.match(refused!.summary, /192\.168\.1\.11:29190 refused the connection/);
    assert.match(unknown!.summary, /nobody\.example\.test is not known \(NXDOMAIN\)/);
    assert.match(wrong!.summary, /certificate .*(vouches for itself|not for reached)|HTTP 404/);
    assert.deepEqual(
      [expired, refused, unknown, wrong].map((result) => result!.outcome),
      ["fails", "fails", "fails", "fails"],
    );
  });

  it("fails on the 503 of a proxy behind which no pod is ready, and waits until one is", async () => {
    const select = async (app: string) =>
      (await objectApi()).patch({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "reached", namespace: "reached" },
        spec: { selector: { app } },
      } as never);
    await select("nobody");
    let seen: CheckResult[] = [];
    try {
      for (const until = Date.now() + 20_000; seen.length === 0 || (isOpen(seen) && Date.now() < until);) {
        seen = await look({ url: `ws://${ENVOY}/ws` }, { url: `ws://${HOST}/ws` });
      }
    } finally {
      await select("reached");
    }
    assert.deepEqual(
      seen.map(({ outcome, measured }) => [outcome, measured.status]),
      // Traefik has no route where there is no pod; Envoy has one, and nobody to send to.
      [
        ["fails", 503],
        ["fails", 404],
      ],
    );
    const again = await look({ url: `ws://${ENVOY}/ws`, waitSeconds: 30 }, { url: `ws://${HOST}/ws`, waitSeconds: 30 });
    for (const { outcome, text } of again) assert.equal(outcome, "holds", text);
  });

  it("fails where the name leads to an old address", async () => {
    await overrule(HOST, ["192.168.1.99"]);
    try {
      const [stale] = await look({ url: `ws://${HOST}/ws` });
      assert.equal(stale!.outcome, "fails");
      assert.match(stale!.summary, /192\.168\.1\.99|reached\.example\.test/);
      assert.match(stale!.summary, /no way leads|no answer|could not be connected/i);
      assert.equal(stale!.measured.failedStep, "tcp");
    } finally {
      await overrule(HOST, undefined);
    }
  });

  it("fails where one source of several is dropped on the way", async () => {
    const inCluster = (...args: string[]) => {
      const done = run("ip", ["netns", "exec", layoutOf().clusterNamespace, "nft", ...args]);
      assert.ok(done.ok, done.output);
    };
    const dropped = CLIENT_ADDRESSES[1]!;
    inCluster("add", "table", "ip", FILTER);
    try {
      // Nothing here enforces a network policy or a source range; a packet filter does what either would do.
      inCluster("add", "chain", "ip", FILTER, "first", "{ type filter hook prerouting priority -350 ; }");
      inCluster("add", "rule", "ip", FILTER, "first", "ip", "saddr", dropped, "tcp", "dport", String(PORT), "drop");
      const [result] = await look({ url: `ws://192.168.1.11:${PORT}/ws`, sources: [CLIENT_ADDRESSES[0]!, dropped] });
      assert.equal(result!.outcome, "fails", result!.text);
      assert.match(
        result!.text,
        new RegExp(`From ${dropped}: no answer from 192\\.168\\.1\\.11:${PORT} within 10 s: a firewall`),
      );
      assert.deepEqual([result!.measured.sources, result!.measured.sourcesOpened], [2, 1]);
    } finally {
      inCluster("delete", "table", "ip", FILTER);
    }
  });
});

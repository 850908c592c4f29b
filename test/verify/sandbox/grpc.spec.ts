import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { compileStack } from "../../../compile";
import { readable } from "../../../compile/model";
import { examineStack } from "../../../compile/parse";
import type { ClusterFacts } from "../../../path/model";
import { ENVOY_LOAD_BALANCER_ADDRESS, execInClient, insideKubeconfig, issueCertificate } from "../../../sandbox";
import type { CheckName, CheckResult, TargetEntry } from "../../../verify/model";
import { targetOfStack } from "../../../verify/target";
import { CLUSTER, Deployed, rawOf, sandboxWithContour } from "../../dataplane/deployed";
import { PROJECT } from "../../engine/support";
import { objectApi } from "../../support/objects";
import { SANDBOX_HOOK_MILLISECONDS } from "../../support/sandbox";
import { asPrinted, entryOf } from "../support";
import type { Asked } from "./checkInside";
import { DrainStack, makePool, type PodChange } from "./drainStack";
import type { Silence } from "./holdSilence";
import { watchGoodbyes } from "./inside";
import { holdSilence } from "./silence";

const POOL = { name: "grpc", addresses: ["192.168.1.225-192.168.1.227"], advertise: "l2" };
const TOP = { bareMetal: { addressPools: [POOL] } };
const metallb = (address: string, port = 80) => ({ kind: "metallb", pool: POOL.name, address, port });
const grpc = { protocol: "grpc", connectPath: "/" };
const hostOf = (name: string) => `${name}.grpc.test`;

const SERVICES = [
  {
    name: "speech",
    ...grpc,
    promise: { affinity: { mode: "none" } },
    entries: [metallb("192.168.1.225"), { kind: "gateway", implementation: "contour", host: hostOf("speech") }],
  },
  {
    name: "secured-speech",
    ...grpc,
    // It is made before, for the certificate that the pods are given.
    createNamespace: false,
    tls: { secretName: "secured-speech-tls" },
    entries: [metallb("192.168.1.227", 443)],
  },
  { name: "kept-speech", ...grpc, promise: { affinity: { mode: "client" } }, entries: [metallb("192.168.1.226")] },
];

/** By hand, as somebody else would write it: to pods that speak HTTP/2 without TLS, or, wrongly, as if they spoke HTTP/1. */
function httpProxy(
  namespace: string,
  name: string,
  timeoutPolicy: object,
  { service = namespace, protocol = "h2c" } = {},
): object {
  const upstream = { name: service, port: 80, ...(protocol !== "" && { protocol }) };
  return {
    apiVersion: "projectcontour.io/v1",
    kind: "HTTPProxy",
    metadata: { name, namespace },
    spec: { virtualhost: { fqdn: hostOf(name) }, routes: [{ timeoutPolicy, services: [upstream] }] },
  };
}

/** TLS goes through it unread, as long as no `appProtocol` of the Service makes Contour encrypt it once more. */
function passthrough(namespace: string, name: string): object {
  return {
    apiVersion: "projectcontour.io/v1",
    kind: "HTTPProxy",
    metadata: { name, namespace },
    spec: {
      virtualhost: { fqdn: hostOf(name), tls: { passthrough: true } },
      tcpproxy: { services: [{ name: "plain", port: 80 }] },
    },
  };
}

/** Of which nobody says what its pods speak. */
function plainService(namespace: string): object {
  const spec = { selector: { app: namespace }, ports: [{ port: 80, targetPort: 8080 }] };
  return { apiVersion: "v1", kind: "Service", metadata: { name: "plain", namespace }, spec };
}

const FOREVER = { idle: "infinity", response: "infinity" };
const told = ({ summary, details }: Pick<CheckResult, "summary" | "details">): string => [summary, ...details].join("\n");

describe("verify gRPC, on the real data plane", function () {
  this.timeout(120_000);

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    await sandboxWithContour();
  });

  describe("a service of a stack with protocol grpc", () => {
    const PROMISED_SECONDS = 5;
    let deployed: Deployed;
    let results: Record<string, CheckResult[]>;
    let silences: Record<"direct" | "cut3" | "uncut" | "answer4", Silence>;

    before(async () => {
      const examined = examineStack(rawOf(SERVICES, TOP));
      assert.equal(examined.problems, undefined);
      const api = await objectApi();
      for (const pool of compileStack(examined.stack, examined.services).pools.map(readable)) await api.create(pool as never);
      const secured = { apiVersion: "v1", kind: "Namespace", metadata: { name: "secured-speech" } };
      await api.create(secured as never);
      const secret = { namespace: "secured-speech", name: "secured-speech-tls" };
      await issueCertificate({ hosts: [hostOf("passed"), "192.168.1.227"], secret });
      deployed = await Deployed.of(SERVICES, TOP);
      deployed.objects.push(secured);
      await deployed.add(plainService("secured-speech"));
      await deployed.add(passthrough("secured-speech", "passed"));
      await deployed.add(httpProxy("speech", "cut3", { ...FOREVER, idle: "3s" }));
      await deployed.add(httpProxy("speech", "uncut", FOREVER));
      await deployed.add(httpProxy("speech", "answer4", { ...FOREVER, response: "4s" }));
      await deployed.add(plainService("speech"));
      await deployed.add(httpProxy("speech", "http1", FOREVER, { service: "plain", protocol: "" }));
      const { entries } = targetOfStack("grpc", examined, asPrinted(examined));
      const entry = (service: string, name: string): TargetEntry =>
        entries.find((each) => each.service === service && each.entry === name)!;
      silences = await holdSilence({
        objects: await deployed.readable(),
        cluster: CLUSTER as unknown as ClusterFacts,
        ways: {
          direct: way("Service", "speech-metallb", "192.168.1.225"),
          cut3: way("HTTPProxy", "cut3", hostOf("cut3")),
          uncut: way("HTTPProxy", "uncut", hostOf("uncut")),
          answer4: way("HTTPProxy", "answer4", hostOf("answer4")),
        },
      });
      const spread: CheckName[] = ["reach", "distribution", "sticky"];
      const loose = entry("speech", "metallb");
      const unkept = { ...loose, promise: { ...loose.promise, affinity: { mode: "client" as const, ttlSeconds: 3600 } } };
      results = await checkInside({
        direct: { entry: loose, checks: spread },
        proxied: { entry: { ...entry("speech", "gateway"), url: `grpc://${hostOf("speech")}` }, checks: spread, sources: 1 },
        kept: { entry: entry("kept-speech", "metallb"), checks: spread },
        unkept: { entry: unkept, checks: ["sticky"] },
        secured: { entry: entry("secured-speech", "metallb"), checks: ["reach"] },
        passed: { entry: { ...entry("secured-speech", "metallb"), url: `grpcs://${hostOf("passed")}:443` }, checks: ["reach"] },
        plain: { entry: { ...entry("secured-speech", "metallb"), url: "grpc://192.168.1.227:443" }, checks: ["reach"] },
        http1: { entry: { ...entryOf(`grpc://${hostOf("http1")}`), protocol: "grpc" }, checks: ["reach"] },
        nowhere: { entry: { ...entryOf(`grpc://${ENVOY_LOAD_BALANCER_ADDRESS}:80`), protocol: "grpc" }, checks: ["reach"] },
      });
    });
    after(async () => {
      await deployed?.removeAll();
      const { name } = POOL;
      const metadata = { name, namespace: "metallb-system" };
      await (await objectApi()).delete({ apiVersion: "metallb.io/v1beta1", kind: "IPAddressPool", metadata } as never);
    });

    const way = (kind: string, name: string, place: string) => ({
      ...{ kind, name, protocol: "grpc" as const, url: `grpc://${place}` },
      promisedSeconds: PROMISED_SECONDS,
    });

    function is(name: string, check: CheckName, outcome: string, summary: RegExp): CheckResult {
      const found = results[name]!.find((each) => each.check === check)!;
      assert.equal(found.outcome, outcome, `${name}, ${check}: ${told(found)}`);
      assert.match(found.summary, summary);
      return found;
    }

    it("is reached through kube-proxy and through Envoy, and says that it serves", () => {
      for (const name of ["direct", "proxied"]) {
        const { details } = is(name, "reach", "holds", /^Open in .*\(pod speech-/);
        assert.ok(details.includes("The gRPC health service says SERVING."), details.join("\n"));
      }
    });

    it("is not reached where Envoy speaks HTTP/1 to its pods, and where no route leads is said with what else it may be", () => {
      is("http1", "reach", "fails", /^HTTP 404 came in place of a call: .*a proxy speaks HTTP\/1 to pods that take gRPC/);
      is(
        "nowhere",
        "reach",
        "unknown",
        /^The status UNIMPLEMENTED of gRPC came in place of a call and without a word: .*no route has this host/,
      );
    });

    it("is reached over TLS that ends in its pods, also through an Envoy that passes it on, and not without", () => {
      for (const name of ["secured", "passed"]) {
        const { details } = is(name, "reach", "holds", /^Open in .*TLS .*\(pod secured-speech-/);
        assert.match(details.join("\n"), /^The certificate holds until /);
      }
      is("plain", "reach", "fails", /closed the connection before it answered/);
    });

    it("spreads over its pods, which name themselves in the metadata, where nothing keeps clients together", () => {
      is("direct", "distribution", "holds", /^90 connections spread evenly over 3 pods/);
      is("proxied", "distribution", "holds", /^90 connections spread evenly over 3 pods/);
      is("kept", "distribution", "holds", /^8 sources spread over [23] of 3 pods/);
    });

    it("sticks where the Service does so by address, and not where it does not", () => {
      is("kept", "sticky", "holds", /./);
      is("direct", "sticky", "does-not-apply", /No stickiness is promised/);
      is("unkept", "sticky", "fails", /./);
    });

    it("holds a silent call through kube-proxy and through Envoy without a limit", () => {
      for (const name of ["direct", "uncut"] as const) {
        const { found, predicted } = silences[name];
        assert.deepEqual([predicted.verdict, found.outcome], ["holds", "holds"], told(found));
      }
    });

    it("measures Envoy's 3 s of a silent stream, as the model says, and that calls beside it do not help", () => {
      const { predicted, found, seenAt } = silences.cut3;
      assert.deepEqual([predicted.seconds, predicted.hop, predicted.verdict], [3, "contour", "fails"]);
      const { outcome, measured } = found;
      assert.deepEqual(
        [outcome, seenAt, measured.wallKind, measured.wallShownBy],
        ["fails", "contour", "call", "closed"],
        told(found),
      );
      assert.ok((measured.wallSeconds as number) >= 2.5 && (measured.wallSeconds as number) < 4.5, told(found));
      assert.match(
        found.summary,
        /^A call was ended after [234](\.\d)? s of silence \(without a goodbye: RST_STREAM INTERNAL_ERROR\)/,
      );
      assert.match(
        found.write.join("\n"),
        /timeoutPolicy: \{idle: 65s, response: infinity\} in the route of HTTPProxy speech\/cut3/,
      );
    });

    it("measures the time that Envoy gives an answer", () => {
      const { predicted, found, seenAt } = silences.answer4;
      assert.deepEqual([predicted.seconds, predicted.hop], [4, "contour"]);
      assert.deepEqual([found.outcome, seenAt], ["fails", "contour"], told(found));
    });
  });

  describe("a rollout", () => {
    let removePool: () => Promise<void>;
    const stacks: DrainStack[] = [];
    let good: Record<string, CheckResult>;
    let bad: Record<string, CheckResult>;

    before(async () => {
      removePool = await makePool();
      [good, bad] = await Promise.all([
        rolledOut("drain-grpc", "192.168.1.201"),
        rolledOut("drain-grpc-bad", "192.168.1.202", {
          annotations: { "sandbox.holdfast.dev/ignores-sigterm": "true" },
          spec: (spec) => {
            spec.terminationGracePeriodSeconds = 0;
            for (const container of spec.containers) delete container.lifecycle;
          },
        }),
      ]);
    });
    after(async () => {
      await Promise.all(stacks.map((stack) => stack.remove()));
      await removePool?.();
    });

    /** The dev stack's pods, which speak gRPC on the same port, at their own address and through Envoy. */
    async function rolledOut(name: string, address: string, change?: PodChange): Promise<Record<string, CheckResult>> {
      const stack = await DrainStack.deploy(name, address, change);
      stacks.push(stack);
      await (await objectApi()).create(httpProxy(name, name, FOREVER) as never);
      const direct: TargetEntry = { ...stack.entry("metallb"), protocol: "grpc", url: `grpc://${address}` };
      const proxied = { ...direct, entry: "envoy", url: `grpc://${hostOf(name)}` };
      await checkInside({ proxied: { entry: proxied, checks: ["reach"], options: { waitSeconds: 20 } } });
      const target = { ...stack.target, entries: [direct, proxied] };
      const { results } = await watchGoodbyes({ target, sockets: 60, rollout: true, seconds: 90 });
      return Object.fromEntries(results.map((result) => [result.entry, result]));
    }

    it("says GOAWAY to each connection, with the time that is promised, and all come back", () => {
      const { outcome, endings, measured } = good.metallb!;
      assert.equal(outcome, "holds", told(good.metallb!));
      assert.deepEqual(Object.keys(endings!), ["GOAWAY NO_ERROR peer"]);
      assert.deepEqual([measured.resets, measured.droppedInSilence, measured.turnedAway, measured.podsLeft], [0, 0, 0, 3]);
      assert.ok((measured.goodbyes as number) >= 60, told(good.metallb!));
    });

    it("through Envoy ends each call with a status that tells its client to make it again", () => {
      const { outcome, endings, measured } = good.envoy!;
      assert.equal(outcome, "holds", told(good.envoy!));
      assert.deepEqual(Object.keys(endings!), ["grpc-status UNAVAILABLE peer"]);
      assert.deepEqual([measured.resets, measured.turnedAway], [0, 0]);
    });

    it("without preStop and without a GOAWAY cuts every call, and they are counted", () => {
      for (const [name, how] of [
        ["metallb", /reset$/],
        ["envoy", /^RST_STREAM \w+ reset$/],
      ] as const) {
        const { outcome, measured, endings, write } = bad[name]!;
        assert.equal(outcome, "fails", told(bad[name]!));
        assert.ok((measured.resets as number) >= 60, told(bad[name]!));
        assert.equal(measured.goodbyes, 0);
        for (const each of Object.keys(endings!)) assert.match(each, how);
        assert.match(write.join("\n"), /lifecycle\.preStop\.sleep\.seconds/);
      }
    });
  });
});

/** Runs checks among the clients. */
async function checkInside(asked: Record<string, Asked>): Promise<Record<string, CheckResult[]>> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-check-"));
  const kubeconfig = path.join(folder, "kubeconfig");
  fs.writeFileSync(kubeconfig, insideKubeconfig(), { mode: 0o600 });
  const command = [process.execPath, "-r", "ts-node/register", path.join(__dirname, "checkInside.ts"), JSON.stringify(asked)];
  const env = { TS_NODE_PROJECT: path.join(PROJECT, "tsconfig.json"), KUBECONFIG: kubeconfig };
  try {
    const { status, stdout, stderr } = await execInClient(command, { stdio: "pipe", env });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout) as Record<string, CheckResult[]>;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CLIENT_ADDRESSES, execInClient } from "../../sandbox";
import type { DeployedServices } from "../../start/deploy";
import { distributionCommand } from "../../start/loadTest";
import { installOthers, removeOthers } from "../../start/others";
import type { ProbeResult } from "../../start/probe";
import { succeed } from "../../start/pulumi";
import { answerable } from "../../start/report";
import { verifyInside } from "../../start/verify";
import type { CheckResult, Report } from "../../verify/model";
import { createEngine, type Engine } from "../engine/support";
import { listObjects } from "../support/objects";
import { SANDBOX_HOOK_MILLISECONDS, sharedSandbox } from "../support/sandbox";
import { exampleDirectory, EXAMPLES, PROJECT, type Example } from "./support";

const PACK = ["--policy-pack", path.join(PROJECT, "policy")];
const URNS = path.join(__dirname, "urns.txt");
const PROBE = path.join(PROJECT, "start", "probe.ts");

/** All of them up and down again, on a machine of two cores with everything built. */
const ALL_SECONDS = 300;

/** The workload whose pods are counted, by namespace and the beginning of its pods' names. */
const PODS: Record<Example, [namespace: string, prefix: string, count: number][]> = {
  "mcp-server": [["mcp-server", "mcp-server-", 3]],
  chatpulse: [["chatpulse", "chatpulse-", 3]],
  multi: [
    ["multi", "multi-server-", 3],
    ["multi", "multi-client-", 3],
  ],
  stt: [["default", "stt-service-", 3]],
  "ml-platform": [
    ["minio", "minio-", 1],
    ["mlflow", "mlflow-", 1],
    ["seldon-mesh", "seldon-envoy-", 3],
    ["argocd", "argocd-server-", 3],
    ["monitoring", "grafana-", 3],
  ],
};

const ADDRESSES: Record<Example, string[]> = {
  "mcp-server": ["192.168.1.208"],
  chatpulse: ["192.168.1.211"],
  multi: [],
  stt: ["192.168.1.217"],
  "ml-platform": [200, 203, 204, 205, 206, 207].map((last) => `192.168.1.${last}`),
};

interface Exported {
  deployment: { resources?: { urn: string; aliases?: string[] }[] };
}

describe("the five examples, by the real engine with the policy pack", function () {
  this.timeout(ALL_SECONDS * 1000);
  const engines = new Map<Example, Engine>();
  const seconds: Record<string, number> = {};
  let upSeconds = 0;
  let kubeconfig: string;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    ({ kubeconfig } = await sharedSandbox());
  });
  after(async () => {
    for (const [example, engine] of engines) {
      await engine.destroy();
      const others = othersOf(example);
      if (others !== undefined) await removeOthers(others, kubeconfig);
      fs.rmSync(engine.workspace.stateDirectory, { recursive: true, force: true });
    }
  });

  it("all come up", async () => {
    const started = performance.now();
    await twoAtATime(async (example) => {
      const begun = performance.now();
      await bringUp(example);
      seconds[`${example} up`] = secondsSince(begun);
    });
    upSeconds = secondsSince(started);
  });

  for (const example of EXAMPLES) {
    it(`${example}: pods running, addresses assigned, a message through each`, async () => {
      const engine = engines.get(example)!;
      for (const [namespace, prefix, count] of PODS[example]) await awaitRunning(namespace, prefix, count);
      const { services } = (await engine.outputs()) as unknown as { services: DeployedServices };
      const open = answerable(services);
      for (const address of ADDRESSES[example]) {
        assert.ok(
          open.some(({ entry }) => entry.address === address),
          address,
        );
      }
      const results = await probeAll(open.map(({ url }) => url));
      assert.deepEqual(
        results.filter(({ echoed }) => !echoed),
        [],
      );
      assert.ok(results.length > 0);
    });

    it(`${example}: every URN is what it was`, async () => compareUrns(example, await exported(engines.get(example)!)));
  }

  it("an MCP client opens a session through the address and finds it again", async () => {
    const answered = await initialize("http://192.168.1.208/mcp");
    const session = /^mcp-session-id: (\S+)/im.exec(answered)?.[1];
    assert.ok(session, answered);
    const again = await curl(["-X", "DELETE", "-H", `mcp-session-id: ${session}`, "http://192.168.1.208/mcp"]);
    assert.match(again, /^HTTP\/1\.1 20\d/, "the pod that keeps the session answers");
    const unknown = await curl(["-X", "DELETE", "-H", "mcp-session-id: made-up", "http://192.168.1.208/mcp"]);
    assert.match(unknown, /^HTTP\/1\.1 404/, "a session that is nowhere is not found");
  });

  it("routes one host to two groups of pods", async () => {
    const at = async (url: string) => /^x-holdfast-pod: (\S+)/im.exec(await curl([url]))?.[1] ?? "";
    assert.match(await at("http://multi.holdfast.test/api"), /^multi-server-/);
    assert.match(await at("http://multi.holdfast.test/api/rooms"), /^multi-server-/);
    assert.match(await at("http://multi.holdfast.test/"), /^multi-client-/);
  });

  it("spreads a load without affinity evenly, and keeps each source of a sticky service on one pod", async () => {
    const sources = [...CLIENT_ADDRESSES];
    const even = await spreadOf("stt", "stt-service", sources.slice(0, 1), 300);
    assert.equal(even.outcome, "holds", even.summary);
    const many = await spreadOf("mcp-server", "mcp-server", sources, 160);
    assert.equal(many.outcome, "holds", many.summary);
    const one = await spreadOf("mcp-server", "mcp-server", sources.slice(0, 1), 60);
    assert.equal(one.outcome, "unknown", "what sticks is not taken for what spreads");
    assert.match(one.summary, /One source cannot tell whether the pods share the load/);
  });

  it("tells the consumers of the platform its addresses", async () => {
    const maps = await listObjects("jupyterhub", "ConfigMap");
    assert.deepEqual(maps.find(({ metadata }) => metadata.name === "notebooks-endpoints")?.data, {
      MLFLOW_TRACKING_URI: "http://192.168.1.207:5000",
      MLFLOW_S3_ENDPOINT_URL: "http://192.168.1.200:9000",
      AWS_S3_ENDPOINT: "http://192.168.1.200:9000",
    });
  });

  it(`all go down again, in less than ${ALL_SECONDS} s together`, async () => {
    const started = performance.now();
    await twoAtATime(async (example) => {
      const begun = performance.now();
      const { code, output } = await engines.get(example)!.destroy();
      assert.equal(code, 0, output);
      seconds[`${example} down`] = secondsSince(begun);
    });
    const total = upSeconds + secondsSince(started);
    assert.ok(total < ALL_SECONDS, `${total} s: ${JSON.stringify(seconds)}`);
    if (process.env.HOLDFAST_SHOW_TIMES) console.log(`${total} s`, seconds);
  });

  /** What the load test of an example sees, at the first way in of a service. */
  async function spreadOf(example: Example, service: string, sources: string[], requests: number): Promise<CheckResult> {
    const engine = engines.get(example)!;
    const outputs = await engine.outputs();
    const [chosen] = answerable((outputs as { services: DeployedServices }).services).filter(
      (answer) => answer.service === service,
    );
    const report = path.join(engine.workspace.stateDirectory, "spread.json");
    const { uid, context } = await sharedSandbox();
    const deployed = {
      directory: exampleDirectory(example),
      stack: "dev",
      outputs,
      cluster: { uid, context },
    };
    await verifyInside(deployed, [...distributionCommand(example, chosen!, requests, sources), "--json", report], "pipe");
    return (JSON.parse(fs.readFileSync(report, "utf8")) as Report).results[0]!;
  }

  async function bringUp(example: Example): Promise<Engine> {
    const directory = exampleDirectory(example);
    const engine = await createEngine(directory);
    engines.set(example, engine);
    engine.workspace.trackedConfigFile = path.join(directory, "Pulumi.dev.yaml");
    await engine.configure();
    const others = othersOf(example);
    if (others !== undefined) await installOthers(others, kubeconfig);
    const { code, output } = await engine.up([...PACK, "--skip-preview"]);
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /\[mandatory\]/);
    return engine;
  }

  /** An autoscaler raises a new Deployment from one pod to its floor, at its next look. */
  async function awaitRunning(namespace: string, prefix: string, count: number): Promise<void> {
    const deadline = performance.now() + 90_000;
    for (;;) {
      const found = await running(namespace, prefix);
      if (found === count) return;
      assert.ok(performance.now() < deadline, `${found} of ${count} pods ${prefix}* run`);
      await sleep(1000);
    }
  }

  async function running(namespace: string, prefix: string): Promise<number> {
    const pods = (await listObjects(namespace, "Pod")) as unknown as {
      metadata: { name: string };
      status?: { phase?: string };
    }[];
    return pods.filter(({ metadata, status }) => metadata.name.startsWith(prefix) && status?.phase === "Running").length;
  }
});

const secondsSince = (started: number): number => Math.round((performance.now() - started) / 1000);

/** As many at once as the smallest machine has cores. */
async function twoAtATime(work: (example: Example) => Promise<void>): Promise<void> {
  const waiting = [...EXAMPLES];
  const worker = async (): Promise<void> => {
    for (let example = waiting.shift(); example !== undefined; example = waiting.shift()) await work(example);
  };
  await Promise.all([worker(), worker()]);
}

const othersOf = (example: string): string | undefined => {
  const file = path.join(exampleDirectory(example), "others.yaml");
  return fs.existsSync(file) ? file : undefined;
};

async function exported(engine: Engine): Promise<Exported> {
  const { stdout } = await succeed(["stack", "export", "--stack", engine.workspace.stack], engine.options);
  return JSON.parse(stdout) as Exported;
}

/** A resource whose URN is another is another resource: the engine replaces it, and its connections with it, unless an alias says so. */
function compareUrns(example: Example, { deployment: { resources = [] } }: Exported): void {
  const found = resources.map(({ urn }) => urn).filter((urn) => !urn.includes("pulumi:providers:"));
  const lines = fs.existsSync(URNS) ? fs.readFileSync(URNS, "utf8").split("\n").filter(Boolean) : [];
  const mine = (line: string) => line.includes(`::${example}::`);
  if (process.env.UPDATE_GOLDEN) {
    fs.writeFileSync(URNS, `${[...lines.filter((line) => !mine(line)), ...found].sort().join("\n")}\n`);
    return;
  }
  const known = new Set(resources.flatMap(({ urn, aliases = [] }) => [urn, ...aliases]));
  const lost = lines.filter((line) => mine(line) && !known.has(line));
  assert.deepEqual(lost, [], "each of these would be replaced: give its successor an alias");
  assert.deepEqual(found.filter((urn) => !lines.includes(urn)).sort(), [], "new resources: UPDATE_GOLDEN=1 pins them");
}

async function probeAll(urls: string[]): Promise<ProbeResult[]> {
  const command = [process.execPath, "-r", require.resolve("ts-node/register"), PROBE, "30", ...urls];
  const { status, stdout, stderr } = await execInClient(command, { stdio: "pipe" });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as ProbeResult[];
}

async function curl(args: string[]): Promise<string> {
  const { status, stdout, stderr } = await execInClient(["curl", "-sS", "-i", "--max-time", "10", ...args], { stdio: "pipe" });
  assert.equal(status, 0, stderr);
  return stdout;
}

function initialize(url: string): Promise<string> {
  const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "test", version: "1" } };
  const message = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params });
  const accept = "accept: application/json, text/event-stream";
  return curl(["-X", "POST", "-H", "content-type: application/json", "-H", accept, "-d", message, url]);
}

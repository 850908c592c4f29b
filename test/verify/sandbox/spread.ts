import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { compileStack } from "../../../compile";
import { readable } from "../../../compile/model";
import type { ClusterFacts } from "../../../path/model";
import { ENVOY_LOAD_BALANCER_ADDRESS, execInClient, insideKubeconfig, TRAEFIK_LOAD_BALANCER_ADDRESS } from "../../../sandbox";
import type { CheckResult } from "../../../verify/model";
import { parsed, type Block } from "../../compile/stacks";
import { untilOpen } from "../../dataplane/client";
import { CLUSTER, Deployed, rawOf, sandboxWithContour } from "../../dataplane/deployed";
import { PROJECT } from "../../engine/support";
import { objectApi } from "../../support/objects";
import { SANDBOX_HOOK_MILLISECONDS } from "../../support/sandbox";
import type { Look, LookRequest } from "./lookInside";

const POOL = { name: "spread", addresses: ["192.168.1.221-192.168.1.224"], advertise: "l2" };
export const KEPT_ADDRESS = "192.168.1.222";
/** Where `kept` is said to have been before. */
export const OLD_ADDRESS = "192.168.1.9";
export const KEPT_HOST = "kept-spread.example.test";

const metallb = (last: number) => ({ kind: "metallb", pool: POOL.name, address: `192.168.1.${last}`, port: 80 });
const client = { affinity: { mode: "client", ttlSeconds: 3600, cookieName: "kept-route" } };
const none = { affinity: { mode: "none" } };

const SERVICES: Block[] = [
  {
    name: "loose-spread",
    promise: none,
    entries: [
      metallb(221),
      { kind: "traefik", host: "loose-spread.example.test" },
      { kind: "node-port", nodePort: 30_071, node: "192.168.1.11", externalTrafficPolicy: "Local" },
    ],
  },
  {
    name: "kept-spread",
    promise: client,
    endpoints: { kept: { entry: "metallb", formerly: [OLD_ADDRESS] }, chat: "traefik" },
    entries: [metallb(222), { kind: "traefik", host: KEPT_HOST }],
  },
  {
    name: "proxied-spread",
    promise: { affinity: { mode: "client" } },
    entries: [{ kind: "gateway", implementation: "contour", host: "proxied-spread.example.test" }],
  },
];

const CONSUMERS = [{ name: "reader", namespace: "kept-spread", environment: { CHAT_ADDRESS: "kept", CHAT_NAME: "chat" } }];

/** Each way in, and the address that the outputs of a stack would have for it. */
const WAYS_IN = [
  ["loose-spread", "metallb", "192.168.1.221"],
  ["loose-spread", "traefik", TRAEFIK_LOAD_BALANCER_ADDRESS],
  ["loose-spread", "node-port", "192.168.1.11"],
  ["kept-spread", "metallb", KEPT_ADDRESS],
  ["kept-spread", "traefik", TRAEFIK_LOAD_BALANCER_ADDRESS],
  ["proxied-spread", "gateway", ENVOY_LOAD_BALANCER_ADDRESS],
] as const;

/** An HTTPRoute of Contour's, which has no session persistence. */
const ROUTE = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "HTTPRoute",
  metadata: { name: "route-spread", namespace: "loose-spread" },
  spec: {
    parentRefs: [{ name: "contour", namespace: "projectcontour", sectionName: "http" }],
    hostnames: ["route-spread.example.test"],
    rules: [{ backendRefs: [{ name: "loose-spread", port: 80 }] }],
  },
};

export const ROUTE_URL = "ws://route-spread.example.test/ws";

/** Services that spread and services that stick, by every mechanism that has a controller here; and somebody who was told where they are. */
class Spread {
  private constructor(
    readonly deployed: Deployed,
    private readonly raw: Block,
  ) {}

  static async deploy(): Promise<Spread> {
    await sandboxWithContour();
    const top = { consumers: CONSUMERS, bareMetal: { addressPools: [POOL] } };
    const raw = rawOf(SERVICES, top);
    const { stack } = parsed(raw);
    const compiled = compileStack(stack);
    const pools = compiled.pools.map(readable);
    const api = await objectApi();
    for (const pool of pools) await api.create(pool as never);
    const deployed = await Deployed.of(SERVICES, top);
    await deployed.add(ROUTE);
    for (const { object } of compiled.consumers) await deployed.add(object);
    for (const url of [
      "ws://loose-spread.example.test/ws",
      `ws://${KEPT_HOST}/ws`,
      "ws://proxied-spread.example.test/ws",
      ROUTE_URL,
    ]) {
      await untilOpen(url);
    }
    return new Spread(deployed, raw);
  }

  /** Runs checks among the clients. One list of results for each look. */
  async look(...looks: Look[]): Promise<CheckResult[][]> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-look-"));
    const kubeconfig = path.join(folder, "kubeconfig");
    fs.writeFileSync(kubeconfig, insideKubeconfig(), { mode: 0o600 });
    const request: LookRequest = {
      raw: this.raw,
      located: WAYS_IN.map(([service, entry, address]) => {
        return [`${service} ${entry}`, { url: this.deployed.url(service, entry), address }];
      }),
      objects: await this.deployed.readable(),
      facts: CLUSTER as unknown as ClusterFacts,
      looks,
    };
    const command = [process.execPath, "-r", "ts-node/register", path.join(__dirname, "lookInside.ts"), JSON.stringify(request)];
    const env = { TS_NODE_PROJECT: path.join(PROJECT, "tsconfig.json"), KUBECONFIG: kubeconfig };
    try {
      const { status, stdout, stderr } = await execInClient(command, { stdio: "pipe", env });
      assert.equal(status, 0, stderr);
      return JSON.parse(stdout) as CheckResult[][];
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  }
}

let shared: Promise<Spread> | undefined;

/** One for all tests of a run, which changes nothing for others; it goes with the sandbox. */
export const spread = (): Promise<Spread> => (shared ??= Spread.deploy());

/** Takes every look before the tests of a file, all at once; gives what asserts the outcome and the summary of one by its name. */
export function lookingAt(looks: Record<string, Look>) {
  let seen: Record<string, CheckResult>;
  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    const results = await (await spread()).look(...Object.values(looks));
    seen = Object.fromEntries(Object.keys(looks).map((name, index) => [name, results[index]![0]!]));
  });
  return (name: string, outcome: string, summary: RegExp): CheckResult => {
    const found = seen[name]!;
    assert.equal(found.outcome, outcome, `${name}: ${found.summary}\n${found.details.join("\n")}`);
    assert.match(found.summary, summary);
    return found;
  };
}

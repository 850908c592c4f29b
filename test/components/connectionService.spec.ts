import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/kubernetes/provider";
import { AddressPools } from "../../components/bareMetal/staticIp";
import { ConnectionService, type EntryOutput } from "../../components/connectionService";
import { parseStack } from "../../compile/parse";
import type { ExaminedService } from "../../compile/parse";
import type { Stack } from "../../compile/stack";
import { runMocked, type MockRun } from "./mockEngine";

const SECRET = "a value that nobody may see";

type Examined = Stack & { examined: ExaminedService[] };

function stackWith(change: (service: Record<string, unknown>) => void = () => {}): Examined {
  const service: Record<string, unknown> = {
    name: "chat",
    image: "registry.example.com/chat:1.0.0",
    port: 8080,
    config: { APP_ENV: "production" },
    secrets: { source: "pulumi", keys: ["TOKEN"] },
    entries: [
      { kind: "metallb", pool: "lan", address: "192.168.1.207" },
      { kind: "ingress-nginx", host: "chat.example.test", className: "nginx" },
    ],
  };
  change(service);
  const parsed = parseStack({
    platform: "bare-metal",
    environment: "development",
    cluster: {
      context: "lab",
      kubernetesVersion: "1.36",
      kubeProxyMode: "nftables",
      controllers: { metallb: "0.15.2", traefik: "3.6.1" },
      ingressClasses: { nginx: "traefik" },
    },
    bareMetal: { addressPools: [{ name: "lan", addresses: ["192.168.1.200-192.168.1.220"] }] },
    services: [service],
    secrets: service.secrets === undefined ? {} : { chat: { TOKEN: { secure: "v1:x" } } },
  });
  if (parsed.problems) throw new Error(JSON.stringify(parsed.problems, undefined, 2));
  return { ...parsed.stack, examined: parsed.examined };
}

/** A cluster that gives every load balancer an address. */
const withAddress = ({ type }: pulumi.runtime.MockResourceArgs) =>
  type.endsWith(":Ingress")
    ? { status: { loadBalancer: { ingress: [{ hostname: "lb.example.test" }] } } }
    : type.endsWith(":Gateway")
      ? { status: { addresses: [{ type: "IPAddress", value: "192.168.1.208" }] } }
      : {};

interface Run extends MockRun {
  entries: pulumi.Unwrap<EntryOutput[]>;
  entriesAreSecret: boolean;
}

async function run(stack: Examined, secretValue?: () => pulumi.Input<string>): Promise<Run> {
  let component!: ConnectionService;
  const mocked = await runMocked(() => {
    const provider = new Provider("cluster", {});
    const pools = new AddressPools("bare-metal", { surroundings: stack }, { provider });
    const args = { service: stack.examined[0]!, surroundings: stack, secretValue };
    component = new ConnectionService("chat", args, { provider, dependsOn: pools });
  }, withAddress);
  const found = pulumi.output(component.entries);
  const entries = await new Promise<pulumi.Unwrap<EntryOutput[]>>((resolve) => found.apply(resolve));
  return { ...mocked, entries, entriesAreSecret: await pulumi.isSecret(found) };
}

const inputsOf = (mocked: MockRun, name: string) => mocked.resources.find((resource) => resource.name === name)?.inputs;

describe("ConnectionService", () => {
  it("registers exactly these resources", async () => {
    const { resources } = await run(stackWith(), () => SECRET);
    assert.deepEqual(resources.map(({ type, name }) => `${type} ${name}`).sort(), [
      "holdfast:index:AddressPools bare-metal",
      "holdfast:index:ConnectionService chat",
      "kubernetes:apps/v1:Deployment chat-deployment",
      "kubernetes:autoscaling/v2:HorizontalPodAutoscaler chat-horizontal-pod-autoscaler",
      "kubernetes:core/v1:ConfigMap chat-config-map",
      "kubernetes:core/v1:Namespace chat-namespace",
      "kubernetes:core/v1:Secret chat-secret",
      "kubernetes:core/v1:Service chat-metallb-service",
      "kubernetes:core/v1:Service chat-service",
      "kubernetes:metallb.io/v1beta1:IPAddressPool bare-metal-pool-lan",
      "kubernetes:metallb.io/v1beta1:L2Advertisement bare-metal-pool-lan-advertisement",
      "kubernetes:monitoring.coreos.com/v1:PrometheusRule chat-prometheus-rule",
      "kubernetes:monitoring.coreos.com/v1:ServiceMonitor chat-service-monitor",
      "kubernetes:networking.k8s.io/v1:Ingress chat-ingress-nginx-ingress",
      "kubernetes:policy/v1:PodDisruptionBudget chat-pod-disruption-budget",
      "pulumi:providers:kubernetes cluster",
    ]);
  });

  it("registers nothing for what is not asked", async () => {
    const stack = stackWith((service) => {
      delete service.secrets;
      service.entries = [];
      service.metrics = { via: "none" };
    });
    const names = (await run(stack)).resources.map(({ name }) => name);
    for (const absent of [
      "chat-secret",
      "chat-metallb-service",
      "chat-ingress-nginx-ingress",
      "chat-service-monitor",
      "chat-prometheus-rule",
    ]) {
      assert.ok(!names.includes(absent), `${absent} is there`);
    }
  });

  it("gives every child its parent and the stack's provider, and leaves the replicas to the autoscaler", async () => {
    const { options, resources } = await run(stackWith(), () => SECRET);
    for (const { name, type } of resources.filter(({ name }) => name.startsWith("chat-"))) {
      assert.equal(options.get(name)?.parent, "chat", `${type} ${name}`);
    }
    assert.deepEqual(options.get("chat-deployment")?.ignoreChanges, ["spec.replicas"]);
    assert.deepEqual(options.get("chat-service")?.ignoreChanges, ["spec.clusterIP", "spec.clusterIPs"]);
  });

  it("fills the Secret's holes with secret Outputs, and nothing else with them", async () => {
    const mocked = await run(stackWith(), () => SECRET);
    const { stringData } = inputsOf(mocked, "chat-secret") as { stringData: unknown };
    assert.match(JSON.stringify(stringData), new RegExp(SECRET));
    assert.ok(isWrappedSecret(stringData), "the value went out without the engine's mark of a secret");
    const others = mocked.resources.filter(({ name }) => name !== "chat-secret");
    assert.doesNotMatch(JSON.stringify(others), new RegExp(SECRET));
    assert.equal(mocked.entriesAreSecret, false);
  });

  it("tells the address of a Gateway, which stands in a place of its own, and none for a route without one", async () => {
    const host = "chat.example.test";
    const gateway = { kind: "gateway", implementation: "istio", host };
    const stack = stackWith((service) => (service.entries = [gateway, { kind: "traefik", host, path: "/other" }]));
    const { entries } = await run(stack, () => "value");
    assert.deepEqual(
      entries.map(({ name, address }) => ({ name, address })),
      [
        { name: "gateway", address: "192.168.1.208" },
        { name: "traefik", address: "pending" },
      ],
    );
  });

  it("tells URL, address and verdict of each entry, from the configuration where it pins one, else from the status", async () => {
    const { entries } = await run(stackWith(), () => SECRET);
    assert.deepEqual(
      entries.map(({ name, address, verdict, effectiveIdleSeconds }) => ({ name, address, verdict, effectiveIdleSeconds })),
      [
        { name: "metallb", address: "192.168.1.207", verdict: "holds", effectiveIdleSeconds: entries[0]!.effectiveIdleSeconds },
        {
          name: "ingress-nginx",
          address: "lb.example.test",
          verdict: "holds",
          effectiveIdleSeconds: entries[1]!.effectiveIdleSeconds,
        },
      ],
    );
    for (const { effectiveIdleSeconds } of entries) assert.ok(effectiveIdleSeconds === null || effectiveIdleSeconds >= 3600);
  });

  it("checks a description as a stack file is checked: every problem at once, and nothing registered", async () => {
    const names: string[] = [];
    const surroundings = stackWith();
    const program = () =>
      void new ConnectionService("chat", {
        service: {
          name: "chat",
          image: "registry.example.com/chat:1.0.0",
          port: 0,
          entries: [{ kind: "metallb", pool: "lan", address: "10.0.0.1" }],
        },
        surroundings,
      });
    await assert.rejects(
      runMocked(program, ({ name }) => (names.push(name), {})),
      (error: Error) => {
        assert.ok(pulumi.RunError.isInstance(error));
        assert.match(error.message, /^ConnectionService chat has 2 problems:/);
        assert.match(error.message, /\n {2}port: found 0; /);
        assert.match(error.message, /\n {2}entries\[0\]\.address: found 10\.0\.0\.1; /);
        return true;
      },
    );
    assert.deepEqual(
      names.filter((name) => name.startsWith("chat-")),
      [],
    );
  });

  it("tells of each entry what holdfast explain tells, hop by hop", async () => {
    const { entries } = await run(stackWith(), () => SECRET);
    for (const entry of entries) {
      const { hops, promise, kind } = entry as unknown as {
        hops: { hop: string }[];
        promise: { idleSeconds: number };
        kind: string;
      };
      assert.equal(hops.at(-1)!.hop, "pod");
      assert.equal(promise.idleSeconds, 3600);
      assert.equal(kind, entry.name);
    }
  });

  it("says what it lacks when a secret is asked for and nobody gives it", async () => {
    await assert.rejects(run(stackWith()), /chat takes the secret TOKEN from Pulumi's configuration/);
  });
});

/** Under mocks a secret that reaches the wire keeps the engine's wrapper: an object with this key. */
function isWrappedSecret(value: unknown): boolean {
  const wrapper = "4dabf18193072939515e22adb298388d";
  if (value === null || typeof value !== "object") return false;
  return wrapper in value || Object.values(value).some(isWrappedSecret);
}

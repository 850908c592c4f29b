import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { importManifests, type Change } from "../../adopt";
import { differences } from "../../adopt/compare";
import type { Found } from "../../adopt/model";
import { importAsText } from "../../adopt/text";
import { compileStack } from "../../compile";
import { isBlock, type Block } from "../../compile/mergePatch";
import { parseStack } from "../../compile/parse";
import { rawStack } from "../../compile/rawStack";
import { chatpulse, NINE, readAll } from "./fixture";

const GOLDEN = path.join(__dirname, "..", "golden", "adopt");
const WITHOUT_WAY = NINE.filter((name) => name !== "ingress-nginx");
const NAMES = { project: "holdfast", stack: "dev" };

const take = (found: Found[], options: { keep?: boolean; platform?: "aws" } = {}) =>
  importManifests(found, { context: "my-cluster", keep: false, ...options });

const fields = (changes: Change[], object: string): string[] =>
  changes.filter((change) => change.object === object).map(({ field }) => field);

function compiledFrom(stackFile: string) {
  const parsed = parseStack(rawStack((parse(stackFile) as { config: Block }).config));
  assert.equal(parsed.problems, undefined, JSON.stringify(parsed.problems));
  return compileStack(parsed.stack).services.flatMap(({ objects }) => objects.map(({ object }) => object));
}

const without = (block: Block, key: string): Block => Object.fromEntries(Object.entries(block).filter(([each]) => each !== key));

const CASES: Record<string, [names: string[], keep: boolean]> = {
  nginx: [NINE, false],
  "nginx-keep": [NINE, true],
  alb: [[...WITHOUT_WAY, "ingress-alb"], false],
  traefik: [[...WITHOUT_WAY, "ingressroute"], false],
};

describe("the classic manifests, imported", () => {
  for (const [name, [names, keep]] of Object.entries(CASES)) {
    it(`${name}: the stack file and what it changes are what their golden files say`, () => {
      const imported = take(chatpulse(...names), { keep });
      assert.deepEqual(imported.problems, []);
      const texts = { [`${name}.yaml`]: imported.stackFile, [`${name}.txt`]: importAsText(imported, NAMES) };
      for (const [file, text] of Object.entries(texts)) {
        if (process.env.UPDATE_GOLDEN) fs.writeFileSync(path.join(GOLDEN, file), text);
        assert.equal(text, fs.readFileSync(path.join(GOLDEN, file), "utf8"));
      }
    });
  }

  it("is accepted as a stack file, comments and all", () => {
    assert.ok(compiledFrom(take(chatpulse(...NINE)).stackFile).length >= NINE.length);
  });

  it("takes what all Namespaces declare of the cluster together, the later one winning", () => {
    const declaring = (name: string, declared: object): Found[] =>
      readAll(
        JSON.stringify({
          apiVersion: "v1",
          kind: "Namespace",
          metadata: { name, annotations: { "holdfast/cluster": JSON.stringify(declared) } },
        }),
      );
    const first = declaring("one", { kubeProxyMode: "iptables", cni: "calico" });
    const { stackFile } = take([...first, ...declaring("two", { kubeProxyMode: "nftables" }), ...chatpulse(...NINE)]);
    const { config } = parse(stackFile) as { config: Block };
    assert.deepEqual(config["holdfast:cluster"], { context: "my-cluster", kubeProxyMode: "nftables", cni: "calico" });
  });

  it("says each difference, and no other", () => {
    const found = chatpulse(...NINE);
    const { stackFile, changes } = take(found);
    const compiled = compiledFrom(stackFile);
    for (const { object } of found.filter((each) => each.object.kind !== "Secret")) {
      const now = compiled.find(({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name);
      assert.ok(now, `${object.kind} ${object.metadata.name} is gone`);
      const real = differences(object, now).filter(({ at }) => !String(at.at(-1)).match(/^holdfast\/(promise|cluster)$/));
      const told = changes.filter((change) => change.object.startsWith(`${object.kind} `) && change.field !== "");
      assert.equal(told.length, real.length, object.kind);
    }
  });

  it("gives every change a reason of its own", () => {
    const { changes } = take(chatpulse(...NINE));
    assert.deepEqual(
      changes.filter(({ why }) => why === "the stack writes it").map(({ object, field }) => `${object} ${field}`),
      [],
    );
  });

  it("leaves what is deployed as it is with --keep, field by field", () => {
    const found = chatpulse(...NINE);
    const { stackFile, changes } = take(found, { keep: true });
    assert.deepEqual(changes, []);
    const compiled = compiledFrom(stackFile);
    for (const { object } of found.filter((each) => each.object.kind !== "Secret")) {
      const now = compiled.find(({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name)!;
      const spec = without((object.spec ?? {}) as Block, "replicas");
      const annotations = without(now.metadata.annotations ?? {}, "holdfast/promise");
      const metadata = { ...now.metadata, annotations: Object.keys(annotations).length === 0 ? undefined : annotations };
      // The autoscaler's field is the only one that no stack writes.
      const expected = object.kind === "Deployment" ? { ...object, spec } : object;
      assert.deepEqual(JSON.parse(JSON.stringify({ ...now, metadata })), expected, object.kind);
    }
  });

  it("lengthens a command that sleeps, and leaves it a command, which two owners can share", () => {
    const { changes } = take(chatpulse(...WITHOUT_WAY, "ingress-alb"));
    assert.deepEqual(
      changes
        .filter(({ field }) => field.includes("preStop"))
        .map(({ field, from, to }) => [field.replace(/^.*preStop/, ""), from, to]),
      [[".exec.command[2]", "sleep 15", "sleep 30"]],
    );
  });

  it("takes no value of a secret anywhere", () => {
    const found = chatpulse(...NINE);
    const values = Object.values(
      (found.find(({ object }) => object.kind === "Secret")!.object as { stringData?: Block }).stringData!,
    );
    assert.equal(values.length, 8);
    for (const keep of [false, true]) {
      const text = JSON.stringify(take(found, { keep }));
      for (const value of values) assert.ok(!text.includes(String(value)), String(value));
    }
  });
});

/** The nine with one of them changed. */
function changed(kind: string, change: (object: Block) => void): Found[] {
  const copy = structuredClone(chatpulse(...NINE));
  change(copy.find(({ object }) => object.kind === kind)!.object);
  return copy;
}

const podOf = (deployment: Block): Block => {
  const { spec } = deployment as { spec: { template: { spec: Block } } };
  return spec.template.spec;
};
const containerOf = (deployment: Block): Block => (podOf(deployment).containers as Block[])[0]!;

describe("what the stack file has no word for", () => {
  it("stays, by a patch: a sidecar, a volume, a toleration", () => {
    const { changes, stackFile, problems } = take(
      changed("Deployment", (deployment) => {
        (podOf(deployment).containers as Block[]).push({ name: "log", image: "registry.example.com/log:1" });
        podOf(deployment).tolerations = [{ key: "chat", operator: "Exists" }];
        podOf(deployment).volumes = [{ name: "cache", emptyDir: {} }];
      }),
    );
    assert.deepEqual(problems, []);
    const pod = podOf(compiledFrom(stackFile).find(({ kind }) => kind === "Deployment")!);
    assert.deepEqual((pod.containers as Block[])[1], { name: "log", image: "registry.example.com/log:1" });
    assert.deepEqual([pod.tolerations, pod.volumes], [[{ key: "chat", operator: "Exists" }], [{ name: "cache", emptyDir: {} }]]);
    assert.ok(
      !fields(changes, "Deployment chatpulse/chatpulse").some((field) => /tolerations|volumes|containers\[1\]/.test(field)),
    );
  });

  it("stays: the names and selectors by which objects find each other", () => {
    const text = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web-deployment, namespace: shop }
spec:
  replicas: 2
  selector: { matchLabels: { run: web } }
  template:
    metadata: { labels: { run: web } }
    spec:
      containers: [{ name: main, image: registry.example.com/web:1.0, ports: [{ containerPort: 8080 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: web-svc, namespace: shop }
spec: { selector: { run: web }, ports: [{ port: 8080, targetPort: 8080 }] }
`;
    const { problems, stackFile, ids } = take(readAll(text));
    assert.deepEqual(problems, []);
    const compiled = compiledFrom(stackFile);
    const service = compiled.find(({ kind }) => kind === "Service")! as unknown as { metadata: Block; spec: Block };
    assert.deepEqual([service.metadata.name, service.spec.selector], ["web-svc", { run: "web" }]);
    const [deployment] = compiled.filter(({ kind }) => kind === "Deployment") as unknown as { spec: Block }[];
    assert.deepEqual(deployment!.spec.selector, { matchLabels: { run: "web" } });
    assert.deepEqual(
      ids.map(({ id }) => id),
      ["shop/web-deployment", "shop/web-svc"],
    );
  });

  it("stays: the name of a load balancer that the Service inside the cluster would get too", () => {
    const found = changed("Service", (service) => {
      const { metadata } = service as { metadata: Block };
      metadata.annotations = { "metallb.io/loadBalancerIPs": "192.168.1.207" };
      service.spec = { type: "LoadBalancer", selector: { app: "chatpulse" }, ports: [{ port: 80, targetPort: 8080 }] };
    }).filter(({ object }) => object.kind !== "Ingress");
    const { problems, ids, changes } = take(found);
    assert.deepEqual(problems, []);
    assert.ok(ids.some(({ name, id }) => name === "chatpulse-metallb-service" && id === "chatpulse/chatpulse"));
    assert.ok(changes.some(({ object, to }) => object === "Service chatpulse/chatpulse-cluster" && to === "a new object"));
  });

  it("is not invented: without a probe only the port is asked", () => {
    const { stackFile } = take(
      changed("Deployment", (deployment) => {
        delete containerOf(deployment).readinessProbe;
      }),
    );
    const probe = containerOf(compiledFrom(stackFile).find(({ kind }) => kind === "Deployment")!).readinessProbe;
    assert.ok(isBlock(probe) && isBlock(probe.tcpSocket), JSON.stringify(probe));
  });
});

describe("what the objects say of the promise", () => {
  const serviceOf = ({ stackFile }: { stackFile: string }) =>
    (parse(stackFile) as { config: { "holdfast:services": (Block & { promise: Block & { affinity: Block } })[] } }).config[
      "holdfast:services"
    ][0]!;

  it("is the smaller of the timeouts", () => {
    const imported = take(
      changed("Ingress", ({ metadata }) => {
        const { annotations } = metadata as { annotations: Block };
        annotations["nginx.ingress.kubernetes.io/proxy-send-timeout"] = "900";
      }),
    );
    assert.equal(serviceOf(imported).promise.idleSeconds, 900);
  });

  it("is no stickiness where nothing sticks", () => {
    const found = changed("Ingress", ({ metadata }) => {
      const { annotations } = metadata as { annotations: Block };
      delete annotations["nginx.ingress.kubernetes.io/affinity"];
    });
    const service = found.find(({ object }) => object.kind === "Service")!.object as unknown as { spec: Block };
    delete service.spec.sessionAffinity;
    delete service.spec.sessionAffinityConfig;
    assert.deepEqual(serviceOf(take(found)).promise.affinity, { mode: "none" });
  });

  it("is the time that the pods have between SIGTERM and SIGKILL", () => {
    const imported = take(
      changed("Deployment", (deployment) => {
        podOf(deployment).terminationGracePeriodSeconds = 120;
      }),
    );
    assert.equal(serviceOf(imported).promise.drainSeconds, 100);
  });
});

describe("what is not taken", () => {
  it("is listed, object by object", () => {
    const strange = readAll("apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: nightly, namespace: chatpulse }\nspec: {}\n");
    const { left } = take([...chatpulse(...NINE), ...strange]);
    assert.deepEqual(
      left.map(({ what, from }) => `${what} ${from}`),
      ["CronJob chatpulse/nightly all.yaml:1"],
    );
  });

  it("is the first of two documents of one object, as with kubectl apply", () => {
    const { left, stackFile } = take(chatpulse(...NINE, "ingress-alb"));
    assert.match(left[0]!.why, /^ingress-alb\.yaml:1 has an object of the same kind and name/);
    assert.match(stackFile, /kind: aws-alb/);
    assert.doesNotMatch(stackFile, /kind: ingress-nginx/);
  });

  it("is a load balancer of another controller, whose class nobody can change", () => {
    const text = `
apiVersion: v1
kind: Service
metadata:
  name: mcp-server-loadbalancer
  namespace: mcp-server
  annotations: { service.beta.kubernetes.io/aws-load-balancer-type: nlb }
spec: { type: LoadBalancer, selector: { app: mcp-server }, ports: [{ port: 80, targetPort: 8080 }], sessionAffinity: ClientIP }
`;
    const { left, ids } = take(readAll(text));
    assert.match(left[0]!.why, /the class of a live Service cannot be changed/);
    assert.deepEqual(ids, []);
  });

  it("is a Service whose port is only a name, without its pods", () => {
    const text = `
apiVersion: v1
kind: Service
metadata: { name: stt, namespace: stt }
spec: { type: NodePort, selector: { app: stt }, ports: [{ port: 80, targetPort: http, nodePort: 30080 }] }
`;
    assert.match(take(readAll(text)).left[0]!.why, /the number of its port stands nowhere/);
  });
});

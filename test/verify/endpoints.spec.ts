import assert from "node:assert/strict";
import { openCluster } from "../../cluster";
import type { KubernetesObject } from "../../path/objects";
import { endpointsBy } from "../../verify/checks/endpoints";
import type { Resolve } from "../../verify/endpoints/look";
import { endpointsOfStack } from "../../verify/endpoints/ofStack";
import type { TargetEndpoint } from "../../verify/endpoints/model";
import type { TargetEntry } from "../../verify/model";
import { fakeServer } from "../cluster/fakeServer";
import { parsed, rawStackWith } from "../compile/stacks";
import { pathOf } from "./balancer";
import { contextFor, entryOf } from "./support";

/** Where MLflow was while it had a port on every node, and where it is since. */
const OLD = "192.168.1.105";
const NOW = "192.168.1.207";
const NAME = "mlflow.example.test";

const service = (addresses: string[] = [NOW]): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "mlflow", namespace: "mlflow" },
  spec: { type: "LoadBalancer" },
  status: { loadBalancer: { ingress: addresses.map((ip) => ({ ip })) } },
});

const slice = (...ready: boolean[]): KubernetesObject => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: "mlflow-1", namespace: "mlflow", labels: { "kubernetes.io/service-name": "mlflow" } },
  endpoints: ready.map((isReady, index) => ({
    addresses: [`10.244.1.${index}`],
    targetRef: { kind: "Pod", name: `mlflow-${index}` },
    conditions: { ready: isReady },
  })),
});

const configMap = (data: Record<string, string>): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "trainer-endpoints", namespace: "trainer" },
  data,
});

const RIGHT = [service(), slice(true, true), configMap({ MLFLOW_TRACKING_URI: `http://${NOW}:5000` })];

const endpoint: TargetEndpoint = {
  name: "mlflow",
  service: { name: "mlflow", namespace: "mlflow" },
  entry: "metallb",
  url: `http://${NOW}:5000`,
  formerly: [`${OLD}:30800`],
  consumers: [
    {
      name: "trainer",
      namespace: "trainer",
      configMap: "trainer-endpoints",
      variable: "MLFLOW_TRACKING_URI",
      value: `http://${NOW}:5000`,
    },
  ],
};

const ref = { apiVersion: "v1", kind: "Service", namespace: "mlflow", name: "mlflow" };
const leadsTo =
  (...addresses: string[]): Resolve =>
  () =>
    Promise.resolve({ addresses });

describe("whether a name, its address, the load balancer, the pods and the consumers agree", () => {
  interface Case {
    objects?: KubernetesObject[];
    resolve?: Resolve;
    entry?: Partial<TargetEntry>;
    named?: TargetEndpoint[];
    forbidden?: string[];
    noCluster?: true;
  }

  async function look({
    objects = RIGHT,
    resolve = leadsTo(NOW),
    entry = {},
    named = [endpoint],
    forbidden = [],
    noCluster,
  }: Case) {
    const kinds = ["v1 ConfigMap", "v1 Node", "apps/v1 Deployment", "apps/v1 StatefulSet", "discovery.k8s.io/v1 EndpointSlice"];
    const fake = await fakeServer({ objects, kinds, forbidden });
    const cluster = openCluster("fake", { KUBECONFIG: fake.kubeconfig });
    const path = { ...pathOf({}), entry: ref, service: ref };
    const url = `http://${NAME}:5000`;
    const way = entryOf(url, { service: "mlflow", namespace: "mlflow", entry: "metallb", path, address: NOW, ...entry });
    const { context } = contextFor(way, { target: { endpoints: named }, ...(noCluster ? {} : { cluster }) });
    try {
      return { ...(await endpointsBy(resolve).run(context)), asked: fake.asked };
    } finally {
      cluster.close();
      await fake.close();
    }
  }

  it("holds where each says what the one before it says, and no Secret is ever asked for", async () => {
    const { outcome, summary, details, asked } = await look({});
    assert.equal(outcome, "holds");
    assert.equal(summary, "mlflow: name, address, load balancer and ready pods agree. 1 variable of consumers has it too.");
    assert.deepEqual(details, [
      `mlflow: ${NAME} leads to ${NOW}.`,
      `mlflow: ${NOW} is what Service mlflow/mlflow has.`,
      "mlflow: 2 of 2 pods behind Service mlflow/mlflow are ready.",
      `mlflow: trainer is given MLFLOW_TRACKING_URI=http://${NOW}:5000.`,
    ]);
    assert.deepEqual(
      asked.filter((path) => /secret/i.test(path)),
      [],
    );
  });

  it("fails where the name leads to the address of before", async () => {
    const { outcome, summary, write } = await look({ resolve: leadsTo(OLD) });
    assert.equal(outcome, "fails");
    assert.equal(summary, `mlflow: ${NAME} leads to ${OLD}, where it was before, and Service mlflow/mlflow has ${NOW}.`);
    assert.match(write[0]!, /^change the record of mlflow\.example\.test/);
  });

  it("fails where one of several addresses is not the load balancer's", async () => {
    const { outcome, summary } = await look({ resolve: leadsTo(NOW, "192.168.1.9") });
    assert.equal(outcome, "fails");
    assert.match(summary, /leads to 192\.168\.1\.9, and Service mlflow\/mlflow has 192\.168\.1\.207\.$/);
  });

  it("fails where there is no such name, and is unknown where nobody answers", async () => {
    const failed =
      (how: "no-such-name" | "no-answer", said: string): Resolve =>
      () =>
        Promise.resolve({ failed: how, said });
    assert.equal(
      (await look({ resolve: failed("no-such-name", "ENOTFOUND") })).summary,
      `mlflow: there is no ${NAME} (ENOTFOUND).`,
    );
    const silent = await look({ resolve: failed("no-answer", "EAI_AGAIN") });
    assert.deepEqual([silent.outcome, silent.summary], ["unknown", `mlflow: who ${NAME} is was not answered (EAI_AGAIN).`]);
  });

  it("fails where no load balancer took the Service up", async () => {
    const { outcome, summary } = await look({ objects: [service([]), ...RIGHT.slice(1)] });
    assert.equal(outcome, "fails");
    assert.match(summary, /Service mlflow\/mlflow has no address: no load balancer has taken it up\.$/);
  });

  it("fails where the stack recorded another address than the load balancer has", async () => {
    const { outcome, summary } = await look({ entry: { address: "192.168.1.206" } });
    assert.equal(outcome, "fails");
    assert.match(summary, /the stack recorded 192\.168\.1\.206, and Service mlflow\/mlflow has 192\.168\.1\.207\.$/);
  });

  it("fails where no pod is ready, or none is selected", async () => {
    const none = await look({ objects: [service(), slice(false, false), RIGHT[2]!] });
    assert.equal(none.summary, "mlflow: Service mlflow/mlflow has 2 pods, none of them ready.");
    assert.match(none.write[0]!, /^kubectl get pods -n mlflow/);
    assert.equal((await look({ objects: [service(), RIGHT[2]!] })).summary, "mlflow: Service mlflow/mlflow selects no pod.");
  });

  describe("a consumer", () => {
    const given = (data: Record<string, string>) => look({ objects: [service(), slice(true), configMap(data)] });

    it("that still has the old address fails", async () => {
      const { outcome, summary, write } = await given({ MLFLOW_TRACKING_URI: `http://${OLD}:30800` });
      assert.equal(outcome, "fails");
      assert.equal(
        summary,
        `mlflow: ConfigMap trainer/trainer-endpoints still has MLFLOW_TRACKING_URI=http://${OLD}:30800, where it was before; mlflow is at http://${NOW}:5000.`,
      );
      assert.match(write[0]!, /^pulumi up, and a restart of trainer/);
    });

    it("whose variable or ConfigMap is not there fails", async () => {
      assert.match((await given({})).summary, /has no MLFLOW_TRACKING_URI, which should be http:/);
      const gone = await look({ objects: [service(), slice(true)] });
      assert.match(
        gone.summary,
        /ConfigMap trainer\/trainer-endpoints, from which trainer takes MLFLOW_TRACKING_URI, is not there\.$/,
      );
    });

    it("whose ConfigMap may not be read is unknown", async () => {
      const { outcome, summary } = await look({ forbidden: ["ConfigMap"] });
      assert.equal(outcome, "unknown");
      assert.match(summary, /ConfigMap trainer\/trainer-endpoints could not be read: /);
    });

    it("whose pods are being replaced is not done yet", async () => {
      const deployment = {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "trainer", namespace: "trainer" },
        status: { replicas: 3, updatedReplicas: 1 },
      };
      const { outcome, summary } = await look({ objects: [...RIGHT, deployment] });
      assert.equal(outcome, "unknown");
      assert.match(summary, /Deployment trainer\/trainer has 1 of 3 pods updated, so some of its pods may still run with what/);
    });
  });

  it("takes the addresses that a cloud's host name leads to now", async () => {
    const cloud = { ...service(), status: { loadBalancer: { ingress: [{ hostname: "lb.cloud.example" }] } } };
    const resolve: Resolve = (host) =>
      Promise.resolve({ addresses: host === "lb.cloud.example" ? ["3.3.3.3", "4.4.4.4"] : ["4.4.4.4"] });
    const objects = [cloud, ...RIGHT.slice(1)];
    assert.equal((await look({ objects, resolve, entry: { address: "lb.cloud.example" } })).outcome, "holds");
    const moved: Resolve = (host) => Promise.resolve({ addresses: host === "lb.cloud.example" ? ["3.3.3.3"] : ["4.4.4.4"] });
    assert.equal((await look({ objects, resolve: moved, entry: { address: "lb.cloud.example" } })).outcome, "fails");
  });

  it("follows a route to its Gateway, and an IngressRoute to whoever has the address", async () => {
    const route = { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute", namespace: "mlflow", name: "web" };
    const objects: KubernetesObject[] = [
      { ...route, metadata: { name: "web", namespace: "mlflow" }, spec: { parentRefs: [{ name: "edge", namespace: "infra" }] } },
      {
        apiVersion: route.apiVersion,
        kind: "Gateway",
        metadata: { name: "edge", namespace: "infra" },
        status: { addresses: [{ type: "IPAddress", value: NOW }] },
      },
      ...RIGHT,
    ];
    const through = (entryRef: typeof route) => ({ path: { ...pathOf({}), entry: entryRef, service: ref } });
    const byGateway = await look({ objects, entry: through(route) });
    assert.equal(byGateway.outcome, "holds", byGateway.summary);
    assert.match(byGateway.details.join("\n"), /207 is what Gateway infra\/edge has/);
    const traefik = { ...route, apiVersion: "traefik.io/v1alpha1", kind: "IngressRoute" };
    const own = { ...traefik, metadata: { name: "web", namespace: "mlflow" } };
    const proxy = { ...service(["192.168.1.240"]), metadata: { name: "traefik", namespace: "traefik" } };
    const known = await look({
      objects: [own, proxy, ...RIGHT],
      resolve: leadsTo("192.168.1.240"),
      entry: { ...through(traefik), address: undefined },
    });
    assert.equal(known.outcome, "holds", known.summary);
    assert.match(known.details.join("\n"), /192\.168\.1\.240 is Service traefik\/traefik/);
    const nobody = await look({
      objects: [own, proxy, ...RIGHT],
      resolve: leadsTo(OLD),
      entry: { ...through(traefik), address: undefined },
    });
    assert.equal(nobody.outcome, "unknown");
    const recorded = await look({
      objects: [own, proxy, ...RIGHT],
      resolve: leadsTo(OLD),
      entry: { ...through(traefik), address: "192.168.1.240" },
    });
    assert.equal(recorded.outcome, "fails");
  });

  it("does not take a router's public address for a wrong one, nor what stands in front", async () => {
    assert.equal((await look({ resolve: leadsTo("8.8.4.4") })).outcome, "unknown");
    const inFront = { ...pathOf({ hop: "declared-hop", title: "the CDN" }), entry: ref, service: ref };
    const { outcome, details } = await look({ resolve: leadsTo("8.8.4.4"), entry: { path: inFront } });
    assert.equal(outcome, "holds");
    assert.match(details.join("\n"), /the CDN is declared to stand in front/);
  });

  it("without a cluster compares what the stack recorded, and says what it could not see", async () => {
    const right = await look({ noCluster: true });
    assert.equal(right.outcome, "unknown");
    assert.match(right.summary, /the cluster is not at hand\.$/);
    const wrong = await look({ noCluster: true, resolve: leadsTo(OLD) });
    assert.deepEqual([wrong.outcome, wrong.summary], ["fails", `mlflow: clients come to ${OLD}, and the stack recorded ${NOW}.`]);
  });

  it("does not apply to a bare URL", async () => {
    assert.equal((await look({ named: [] })).outcome, "does-not-apply");
  });

  it("looks at what no way in stands for beside the first: names outside the stack, services inside the cluster", async () => {
    const outside: TargetEndpoint = { name: "s3", url: "https://s3.example.test", formerly: [], consumers: [] };
    const inside: TargetEndpoint = {
      ...endpoint,
      name: "inner",
      entry: undefined,
      url: "http://mlflow.mlflow.svc",
      consumers: [],
    };
    const { outcome, details } = await look({ named: [endpoint, outside, inside] });
    assert.equal(outcome, "holds");
    assert.match(
      details.join("\n"),
      /s3: s3\.example\.test leads to .*\n.*inner: 2 of 2 pods behind Service mlflow\/mlflow are ready/,
    );
  });
});

describe("the named endpoints of a stack", () => {
  it("come with their entry, their addresses of before and whoever asks for them", () => {
    const { stack } = parsed(
      rawStackWith(
        {
          name: "mlflow",
          protocol: "http-stream",
          port: 5000,
          endpoints: { mlflow: { formerly: [`${OLD}:30800`] } },
          entries: [{ kind: "node-port", nodePort: 30_800, node: "192.168.1.11" }],
        },
        {},
      ),
    );
    const [found] = endpointsOfStack(
      {
        ...stack,
        consumers: [{ name: "notebooks", namespace: "jupyterhub", environment: { URI: { endpoint: "mlflow", format: "url" } } }],
      },
      [],
    );
    assert.deepEqual(found, {
      name: "mlflow",
      service: { name: "mlflow", namespace: "mlflow" },
      entry: "node-port",
      url: "http://192.168.1.11:30800",
      formerly: [`${OLD}:30800`],
      consumers: [
        {
          name: "notebooks",
          namespace: "jupyterhub",
          configMap: "notebooks-endpoints",
          variable: "URI",
          value: "http://192.168.1.11:30800",
        },
      ],
    });
  });
});

import assert from "node:assert/strict";
import type { ClusterFacts, Path } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { judge } from "../../path/verdict";
import { deployment, DIRECT, ingress, object, PROMISE, route, service } from "./objects";

const read = (objects: KubernetesObject[], cluster: ClusterFacts = DIRECT): Path[] =>
  readPaths([...objects, deployment()], cluster);
const bare = service({ type: "LoadBalancer" });
const account = (annotation: string) => object("v1", "ServiceAccount", "web", {}, { annotations: { [annotation]: "someone" } });

describe("whose cluster it is, where nobody declares it", () => {
  const frontOf = (objects: KubernetesObject[], cluster?: ClusterFacts) => read([bare, ...objects], cluster)[0]?.hops[0];
  const gke = object("networking.gke.io/v1", "ManagedCertificate", "web");

  it("is shown by objects that only one platform has", () => {
    assert.equal(frontOf([])?.hop, "unknown-load-balancer");
    assert.equal(frontOf([gke])?.hop, "gcp-lb");
    assert.equal(frontOf([ingress({}, { ingressClassName: "gce" })])?.hop, "gcp-lb");
    assert.equal(frontOf([account("iam.gke.io/gcp-service-account")])?.hop, "gcp-lb");
    assert.equal(frontOf([account("azure.workload.identity/client-id")])?.hop, "azure-lb");
    assert.match(frontOf([gke])?.notes?.join() ?? "", /because ManagedCertificate chat\/web can only be on this platform/);
  });

  it("is likely that of the registry from which the images come, where nothing surer shows another", () => {
    const running = (image: string): KubernetesObject => {
      const template = { metadata: { labels: { app: "job" } }, spec: { containers: [{ name: "app", image }] } };
      return object("apps/v1", "Deployment", "job", { spec: { template } });
    };
    const google = running("europe-docker.pkg.dev/project/app:1");
    assert.equal(frontOf([google])?.hop, "gcp-lb");
    assert.match(
      frontOf([google])?.notes?.join() ?? "",
      /because Deployment chat\/job pulls from a registry of this platform, which makes it likely/,
    );
    const azure = frontOf([running("team.azurecr.io/app:1")]);
    assert.deepEqual([azure?.hop, azure?.limit], ["unknown-load-balancer", "unknown"]);
    assert.match(azure?.notes?.join() ?? "", /likely that of azure, because Deployment chat\/job pulls from a registry/);
    assert.equal(frontOf([running("docker.io/pkg.dev/app:1")])?.hop, "unknown-load-balancer");
    assert.equal(frontOf([running("eu.gcr.io/project/app:1")])?.hop, "gcp-lb");
    assert.equal(frontOf([running("gcr.io/google-samples/hello-app:1.0")])?.hop, "unknown-load-balancer");
    assert.equal(frontOf([google, account("azure.workload.identity/client-id")])?.hop, "azure-lb");
    assert.equal(frontOf([google, gke, account("azure.workload.identity/client-id")])?.hop, "unknown-load-balancer");
  });

  it("is shown by whose disks are mounted, and by the nodes that its pods ask for", () => {
    const storage = (provisioner: string) => ({ ...object("storage.k8s.io/v1", "StorageClass", "disks", {}), provisioner });
    assert.equal(frontOf([storage("kubernetes.io/gce-pd")])?.hop, "gcp-lb");
    assert.equal(frontOf([storage("pd.csi.storage.gke.io")])?.hop, "gcp-lb");
    assert.equal(frontOf([storage("disk.csi.azure.com")])?.hop, "azure-lb");
    assert.equal(frontOf([storage("rancher.io/local-path")])?.hop, "unknown-load-balancer");
    const volume = (spec: { [key: string]: Value }) => object("v1", "PersistentVolume", "disk", { spec });
    assert.equal(frontOf([volume({ gcePersistentDisk: { pdName: "disk" } })])?.hop, "gcp-lb");
    assert.equal(frontOf([volume({ csi: { driver: "file.csi.azure.com" } })])?.hop, "azure-lb");
    const pods = (spec: { [key: string]: Value }) =>
      object("apps/v1", "Deployment", "job", { spec: { template: { metadata: { labels: { app: "job" } }, spec } } });
    assert.equal(frontOf([pods({ nodeSelector: { "cloud.google.com/gke-nodepool": "web" } })])?.hop, "gcp-lb");
    assert.equal(frontOf([pods({ nodeSelector: { "kubernetes.azure.com/agentpool": "web" } })])?.hop, "azure-lb");
    assert.equal(frontOf([pods({ nodeSelector: { agentpool: "web" } })])?.hop, "unknown-load-balancer");
    assert.equal(frontOf([pods({ volumes: [{ name: "data", gcePersistentDisk: { pdName: "data" } }] })])?.hop, "gcp-lb");
    assert.equal(frontOf([pods({ volumes: UNKNOWN, nodeSelector: UNKNOWN })])?.hop, "unknown-load-balancer");
    assert.equal(frontOf([storage("kubernetes.io/gce-pd"), storage("ebs.csi.aws.com")])?.hop, "unknown-load-balancer");
  });

  it("stays open on AWS, whose controllers differ, and where objects contradict one another", () => {
    const aws = account("eks.amazonaws.com/role-arn");
    assert.equal(frontOf([aws])?.hop, "unknown-load-balancer");
    assert.equal(frontOf([gke, aws])?.hop, "unknown-load-balancer");
    assert.equal(frontOf([account("example.test/role")])?.hop, "unknown-load-balancer");
  });

  it("is what is declared, whatever the objects show", () => {
    assert.equal(frontOf([gke], { ...DIRECT, platform: "azure" })?.hop, "azure-lb");
    assert.doesNotMatch(frontOf([gke], { ...DIRECT, platform: "gcp" })?.notes?.join() ?? "", /Read so because/);
  });

  it("decides who serves an Ingress without a class", () => {
    const classless = ingress({}, { ingressClassName: undefined });
    const hops = (objects: KubernetesObject[]) =>
      read([classless, service(), ...objects])
        .find(({ entry }) => entry.kind === "Ingress")
        ?.hops.map(({ hop }) => hop);
    assert.deepEqual(hops([gke]), ["gce-ingress", "pod"]);
    assert.deepEqual(hops([]), ["unknown-proxy", "pod"]);
  });
});

describe("a Service made ready for Google's load balancer, which nothing that was read uses", () => {
  const tied = (annotations: { [key: string]: Value }, spec: { [key: string]: Value } = {}) => service(spec, annotations);
  const config = object("cloud.google.com/v1", "BackendConfig", "web", {
    spec: { timeoutSec: 120, sessionAffinity: { affinityType: "GENERATED_COOKIE" } },
  });
  const byConfig = tied({ "cloud.google.com/backend-config": '{"default": "web"}' });

  it("is read as behind it, as its BackendConfig says", () => {
    const [path, ...others] = read([byConfig, config]);
    assert.deepEqual(
      [path?.hops.map(({ hop }) => hop), path?.hops[0]?.idleSeconds, others.length],
      [["gce-ingress", "pod"], 120, 0],
    );
    assert.match(path?.hops[0]?.notes?.join() ?? "", /No Ingress or route that was read names Service chat\/web/);
    assert.equal(path && judge(path, PROMISE, "websocket").verdict, "fails");
  });

  it("is read once, where an Ingress or a route names it", () => {
    const kinds = (...objects: KubernetesObject[]) => read([byConfig, config, ...objects]).map(({ entry }) => entry.kind);
    assert.deepEqual(kinds(ingress({}, { ingressClassName: "gce" })), ["Ingress"]);
    assert.deepEqual(kinds(route()), ["HTTPRoute"]);
    assert.deepEqual(kinds(ingress({}, { rules: [], defaultBackend: { service: { name: "web" } } })), ["Ingress"]);
    assert.deepEqual(kinds(ingress({}, { rules: [], defaultBackend: { service: { name: "other" } } })), ["Service", "Ingress"]);
  });

  it("is read with the load balancer's own limit where somebody gave it endpoint groups for an Ingress beside its node ports", () => {
    const [ports, groups] = read([tied({ "cloud.google.com/neg": '{"ingress": true}' }, { type: "NodePort" })]);
    assert.equal(ports?.hops[0]?.hop, "node-port");
    assert.deepEqual([groups?.hops[0]?.hop, groups?.hops[0]?.idleSeconds], ["gce-ingress", 30]);
  });

  it("is no way in without either annotation, or on another platform", () => {
    assert.deepEqual(read([service(), config]), []);
    assert.deepEqual(read([tied({ "cloud.google.com/neg": '{"ingress": true}' }), config]), []);
    assert.deepEqual(read([byConfig, config], { ...DIRECT, platform: "aws" }), []);
  });

  it("is not decided where its endpoint group is of its own: the load balancer was made elsewhere", () => {
    const [path] = read([tied({ "cloud.google.com/neg": '{"exposed_ports": {"80": {"name": "chat"}}}' })]);
    const verdict = path && judge(path, PROMISE, "websocket");
    assert.equal(verdict?.verdict, "unknown");
    assert.match(verdict?.settle.join() ?? "", /backend service that uses the network endpoint group of Service chat\/web/);
  });
});

describe("the ports of a Service", () => {
  const ports = (...list: Value[]) => read([service({ type: "NodePort", ports: list })]).map(({ port }) => port);

  it("are ways in where they carry connections; datagrams belong to none", () => {
    assert.deepEqual(ports({ port: 80 }, { port: 81, protocol: "TCP" }, { port: 3478, protocol: "UDP" }), [80, 81]);
    assert.deepEqual(ports({ port: 3478, protocol: "UDP" }), []);
    assert.deepEqual(ports({ port: 3478, protocol: UNKNOWN }), [3478]);
  });
});

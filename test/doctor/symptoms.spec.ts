import assert from "node:assert/strict";
import { diagnose, diagnosesAsText, SYMPTOMS, type Diagnosis } from "../../doctor";
import type { KubernetesObject } from "../../path/objects";
import { fakeServer, type FakeCluster, type FakeServer } from "../cluster/fakeServer";
import { examined, healthyCluster, KINDS, object } from "./healthy";

const NAMESPACE = "chatpulse";
const here = (apiVersion: string, kind: string, name: string, rest: object = {}): KubernetesObject =>
  object(apiVersion, kind, name, rest, NAMESPACE);

describe("doctor --symptom", () => {
  let server: FakeServer | undefined;
  const before = process.env.KUBECONFIG;
  afterEach(async () => {
    await server?.close();
    if (before === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = before;
  });

  async function look(
    symptom: string,
    objects: KubernetesObject[],
    change?: (config: Record<string, unknown>) => void,
    cluster: Partial<FakeCluster> = {},
  ): Promise<Diagnosis[]> {
    server = await fakeServer({ objects: [...healthyCluster(), ...objects], kinds: KINDS, ...cluster });
    process.env.KUBECONFIG = server.kubeconfig;
    return diagnose(symptom, examined(change));
  }
  const seen = (diagnoses: Diagnosis[]): string[] =>
    diagnoses.flatMap(({ causes }) => causes.filter(({ likelihood }) => likelihood === "seen").map(({ what }) => what));

  const balanced = (status: object = {}) => here("v1", "Service", "web", { spec: { type: "LoadBalancer" }, status });
  const event = (about: KubernetesObject, reason: string, message: string) =>
    here("v1", "Event", `${about.metadata.name}.1`, {
      involvedObject: { kind: about.kind, name: about.metadata.name, namespace: NAMESPACE },
      reason,
      message,
      lastTimestamp: "2026-01-01T00:00:00Z",
    });

  describe("lb-pending", () => {
    const MESSAGES: Record<string, RegExp> = {
      "TooManyLoadBalancers: the maximum number of load balancers has been reached": /quota/,
      'unsupported load balancer affinity: "ClientIP"': /annotation or field/,
      "unable to resolve at least one subnet (0 match VPC and tags)": /subnets/,
      "AccessDenied: not authorized to perform elasticloadbalancing:CreateLoadBalancer": /own account/,
      "AccessDenied: not authorized to perform ec2:DescribeSubnets": /own account/,
      "InvalidSubnet: Not enough free IP addresses in subnet-1": /subnets/,
    };
    for (const [message, what] of Object.entries(MESSAGES)) {
      it(`puts first what an event shows: ${what.source}`, async () => {
        const diagnoses = await look("lb-pending", [balanced(), event(balanced(), "SyncLoadBalancerFailed", message)]);
        assert.match(diagnoses[0]!.about, /Service chatpulse\/web has no address/);
        const [first, ...others] = diagnoses[0]!.causes;
        assert.equal(first?.likelihood, "seen");
        assert.match(first.what, what);
        assert.equal(others.filter(({ likelihood }) => likelihood === "seen").length, 0);
        assert.equal(diagnoses[0]!.causes.length, 5, "the four causes, and nobody at all");
      });
    }

    it("takes silence for nothing where events are gone by now, or may not be read", async () => {
      const old = { ...balanced(), metadata: { ...balanced().metadata, creationTimestamp: "2026-01-01T00:00:00Z" } };
      assert.deepEqual(seen(await look("lb-pending", [old])), []);
      await server?.close();
      const diagnoses = await look("lb-pending", [balanced()], undefined, { forbidden: ["Event"] });
      assert.deepEqual(seen(diagnoses), []);
      assert.match(diagnoses.at(-1)!.about, /what could not be read/);
    });

    it("says that no controller looks after it where there is no event, and nothing where it has an address", async () => {
      assert.deepEqual(seen(await look("lb-pending", [balanced()])), ["no controller looks after it"]);
      await server?.close();
      const served = balanced({ loadBalancer: { ingress: [{ ip: "192.168.1.207" }] } });
      assert.deepEqual(seen(await look("lb-pending", [served])), []);
    });
  });

  it("ws-drops names the hop that cuts, and the containers that restarted", async () => {
    const containerStatuses = [
      { name: "web", restartCount: 3, lastState: { terminated: { reason: "OOMKilled", exitCode: 137 } } },
    ];
    const pod = here("v1", "Pod", "web-1", { status: { containerStatuses } });
    const found = await look("ws-drops", [pod], (config) => {
      (config["holdfast:cluster"] as Record<string, unknown>).kubeProxyMode = "ipvs";
    });
    assert.ok(
      seen(found).some((what) => /IPVS.* closes silent connections after 15 min/.test(what)),
      seen(found).join("; "),
    );
    assert.ok(seen(found).some((what) => /container web restarted 3 times/.test(what)));
    await server?.close();
    assert.deepEqual(seen(await look("ws-drops", [here("v1", "Pod", "web-1", { status: {} })])), []);
  });

  it("unbalanced tells what the Service does from what only looks like it", async () => {
    const service = (spec: object) => here("v1", "Service", "web", { spec: { selector: { app: "web" }, ...spec } });
    const pod = (minute: string, app = "web") =>
      here("v1", "Pod", `${app}-${minute}`, {
        metadata: { name: `${app}-${minute}`, namespace: NAMESPACE, labels: { app } },
        status: { startTime: `2026-01-01T10:${minute}:00Z` },
      });
    const slice = (endpoints: object[]) =>
      here("discovery.k8s.io/v1", "EndpointSlice", "web-x", {
        metadata: { name: "web-x", namespace: NAMESPACE, labels: { "kubernetes.io/service-name": "web" } },
        endpoints,
      });
    const ready = (node: string, is = true) => ({ conditions: { ready: is }, nodeName: node });
    const even = [service({}), slice([ready("a"), ready("b")])];
    assert.deepEqual(
      seen(await look("unbalanced", [...even, pod("00"), pod("30", "batch")])),
      [],
      "a pod of another is no late one",
    );
    const cases: [RegExp, KubernetesObject[]][] = [
      [/too few pods are ready/, [service({}), slice([ready("a"), ready("b", false)])]],
      [/each source address to one pod/, [service({ sessionAffinity: "ClientIP" }), slice([ready("a"), ready("b")])]],
      [
        /every node gets the same share/,
        [service({ externalTrafficPolicy: "Local" }), slice([ready("a"), ready("a"), ready("b")])],
      ],
      [/stay where they are when a pod comes/, [...even, pod("00"), pod("30")]],
    ];
    for (const [what, objects] of cases) {
      await server?.close();
      const found = seen(await look("unbalanced", objects));
      assert.equal(found.length, 1, found.join("; "));
      assert.match(found[0]!, what);
    }
  });

  it("hpa tells the four reasons apart", async () => {
    const target = (resources: object) =>
      here("apps/v1", "Deployment", "web", { spec: { template: { spec: { containers: [{ name: "web", ...resources }] } } } });
    const requests = { resources: { requests: { cpu: "100m" } } };
    const metric = (current: number) => ({
      spec: { scaleTargetRef: { name: "web" }, metrics: [{ resource: { name: "cpu", target: { averageUtilization: 70 } } }] },
      status: { currentMetrics: [{ resource: { name: "cpu", current: { averageUtilization: current } } }] },
    });
    const scaler = (rest: object) => here("autoscaling/v2", "HorizontalPodAutoscaler", "web", rest);
    assert.deepEqual(seen(await look("hpa", [scaler(metric(90)), target(requests)])), []);
    await server?.close();
    assert.match(seen(await look("hpa", [scaler(metric(10)), target(requests)])).join(), /use is below the target/);
    await server?.close();
    assert.match(seen(await look("hpa", [scaler(metric(90)), target({})])).join(), /a container without requests/);
    await server?.close();
    const other = { resources: { requests: { memory: "64Mi" } } };
    assert.match(seen(await look("hpa", [scaler(metric(90)), target(other)])).join(), /a container without requests/);
    await server?.close();
    const conditions = [
      { type: "ScalingActive", status: "False", reason: "FailedGetResourceMetric", message: "no metrics returned" },
      { type: "AbleToScale", status: "True", reason: "ScaleDownStabilized" },
    ];
    const stuck = { ...metric(90), status: { conditions } };
    const found = seen(await look("hpa", [scaler(stuck), target(requests)])).join("; ");
    assert.match(found, /ScalingActive is not so/);
    assert.match(found, /looks back 5 min/);
  });

  it("cert follows cert-manager down to the step that is stuck, and sees an end that is near", async () => {
    const issued = (days: number) =>
      here("cert-manager.io/v1", "Certificate", "web", {
        spec: { secretName: "web-tls" },
        status: {
          conditions: [{ type: "Ready", status: "True" }],
          notAfter: new Date(Date.now() + days * 86_400_000).toISOString(),
          renewalTime: new Date(Date.now() + (days - 30) * 86_400_000).toISOString(),
        },
      });
    assert.deepEqual(seen(await look("cert", [issued(60)])), []);
    await server?.close();
    assert.deepEqual(seen(await look("cert", [issued(3)])), ["it was to be renewed and was not"]);
    await server?.close();
    const challenge = here("acme.cert-manager.io/v1", "Challenge", "web-1", {
      status: { state: "pending", reason: "connection refused" },
    });
    const [diagnosis] = await look("cert", [issued(60), challenge]);
    assert.match(diagnosis!.causes[0]!.evidence ?? "", /Challenge chatpulse\/web-1: pending connection refused/);
    await server?.close();
    const asking = here("networking.k8s.io/v1", "Ingress", "web", {
      metadata: { name: "web", namespace: NAMESPACE, annotations: { "cert-manager.io/cluster-issuer": "letsencrypt" } },
      spec: { tls: [{ secretName: "other-tls" }] },
    });
    assert.match(seen(await look("cert", [issued(60), asking])).join(), /has not taken up the Ingress/);
  });

  it("never says that all is well of what it may not read", async () => {
    for (const [symptom, kind] of Object.entries({
      cert: "Certificate",
      hpa: "HorizontalPodAutoscaler",
      unbalanced: "Service",
    })) {
      const diagnoses = await look(symptom, [], undefined, { forbidden: [kind] });
      assert.match(diagnoses.at(-1)!.causes[0]!.what, new RegExp(`no ${kind} could be read`));
      await server?.close();
      const whole = await look(symptom, []);
      assert.ok(!whole.some(({ about }) => /could not be read/.test(about)));
      await server?.close();
    }
    const without = KINDS.filter((kind) => !kind.includes("cert-manager"));
    assert.match((await look("cert", [], undefined, { kinds: without }))[0]!.about, /cert-manager is not in this cluster/);
  });

  it("hpa blames no metrics server that it may not look for, and one that is down", async () => {
    const scaler = here("autoscaling/v2", "HorizontalPodAutoscaler", "web", { spec: {} });
    assert.deepEqual(seen(await look("hpa", [scaler], undefined, { forbidden: ["APIService"] })), []);
    await server?.close();
    const down = JSON.parse(
      JSON.stringify(healthyCluster()).replace('"status":"True"', '"status":"False"'),
    ) as KubernetesObject[];
    const found = await look("hpa", [], undefined, { objects: [...down, scaler] });
    assert.match(seen(found).join(), /no metrics server that answers/);
  });

  it("takes a cluster that does not answer for nothing else", async () => {
    server = await fakeServer({ objects: [] });
    process.env.KUBECONFIG = server.kubeconfig;
    await server.close();
    await assert.rejects(diagnose("cert", examined()));
    server = await fakeServer({ objects: [] });
  });

  it("writes every cause with its name, its evidence and the way out", () => {
    const causes = [{ likelihood: "seen" as const, what: "it is so", evidence: "the event", mend: "do this" }];
    const text = diagnosesAsText(SYMPTOMS.cert!.title, [{ about: "Service a/b", causes }]);
    for (const part of ["A certificate is missing or ends", "Service a/b", "it is so", "the event", "do this"]) {
      assert.ok(text.includes(part));
    }
  });
});

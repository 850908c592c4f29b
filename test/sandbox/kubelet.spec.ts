import assert from "node:assert/strict";
import { status, up, type SandboxInfo } from "../../sandbox";
import { until } from "../../sandbox/process";
import { SANDBOX_HOOK_MILLISECONDS, sharedSandbox } from "../support/sandbox";
import { withEnvironment } from "./support/fakeGo";
import { conditionOf, isReady, PlayedPods, restartsOf } from "./support/playedPods";

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const http = (path: string, more = {}) => ({ httpGet: { path, port: "http" }, periodSeconds: 1, ...more });
const READY = { readinessProbe: http("/health/ready") };
const WRONG = "/no/such/page";
/** A machine that does much else at the same time. */
const SLACK_SECONDS = 3;

describe("pods of the sandbox, as a kubelet would drive them", function () {
  this.timeout(60_000);
  let sandbox: SandboxInfo;
  let pods: PlayedPods;
  let hurried: PlayedPods;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    sandbox = await sharedSandbox();
    pods = new PlayedPods(sandbox, "played-as-written");
    hurried = new PlayedPods(sandbox, "played-hurried");
    await Promise.all([pods.begin("as-written"), hurried.begin("hurried")]);
  });
  after(() => Promise.all([pods?.removeAll(), hurried?.removeAll()]));

  describe("probes", () => {
    it("make a pod Ready, with the conditions and states that go with it", async () => {
      await pods.create("probed", { container: { startupProbe: http("/health/startup"), ...READY } });
      const { status: found } = await pods.ready("probed", 5);
      for (const type of ["Initialized", "PodReadyToStartContainers", "ContainersReady"]) {
        assert.equal(conditionOf(found, type), "True", type);
      }
      const [container] = found!.containerStatuses!;
      assert.deepEqual([container!.started, container!.ready, container!.restartCount], [true, true, 0]);
      assert.ok(container!.state!.running && found!.phase === "Running");
      assert.match(found!.podIP!, /^10\.244\.1\.\d+$/);
      assert.equal(found!.hostIP, "192.168.1.11");
    });

    it("that fail leave a pod running and not Ready", async () => {
      await pods.create("wrong-path", { container: { readinessProbe: http(WRONG) } });
      await pods.create("wrong-port", { container: { readinessProbe: { tcpSocket: { port: 8000 }, periodSeconds: 1 } } });
      await pause(3);
      for (const name of ["wrong-path", "wrong-port"]) {
        const { status: found } = await pods.read(name);
        assert.deepEqual([found!.phase, conditionOf(found, "Ready")], ["Running", "False"], name);
        assert.match(JSON.stringify(found!.conditions), /containers with unready status: \[sample\]/);
      }
    });

    it("for liveness wait for the startup probe; without one, a failure restarts the container", async () => {
      const livenessProbe = http(WRONG, { failureThreshold: 1 });
      const spec = { terminationGracePeriodSeconds: 2 };
      const startupProbe = http(WRONG, { failureThreshold: 60 });
      await pods.create("starting", { spec, container: { startupProbe, livenessProbe } });
      await pods.create("failing", { spec, container: { livenessProbe } });
      const failing = await pods.shows("failing", (pod) => restartsOf(pod) >= 1);
      assert.ok(failing.status!.containerStatuses![0]!.lastState!.terminated);
      assert.equal(failing.status!.phase, "Running", "it is never over for those who made it");
      const starting = await pods.read("starting");
      assert.deepEqual([restartsOf(starting), starting.status!.containerStatuses![0]!.started], [0, false]);
      for (const name of ["failing", "starting"]) await pods.delete(name, 0);
    });

    it("keep a pod that is slow to listen from being Ready; without one it is Ready too early", async () => {
      const annotations = { "sandbox.holdfast.dev/listens-after-seconds": "4" };
      await pods.create("early", { annotations });
      await pods.create("patient", { annotations, container: READY });
      await pods.ready("early", 3);
      await assert.rejects(pods.hold("early", 1), /ECONNRESET|socket hang up/);
      assert.ok(!isReady(await pods.read("patient")));
      await pods.ready("patient");
      (await pods.hold("patient", 1)).end();
    });

    it("heed initial delays, which a hurried pod skips", async () => {
      const container = { readinessProbe: http("/health/ready", { initialDelaySeconds: 4 }) };
      await pods.create("delayed", { container });
      await hurried.create("delayed", { container });
      await hurried.ready("delayed", 3);
      assert.ok(!isReady(await pods.read("delayed")));
      await pods.ready("delayed");
    });

    it("are not enough where a readiness gate is closed", async () => {
      const gate = "example.com/registered";
      await pods.create("gated", { container: READY, spec: { readinessGates: [{ conditionType: gate }] } });
      const closed = await pods.shows("gated", ({ status: found }) => conditionOf(found, "ContainersReady") === "True");
      assert.equal(conditionOf(closed.status, "Ready"), "False");
      const conditions = [...closed.status!.conditions!, { type: gate, status: "True" }];
      await pods.core.replaceNamespacedPodStatus({
        name: "gated",
        namespace: pods.namespace,
        body: { ...closed, status: { ...closed.status, conditions } },
      });
      await pods.ready("gated");
    });
  });

  describe("a pod that leaves", () => {
    const preStop = { lifecycle: { preStop: { sleep: { seconds: 3 } } } };

    it("sleeps first, serves meanwhile, and is gone right after; hurried, or without a sleep, at once", async () => {
      await pods.create("sleeper", { container: { ...READY, ...preStop } });
      await pods.create("awake");
      await hurried.create("sleeper", { container: preStop });
      await pods.ready("sleeper");
      await Promise.all([pods.delete("sleeper"), pods.delete("awake"), hurried.delete("sleeper")]);
      const sleeping = pods.gone("sleeper", 3 + SLACK_SECONDS);
      const [awake, quick] = await Promise.all([pods.gone("awake", 2), hurried.gone("sleeper", 2)]);
      assert.ok(awake < 2 && quick < 2);
      assert.ok(isReady(await pods.read("sleeper")), "its readiness probe still passes");
      (await pods.hold("sleeper", 1)).end();
      assert.ok((await sleeping) >= 2.5);
    });

    it("waits for a command that only sleeps, and for nothing else that cannot be run", async () => {
      const command = (...words: string[]) => ({ container: { lifecycle: { preStop: { exec: { command: words } } } } });
      await pods.create("shell", command("sh", "-c", "sleep 3"));
      await pods.create("program", command("/bin/goodbye"));
      await Promise.all([pods.delete("shell"), pods.delete("program")]);
      await Promise.all([pods.gone("program", 2), pods.gone("shell", 6).then((seconds) => assert.ok(seconds >= 2.5))]);
    });

    it("closes its connections with 1001, spread over what is left of its grace period", async () => {
      await pods.create("polite", { spec: { terminationGracePeriodSeconds: 9 }, container: READY });
      await pods.ready("polite");
      const held = await pods.hold("polite", 4);
      await pods.delete("polite");
      const closes = await held.allClosed(9);
      assert.deepEqual(
        closes.map(({ code }) => code),
        [1001, 1001, 1001, 1001],
      );
      const [first, last] = [closes[0]!.seconds, closes[3]!.seconds];
      assert.ok(last - first > 2 && last - first < 4 + SLACK_SECONDS, `from ${first} to ${last} s`);
      await pods.gone("polite", SLACK_SECONDS);
    });

    it("is killed at the end of its grace period where it ignores SIGTERM, and then resets everybody", async () => {
      const annotations = { "sandbox.holdfast.dev/ignores-sigterm": "true" };
      await pods.create("deaf", { annotations, spec: { terminationGracePeriodSeconds: 4 }, container: preStop });
      await pods.shows("deaf", isReady);
      const held = await pods.hold("deaf", 2);
      await pods.delete("deaf");
      const seconds = await pods.gone("deaf", 5 + SLACK_SECONDS);
      // Three of the four went with preStop; a kubelet leaves two all the same.
      assert.ok(seconds >= 4.5, `after ${seconds} s`);
      const closes = await held.allClosed(2);
      assert.deepEqual(
        closes.map(({ code, error }) => [code, error]),
        [
          [1006, "ECONNRESET"],
          [1006, "ECONNRESET"],
        ],
      );
    });

    it("gives its address to no other pod while it leaves, nor right after", async () => {
      await pods.create("first", { container: preStop });
      const address = async (name: string) => (await pods.shows(name, (pod) => pod.status?.podIP)).status!.podIP;
      const before = await address("first");
      await pods.delete("first");
      await pods.create("second");
      assert.notEqual(await address("second"), before);
      await pods.gone("first", 3 + SLACK_SECONDS);
      await pods.create("third");
      assert.notEqual(await address("third"), before);
    });

    it("by eviction only where its disruption budget allows it", async () => {
      await pods.create("budgeted", { labels: { app: "budgeted" }, container: READY });
      await pods.ready("budgeted");
      const body = { metadata: { name: "budgeted" }, spec: { minAvailable: 1, selector: { matchLabels: { app: "budgeted" } } } };
      const { namespace } = pods;
      await pods.policy.createNamespacedPodDisruptionBudget({ namespace, body });
      const budget = async () => (await pods.policy.readNamespacedPodDisruptionBudget({ name: "budgeted", namespace })).status;
      assert.ok(await until(async () => (await budget())?.currentHealthy === 1, 10), "the budget counts the pod");
      const evict = () =>
        pods.core.createNamespacedPodEviction({ name: "budgeted", namespace, body: { metadata: { name: "budgeted" } } });
      await assert.rejects(evict(), (error: { code?: number }) => error.code === 429);
      assert.equal((await pods.read("budgeted")).metadata!.deletionTimestamp, undefined);
      await pods.policy.deleteNamespacedPodDisruptionBudget({ name: "budgeted", namespace });
      assert.ok(
        await until(
          () =>
            evict().then(
              () => true,
              () => false,
            ),
          10,
        ),
        "without the budget it goes",
      );
      await pods.gone("budgeted", SLACK_SECONDS);
    });
  });

  it("a pod that crashes is restarted, and whoever was connected is reset", async () => {
    await pods.create("crasher", { annotations: { "sandbox.holdfast.dev/crashes-after-seconds": "3" } });
    await pods.shows("crasher", isReady);
    const held = await pods.hold("crasher", 1);
    const [{ code, error } = {}] = await held.allClosed(3 + SLACK_SECONDS);
    assert.deepEqual([code, error], [1006, "ECONNRESET"]);
    const found = await pods.shows("crasher", (pod) => restartsOf(pod) === 1 && isReady(pod));
    assert.equal(found.status!.containerStatuses![0]!.lastState!.terminated!.exitCode, 1);
  });

  it("hurries by an environment variable, which takes nothing else, and says so", async () => {
    assert.equal((await status()).pods, "hurried");
    await withEnvironment({ HOLDFAST_SANDBOX_PODS: "slow" }, () =>
      assert.rejects(up(), { message: 'HOLDFAST_SANDBOX_PODS is "slow"; it takes as-written or hurried.' }),
    );
  });

  it("says in the status why a pod is not started", async () => {
    const waiting = async (name: string) =>
      (await pods.shows(name, ({ status: found }) => found?.containerStatuses?.[0]?.state?.waiting?.message)).status!
        .containerStatuses![0]!.state!.waiting!;
    await pods.create("no-image", { annotations: { "sandbox.holdfast.dev/image-pull-fails": "true" } });
    assert.equal((await waiting("no-image")).reason, "ImagePullBackOff");
    await pods.create("typo", {
      annotations: { "sandbox.holdfast.dev/ignore-sigterm": "yes", "sandbox.holdfast.dev/pods": "slow" },
    });
    const { reason, message } = await waiting("typo");
    assert.equal(reason, "CreateContainerConfigError");
    assert.match(message!, /ignore-sigterm means nothing here; known are .*\/ignores-sigterm/);
    assert.match(message!, /sandbox\.holdfast\.dev\/pods is "slow"; it takes as-written or hurried/);
  });

  it("a restart of the stand-in and of the API server touches no pod and no connection; the sample server's does", async () => {
    await pods.create("lasting", { container: READY });
    await pods.ready("lasting");
    const held = await pods.hold("lasting", 2);
    await kill("kubelet-stand-in", "kube-apiserver");
    await up();
    await pause(2);
    const after = await pods.ready("lasting");
    assert.deepEqual([restartsOf(after), held.closed], [0, []]);
    await kill("sample-server");
    await up();
    await held.allClosed(SLACK_SECONDS);
    await pods.shows("lasting", (pod) => restartsOf(pod) === 1 && isReady(pod));
  });

  async function kill(...names: string[]): Promise<void> {
    const { components } = await status();
    for (const { name, pid } of components) if (names.includes(name)) process.kill(pid!, "SIGKILL");
  }
});

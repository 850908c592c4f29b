import * as grpc from "@grpc/grpc-js";
import { AnalyzerClient, AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { KubernetesObject } from "../../path/objects";
import { deployment, service } from "../path/objects";
import type { Answer } from "./runtime";
import { ADVISORY, answersOf, DISABLED, MANDATORY, REMEDIATE, stackRequest } from "./runtime";
import { BUDGET } from "./stacks";

const ROOT = join(__dirname, "..", "..");

/** The pack as the engine runs it: in its own folder, by the SDK's own program. */
describe("the policy pack as a process of its own", function () {
  this.timeout(60_000);
  let pack: ChildProcess;
  let client: AnalyzerClient;

  before(async () => {
    const program = join(ROOT, "node_modules", "@pulumi", "pulumi", "cmd", "run-policy-pack");
    pack = spawn(process.execPath, [program, "127.0.0.1:0", "."], {
      cwd: join(ROOT, "policy"),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let complaints = "";
    pack.stderr?.on("data", (text: Buffer) => (complaints += text.toString()));
    const port = await new Promise<string>((resolve, reject) => {
      pack.stdout?.once("data", (text: Buffer) => resolve(text.toString().trim()));
      pack.once("exit", (code) => reject(new Error(`the pack ended with ${code}: ${complaints}`)));
    });
    client = new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure()) as AnalyzerClient;
  });

  after(() => {
    client?.close();
    pack?.kill();
  });

  const exposed = (): KubernetesObject[] => [service({ type: "NodePort", sessionAffinity: "ClientIP" }), deployment()];

  function ask(resources: KubernetesObject[]): Promise<Answer[]> {
    return new Promise((resolve, reject) =>
      client.analyzeStack(stackRequest(resources), (error, response) => (error ? reject(error) : resolve(answersOf(response)))),
    );
  }

  function configure(policies: { [name: string]: { level: number; config?: object } }): Promise<void> {
    const request = new proto.ConfigureAnalyzerRequest();
    for (const [name, { level, config }] of Object.entries(policies)) {
      const policy = new proto.PolicyConfig();
      policy.setEnforcementlevel(level as never);
      policy.setProperties(Struct.fromJavaScript((config ?? {}) as never));
      request.getPolicyconfigMap().set(name, policy);
    }
    return new Promise((resolve, reject) => client.configure(request, (error) => (error ? reject(error) : resolve())));
  }

  it("introduces itself with its policies and their levels", async () => {
    const info = await new Promise<proto.AnalyzerInfo>((resolve, reject) =>
      client.getAnalyzerInfo(new (Object.getPrototypeOf(client).getAnalyzerInfo.requestType)(), (error, response) =>
        error ? reject(error) : resolve(response),
      ),
    );
    assert.equal(info.getName(), "holdfast");
    const levels = info.getPoliciesList().map((policy) => [policy.getName(), policy.getEnforcementlevel()]);
    assert.deepEqual(levels, [
      ["settings", MANDATORY],
      ["sticky-sessions", MANDATORY],
      ["idle-timeout", MANDATORY],
      ["disruption-budget", MANDATORY],
      ["connection-errors", MANDATORY],
      ["other-errors", MANDATORY],
      ["advice", ADVISORY],
      ["mends", DISABLED],
    ]);
  });

  const levelsOf = (answers: Answer[]) => Object.fromEntries(answers.map(({ policy, level }) => [policy, level]));

  it("refuses an exposed workload without a disruption budget", async () => {
    const levels = levelsOf(await ask(exposed()));
    assert.equal(levels["disruption-budget"], MANDATORY);
    assert.equal(levels["idle-timeout"], undefined);
    assert.equal(levels.advice, ADVISORY);
  });

  it("obeys the configured levels and settings", async () => {
    const ipvs = (idleSeconds: number) => ({ cluster: { kubeProxyMode: "ipvs" }, options: { idleSeconds } });
    await configure({
      settings: { level: MANDATORY, config: ipvs(1200) },
      "disruption-budget": { level: ADVISORY },
    });
    const answers = await ask(exposed());
    const levels = levelsOf(answers);
    assert.equal(levels["idle-timeout"], MANDATORY);
    assert.equal(levels["disruption-budget"], ADVISORY);
    const told = answers.find(({ policy }) => policy === "idle-timeout")?.message ?? "";
    assert.match(told, /silent for 900 s; 1200 s are promised/);
    await configure({ settings: { level: MANDATORY, config: ipvs(600) } });
    assert.equal(levelsOf(await ask(exposed()))["idle-timeout"], undefined);
  });

  it("unpacks single resources only where a policy wants them", async () => {
    const changed = async (): Promise<number> => (await remediate()).getRemediationsList().length;
    await configure({ settings: { level: MANDATORY } });
    assert.equal(await answerTo(NO_RESOURCE), "answered");
    assert.equal(await changed(), 0);
    await configure({ mends: { level: REMEDIATE, config: { unhealthyPodEvictionPolicy: "AlwaysAllow" } } });
    assert.match(await answerTo(NO_RESOURCE), /^13 INTERNAL: /);
    assert.equal(await changed(), 1);
    await configure({ mends: { level: DISABLED } });
    assert.equal(await answerTo(NO_RESOURCE), "answered");
    assert.equal(await changed(), 0);
  });

  /** Bytes that no resource can be made of: whoever unpacks them fails. */
  const NO_RESOURCE = Buffer.from([0xff, 0xff, 0xff]);

  function answerTo(bytes: Buffer): Promise<string> {
    const { path, responseDeserialize } = AnalyzerService.analyze;
    return new Promise((resolve) =>
      client.makeUnaryRequest(
        path,
        (raw: Buffer) => raw,
        responseDeserialize,
        bytes,
        (error) => resolve(error === null ? "answered" : error.message),
      ),
    );
  }

  function remediate(): Promise<proto.RemediateResponse> {
    const request = new proto.AnalyzeRequest();
    request.setType("kubernetes:policy/v1:PodDisruptionBudget");
    request.setOptions(new proto.AnalyzerResourceOptions());
    request.setProperties(Struct.fromJavaScript(BUDGET as never));
    return new Promise((resolve, reject) =>
      client.remediate(request, (error, response) => (error ? reject(error) : resolve(response))),
    );
  }
});

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import type { KubernetesObject } from "../../path/objects";
import { namespaceOf } from "../../path/value";
import { RULES } from "../../policy/rules";
import type { SandboxInfo } from "../../sandbox";
import { readFixture } from "../policy/fixture";
import { ApiServer } from "../support/apiServer";
import { SANDBOX_HOOK_MILLISECONDS, sharedSandbox } from "../support/sandbox";

const ROOT = path.join(__dirname, "..", "..");
const FIXTURES = path.join(ROOT, "test", "policy");
const PREFIX = "lint-live-";
/** Said to both, so that neither has to find it out: of a live cluster more is known than of a few manifests. */
const DECLARED = {
  platform: "bare-metal",
  kubeProxyMode: "nftables",
  kubernetesVersion: "1.36",
  inFront: [],
  controllers: { metallb: "0.15.3" },
};
/** An autoscaler changes what was written while the test looks at it. */
const CHANGES_OTHERS = "HorizontalPodAutoscaler";

interface Found {
  rule: string;
  severity: string;
  waived: boolean;
  object: { kind: string; namespace: string; name: string };
  container?: string;
}

describe("lint --live, of what an API server keeps", function () {
  this.timeout(120_000);
  let sandbox: SandboxInfo;
  let server: ApiServer;
  let folder: string;
  let stored: KubernetesObject[] = [];
  const namespaces = new Set<string>();

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    sandbox = await sharedSandbox();
    server = new ApiServer(sandbox.kubeconfig);
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-lint-live-"));
    write("holdfast.lint.yaml", { cluster: DECLARED, options: { assume: "all" } });
    stored = await storeOneOfEachRule();
    stored.forEach((object, index) => write(`manifests/${index}.yaml`, object));
  });
  after(async () => {
    await Promise.all([...namespaces].map((name) => server.removeNamespace(name)));
    server.close();
    fs.rmSync(folder, { recursive: true });
  });

  function write(file: string, content: object): void {
    fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), stringify(content));
  }

  /** What the rules say of the stored objects; of a sandbox's own ones the test says nothing. */
  async function lint(...args: string[]): Promise<string[]> {
    const all = [path.join(ROOT, "bin", "holdfast.js"), "lint", "--format", "json", ...args];
    const options = { cwd: folder, env: { ...process.env, KUBECONFIG: sandbox.kubeconfig }, maxBuffer: 1e8 };
    const report = await new Promise<string>((resolve, reject) =>
      execFile(process.execPath, all, options, (error, stdout, stderr) =>
        error !== null && error.code !== 1 ? reject(new Error(stderr)) : resolve(stdout),
      ),
    );
    const { findings } = JSON.parse(report) as { findings: Found[] };
    return findings
      .filter(({ object }) => (object.namespace ?? object.name).startsWith(PREFIX))
      .map(({ rule, severity, waived, object, container }) =>
        [rule, severity, waived, object.kind, object.namespace, object.name, container ?? ""].join(" "),
      )
      .sort();
  }
  const live = () => lint("--live", "--context", sandbox.context);

  /** The first failing example of each rule that the sandbox can keep, each in a namespace of its own. */
  async function storeOneOfEachRule(): Promise<KubernetesObject[]> {
    const kept: KubernetesObject[] = [];
    for (const { id } of RULES) {
      const files = fs.readdirSync(path.join(FIXTURES, id)).filter((file) => file.startsWith("fail"));
      for (const file of files) {
        const namespace = PREFIX + id;
        const objects = inNamespace(namespace, readFixture(path.join(FIXTURES, id, file)).objects);
        if (!(await areTaken(objects, namespace))) continue;
        for (const object of objects) await server.store(object);
        kept.push(...objects);
        break;
      }
    }
    return kept;
  }

  async function areTaken(objects: KubernetesObject[], namespace: string): Promise<boolean> {
    if (objects.some(({ kind }) => kind === CHANGES_OTHERS)) return false;
    if (objects.some((object) => object.kind !== "Namespace" && namespaceOf(object) !== namespace)) return false;
    namespaces.add(namespace);
    await server.ensureNamespace(namespace);
    const answers = await Promise.all(objects.map((object) => server.dryRun(object).catch(() => ({ status: 0 }))));
    return answers.every(({ status }) => status === 200 || status === 201);
  }

  /** Nothing is to run: a quota lets no pod be made. */
  function inNamespace(namespace: string, objects: KubernetesObject[]): KubernetesObject[] {
    const moved = JSON.parse(JSON.stringify(objects).replaceAll('"chat', `"${namespace}`)) as KubernetesObject[];
    const own = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
    const quota = {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "no-pods", namespace },
      spec: { hard: { pods: "0" } },
    };
    return [...(moved.some(({ kind }) => kind === "Namespace") ? [] : [own]), ...moved, quota];
  }

  it("finds what the manifests show that it was made from, and nothing else", async () => {
    const [written, found] = await Promise.all([lint("manifests"), live()]);
    assert.deepEqual(found, written);
    const rules = new Set(written.map((finding) => finding.split(" ")[0]));
    assert.ok(rules.size > 20 && written.length > 50, `${written.length} findings of ${rules.size} rules`);
  });

  it("reads the cluster and not the manifests (negative control)", async () => {
    const namespace = `${PREFIX}graceful-drain`;
    const deployment = stored.find(({ kind, metadata }) => kind === "Deployment" && metadata.namespace === namespace)!;
    const annotations = { "holdfast/waive.graceful-drain": "it is going away" };
    const before = await lint("manifests");
    await server.store({ ...deployment, metadata: { ...deployment.metadata, annotations } });
    const found = await live();
    const told = (waived: boolean) => `graceful-drain warning ${waived} Deployment ${namespace} web app`;
    assert.deepEqual(missingIn(found, before), [told(false)]);
    assert.deepEqual(missingIn(before, found), [told(true)]);
  });
});

const missingIn = (found: string[], wanted: string[]): string[] => wanted.filter((finding) => !found.includes(finding));

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { ensureTools } from "../../sandbox/tools";

const run = promisify(execFile);
const FOLDER = path.join(__dirname, "..", "..", ".github", "workflows");
const FILES = fs.readdirSync(FOLDER).sort();

interface Step {
  uses?: string;
  with?: Record<string, unknown>;
}
interface Concurrency {
  group: string;
  "cancel-in-progress": boolean;
}
interface Workflow {
  permissions: unknown;
  concurrency?: Concurrency;
  jobs: Record<string, { steps: Step[]; concurrency?: Concurrency; permissions?: object; if?: string }>;
}

const textOf = (file: string): string => fs.readFileSync(path.join(FOLDER, file), "utf8");
const workflow = (file: string): Workflow => parse(textOf(file)) as Workflow;
const steps = (file: string): Step[] => Object.values(workflow(file).jobs).flatMap((job) => job.steps);
const engine = (file: string): Record<string, unknown> =>
  steps(file).find(({ uses }) => uses?.startsWith("pulumi/actions@"))?.with ?? {};

describe("the workflows to copy", function () {
  this.timeout(10 * 60_000);
  let actionlint: string;
  before(async () => {
    actionlint = (await ensureTools(["actionlint"])).actionlint!;
  });

  /** What actionlint says; empty where it finds nothing. Its own shellcheck and pyflakes are left to machines that have them. */
  async function lint(file: string, text: string): Promise<string> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-workflows-"));
    try {
      const copy = path.join(folder, file);
      fs.writeFileSync(copy, text);
      return (await run(actionlint, ["-no-color", "-shellcheck=", "-pyflakes=", copy])).stdout;
    } catch (error) {
      return (error as { stdout: string }).stdout;
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  }

  it("are the four", () => assert.deepEqual(FILES, ["ci.yml", "deploy.yml", "drift.yml", "preview.yml"]));

  for (const file of FILES) {
    it(`${file} is what actionlint takes, and a broken one is not`, async () => {
      assert.equal(await lint(file, textOf(file)), "");
      assert.match(
        await lint(file, textOf(file).replace("runs-on: ubuntu-24.04", "runs-on: ubuntu-6")),
        /label "ubuntu-6" is unknown/,
      );
      assert.match(
        await lint(file, textOf(file).replace("timeout-minutes", "timeout-minute")),
        /unexpected key "timeout-minute"/,
      );
    });

    it(`${file} pins each action to a commit and may read the sources only, unless a job says more`, () => {
      for (const { uses } of steps(file)) if (uses !== undefined) assert.match(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      assert.deepEqual(workflow(file).permissions, { contents: "read" });
    });
  }

  it("never cancel an update, and cancel a preview that is out of date", () => {
    assert.equal(workflow("deploy.yml").jobs.deploy?.concurrency?.["cancel-in-progress"], false);
    assert.equal(workflow("preview.yml").concurrency?.["cancel-in-progress"], true);
    const groups = FILES.flatMap((file) => [workflow(file), ...Object.values(workflow(file).jobs)]).flatMap(
      ({ concurrency }) => concurrency?.group ?? [],
    );
    assert.equal(new Set(groups).size, FILES.length, "of two that wait in one group GitHub cancels the first");
  });

  it("run previews and updates under the policy pack, and give a fork no identity", () => {
    assert.equal(engine("preview.yml").policyPacks, "policy");
    assert.equal(engine("deploy.yml").policyPacks, "policy");
    assert.match(workflow("preview.yml").jobs.preview?.if ?? "", /head\.repo\.full_name == github\.repository/);
  });

  it("look for drift with a refresh that may find nothing", () => {
    const { command, refresh } = engine("drift.yml");
    assert.deepEqual([command, refresh, engine("drift.yml")["expect-no-changes"]], ["preview", true, true]);
  });
});

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import * as path from "node:path";
import type { KubernetesObject } from "../../path/objects";
import { nameOf, namespaceOf } from "../../path/value";
import { reportOn } from "../../policy/report";
import { ruleContext } from "../../policy/rule";
import { RULES } from "../../policy/rules";
import { readFixture } from "../policy/fixture";
import { ApiServer } from "../support/apiServer";
import { SANDBOX_HOOK_MILLISECONDS, sharedSandbox } from "../support/sandbox";

const FIXTURES = path.join(__dirname, "..", "policy");

/** Rules that are about what is written, where the API server writes something else or refuses it: other versions, other classes. */
const ABOUT_THE_TEXT = new Set(["removed-api"]);

describe("the same objects from a real API server", function () {
  this.timeout(300_000);
  let server: ApiServer;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    server = new ApiServer((await sharedSandbox()).kubeconfig);
  });
  after(() => server.close());

  const files = RULES.filter(({ id }) => !ABOUT_THE_TEXT.has(id)).flatMap(({ id }) =>
    readdirSync(path.join(FIXTURES, id)).map((name) => path.join(FIXTURES, id, name)),
  );

  it("give the same findings with every default that it fills in", async () => {
    const different: string[] = [];
    let [compared, findings] = [0, 0];
    for (const file of files) {
      const { objects, cluster, options } = readFixture(file);
      const stored = await storedObjects(objects);
      // A kind that is not served here, or an object that is refused: then there is nothing to compare.
      if (stored === undefined) continue;
      compared++;
      const told = (read: KubernetesObject[]) =>
        reportOn(ruleContext(read, cluster, options))
          .findings.map(({ rule, severity, object, container, waived }) =>
            [rule, severity, nameOf(object), container ?? "", waived ?? ""].join(" "),
          )
          .sort();
      const [written, live] = [told(objects), told(stored)];
      findings += written.length;
      if (JSON.stringify(written) !== JSON.stringify(live)) {
        const [more, less] = [live.filter((each) => !written.includes(each)), written.filter((each) => !live.includes(each))];
        different.push(`${path.relative(FIXTURES, file)}: only live: ${more.join("; ")} | only written: ${less.join("; ")}`);
      }
    }
    assert.deepEqual(different, []);
    assert.ok(compared > 200 && findings > 300, `${compared} fixtures, ${findings} findings`);
  });

  /** As the API server would keep them; undefined where it takes one of them not at all. */
  async function storedObjects(objects: KubernetesObject[]): Promise<KubernetesObject[] | undefined> {
    for (const namespace of new Set(objects.map(namespaceOf))) await server.ensureNamespace(namespace);
    const stored: KubernetesObject[] = [];
    for (const object of objects) {
      const { status, text } = await server.dryRun(object).catch(() => ({ status: 0, text: "" }));
      if (status !== 200 && status !== 201) return undefined;
      stored.push(JSON.parse(text) as KubernetesObject);
    }
    return stored;
  }
});

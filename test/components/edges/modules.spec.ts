import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { ESLint } from "eslint";
import { CLOUDS, type CloudName } from "./support";

const ROOT = path.resolve(__dirname, "../../..");
const SDKS = { aws: "aws", azure: "azure-native", gcp: "gcp" } as const;

/** Far fewer than the hundreds of a whole SDK: a handful of resources, with what they share. */
const MOST_MODULES = 30;

/** The files of the SDKs that connecting to a stack's cloud loads, in a process that has loaded nothing else. */
function loadedBy(platform: CloudName): string[] {
  const surroundings = JSON.stringify({ platform, environment: "development", ...CLOUDS[platform] });
  const program = `
    const pulumi = require("@pulumi/pulumi");
    pulumi.runtime.setMocks({ newResource: ({ name }) => ({ id: name, state: {} }), call: () => ({}) }).then(() => {
      const { connectCloud } = require("./components/edges/connect");
      connectCloud(${surroundings});
      const files = Object.keys(require.cache).filter((file) => /@pulumi.(aws|azure-native|gcp)./.test(file));
      process.stdout.write(JSON.stringify(files));
      process.exit(0);
    });`;
  const { stdout, stderr } = spawnSync(process.execPath, ["-r", "ts-node/register", "-e", program], {
    cwd: ROOT,
    encoding: "utf8",
  });
  assert.notEqual(stdout, "", stderr);
  return JSON.parse(stdout) as string[];
}

describe("the SDKs of the clouds", () => {
  for (const [platform, sdk] of Object.entries(SDKS)) {
    it(`are not loaded on ${platform}, but for a few files of its own`, () => {
      const files = loadedBy(platform as CloudName).map((file) => path.relative(path.join(ROOT, "node_modules"), file));
      assert.ok(files.length > 0 && files.length <= MOST_MODULES, `${files.length} files`);
      assert.deepEqual(
        files.filter((file) => !file.startsWith(path.join("@pulumi", sdk))),
        [],
      );
      assert.ok(!files.includes(path.join("@pulumi", sdk, "index.js")), "the whole SDK was loaded");
    });
  }

  it("are not loaded on a LAN", () => assert.deepEqual(loadedBy("bare-metal"), []));

  const lint = async (file: string, code: string): Promise<string[]> => {
    const [result] = await new ESLint({ cwd: ROOT }).lintText(code, { filePath: path.join(ROOT, file) });
    return result!.messages.filter(({ ruleId }) => ruleId === "no-restricted-imports").map(({ message }) => message);
  };
  const importing = (module: string) => `import { Thing } from "${module}";\nnew Thing();\n`;

  it("are kept apart by the linter: each in its own folder, and never whole", async () => {
    assert.deepEqual(await lint("components/aws/other.ts", importing("@pulumi/aws/acm/certificate")), []);
    assert.deepEqual(await lint("cli/other.ts", importing("@pulumi/aws/package.json")), [], "a version is no SDK");
    for (const [file, module] of [
      ["components/aws/other.ts", "@pulumi/aws"],
      ["components/aws/other.ts", "@pulumi/gcp/dns/recordSet"],
      ["components/gcp/other.ts", "@pulumi/azure-native/dns/zone"],
      ["components/connectionService.ts", "@pulumi/aws/acm/certificate"],
      ["index.ts", "@pulumi/gcp/dns/recordSet"],
      ["cli/other.ts", "@pulumi/aws/ec2/eip"],
    ] as const) {
      assert.equal((await lint(file, importing(module))).length, 1, `${module} in ${file}`);
    }
  });
});

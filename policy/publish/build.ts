import * as fs from "node:fs";
import * as path from "node:path";
import { build, type Plugin } from "esbuild";
import { version as sdkVersion } from "@pulumi/pulumi/package.json";
import { dependencies, description, license, version } from "../package.json";

const POLICY = path.resolve(__dirname, "..");
const PROJECT = path.resolve(POLICY, "..");
const NODE_TARGET = "node20";

/** What the SDK brings for packing functions and for automation; a policy pack does neither, and it is nine tenths of the size. */
const NEVER_USED = /^(typescript|ts-node|@npmcli\/arborist)$/;
const leaveOut: Plugin = {
  name: "leave out what a policy pack never uses",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: NEVER_USED }, ({ path: module }) => ({ path: module, namespace: "never-used" }));
    onLoad({ filter: /.*/, namespace: "never-used" }, () => ({ contents: "module.exports = {};", loader: "js" }));
  },
};

/**
 * Writes the policy pack into a folder that needs nothing beside it: the rules and the SDK in one file, and below `node_modules` the one
 * program of `@pulumi/pulumi` by which the engine starts a pack. Moved to its place whole, so that a build that is broken off leaves the
 * last one as it was.
 */
export async function buildPack(directory: string): Promise<void> {
  const target = path.resolve(directory);
  const parent = path.dirname(target);
  fs.mkdirSync(parent, { recursive: true });
  const draft = fs.mkdtempSync(path.join(parent, ".policy-pack-"));
  try {
    await bundle(path.join(POLICY, "index.ts"), path.join(draft, "index.js"));
    const sdk = path.join(draft, "node_modules", "@pulumi", "pulumi");
    await bundle(path.join(__dirname, "runner.ts"), path.join(sdk, "cmd", "run-policy-pack", "index.js"));
    writeJson(path.join(sdk, "package.json"), {
      name: "@pulumi/pulumi",
      version: sdkVersion,
      description: "Only what starts a policy pack in plain JavaScript. npm install brings the whole SDK in its place.",
      license: "Apache-2.0",
    });
    // Whoever publishes the pack has the dependencies installed anew, and gets the whole SDK.
    writeJson(path.join(draft, "package.json"), {
      name: "holdfast-policy",
      version,
      description,
      license,
      main: "index.js",
      dependencies,
    });
    const settings = fs.readFileSync(path.join(POLICY, "PulumiPolicy.yaml"), "utf8");
    fs.writeFileSync(path.join(draft, "PulumiPolicy.yaml"), plainJavaScript(settings));
    fs.copyFileSync(path.join(PROJECT, "LICENSE"), path.join(draft, "LICENSE"));
    replace(target, draft);
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
}

async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    target: NODE_TARGET,
    format: "cjs",
    logLevel: "error",
    legalComments: "eof",
    plugins: [leaveOut],
    logOverride: { "require-resolve-not-external": "silent" },
    define: { "import.meta.url": '""' },
  });
}

/** Nothing is compiled where the pack runs. */
function plainJavaScript(settings: string): string {
  return settings
    .replace(/^runtime: nodejs$/m, "runtime:\n  name: nodejs\n  options:\n    typescript: false")
    .replace(/^main: start\.js$/m, "main: index.js");
}

/** Only a folder that was built here, or nothing, is replaced: a path that was mistyped must not cost anybody a folder. */
function replace(target: string, draft: string): void {
  if (fs.existsSync(target)) {
    const isOurs = fs.existsSync(path.join(target, "PulumiPolicy.yaml")) || fs.readdirSync(target).length === 0;
    if (!isOurs) throw new Error(`${target} holds something else than a policy pack; name another folder, or empty it`);
    fs.rmSync(target, { recursive: true });
  }
  fs.renameSync(draft, target);
}

function writeJson(file: string, content: object): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`);
}

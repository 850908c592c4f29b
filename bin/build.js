"use strict";
// `npm pack`: the command line, bundled with all that it loads, so that the package depends on nothing. The checkout's own dependencies
// are those of the Pulumi program, SDKs of clouds among them; while npm packs, package.json leaves them out.
const esbuild = require("esbuild");
const fs = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "..");
const out = path.join(root, "dist", "cli");

/** Files of `cli/` that start or ask the embedded cluster, which is no part of the package. */
const OF_THE_CHECKOUT = {
  start: ["start", "stop"],
  load: ["urls", "load-test"],
  loadProfile: ["load"],
  pulumi: ["pulumi"],
  sandbox: ["sandbox"],
};

const withoutThem = {
  name: "without what needs the checkout",
  setup: (build) => {
    build.onLoad({ filter: /\/cli\/verifyEmbedded\.ts$/ }, () => ({ contents: NOTHING_EMBEDDED, loader: "ts" }));
    const filter = new RegExp(`/cli/(${Object.keys(OF_THE_CHECKOUT).join("|")})\\.ts$`);
    build.onLoad({ filter }, ({ path: file }) => ({
      contents: stub(OF_THE_CHECKOUT[path.basename(file, ".ts")]),
      loader: "ts",
      resolveDir: path.dirname(file),
    }));
  },
};

/** Where the package runs there is no embedded cluster in which a stack could be, and no example. */
const NOTHING_EMBEDDED = `export const exampleNames = () => [];
export const startCommandOf = () => undefined;
export const verifyEmbedded = () => Promise.resolve(undefined);
export function placeOfExample() { throw new Error("the package has no examples"); }`;

function stub(names) {
  return `import { UsageError } from "./usageError";
export function register(program) {
  for (const name of ${JSON.stringify(names)}) {
    program.command(name).allowUnknownOption().allowExcessArguments().argument("[words...]").action(() => {
      throw new UsageError(\`\${name} needs a checkout of Holdfast: the embedded cluster is no part of this package.\`);
    });
  }
}`;
}

/** The bundler looks for whole file names, and Node.js for what stands without an ending. */
const commandsByFile = {
  name: "commands by file",
  setup: (build) => {
    build.onLoad({ filter: /\/cli\/main\.ts$/ }, ({ path: file }) => {
      const text = fs.readFileSync(file, "utf8");
      const contents = text.replace("require(`./${file}`)", "require(`./${file}.ts`)");
      if (contents === text) throw new Error("cli/main.ts loads its commands in another way than this build knows");
      return { contents, loader: "ts", resolveDir: path.dirname(file) };
    });
  },
};

/** The client of Kubernetes is as large as all the rest; only who looks into a cluster loads it. */
const CLIENT = "@kubernetes/client-node";
const clientApart = {
  name: "client apart",
  setup: (build) => build.onResolve({ filter: new RegExp(`^${CLIENT}$`) }, () => ({ path: "./client.js", external: true })),
};

async function build() {
  fs.rmSync(out, { recursive: true, force: true });
  const common = { bundle: true, platform: "node", target: "node20", minify: true, keepNames: true, logLevel: "warning" };
  await esbuild.build({
    ...common,
    entryPoints: [path.join(root, "cli", "main.ts")],
    outdir: out,
    plugins: [withoutThem, commandsByFile, clientApart],
  });
  const client = `export { KubeConfig } from "${CLIENT}";`;
  await esbuild.build({ ...common, stdin: { contents: client, resolveDir: root }, outfile: path.join(out, "client.js") });
}

const manifest = path.join(root, "package.json");
const saved = path.join(root, "dist", "package.json.saved");

/** What the package says of itself. */
const KEPT = ["name", "version", "description", "license", "private", "engines", "bin", "files"];

function leaveOutDependencies() {
  const text = fs.readFileSync(manifest, "utf8");
  fs.writeFileSync(saved, text);
  const own = Object.entries(JSON.parse(text)).filter(([key]) => KEPT.includes(key));
  fs.writeFileSync(manifest, `${JSON.stringify(Object.fromEntries(own), null, 2)}\n`);
}

/** Also what a pack left behind that was stopped half way. */
function restore() {
  if (fs.existsSync(saved)) fs.renameSync(saved, manifest);
}

async function main([mode]) {
  restore();
  if (mode === "--restore") return;
  await build();
  if (mode === "--pack") leaveOutDependencies();
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});

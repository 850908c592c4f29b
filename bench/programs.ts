import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { buildPack } from "../policy/publish/build";
import { tools, up, type SandboxInfo } from "../sandbox";
import { installRecordedCloud, pluginEnvironment } from "../sandbox/plugins";
import { makeMissingSecrets, withCluster, writePrivateConfig } from "../start/privateConfig";
import { ensureStack, pulumiEnvironment, type PulumiOptions } from "../start/pulumi";
import { createWorkspace, stateDirectoryOf } from "../start/workspace";
import { hundredServices, plainObjects } from "./hundred";
import { assertSameObjects } from "./sameObjects";

export const PROJECT = path.resolve(__dirname, "..");

/** A Pulumi program whose preview is measured. */
export interface Program {
  name: string;
  what: string;
  command: { binary: string; args: string[]; cwd: string; env: NodeJS.ProcessEnv };
}

/** The running sandbox, and the engine with its plugins. */
export interface Ground {
  sandbox: SandboxInfo;
  options: Pick<PulumiOptions, "environment"> & { binary: string };
}

export async function prepareGround(): Promise<Ground> {
  const sandbox = await up();
  const { pulumi } = await tools.ensureTools(["pulumi"]);
  const base = { ...process.env, KUBECONFIG: sandbox.kubeconfig };
  const { environment } = await pluginEnvironment(base, pulumi);
  return { sandbox, options: { binary: pulumi!, environment: { ...base, ...environment } } };
}

/** The dev and the prod stack, and the two they are compared with, each ready for `pulumi preview` against the running sandbox. */
export async function preparePrograms(ground: Ground): Promise<Program[]> {
  installUsual();
  const floor = { name: "floor", what: "plain JavaScript, one Namespace", directory: path.join(__dirname, "floor"), config: {} };
  const holdfast = { name: "holdfast", what: "the dev stack", directory: PROJECT };
  const usual = {
    name: "usual",
    what: "TypeScript, four SDKs whole, checked at start",
    directory: path.join(__dirname, "usual"),
    config: {},
  };
  const config = prodConfig(ground.sandbox);
  const prod = { name: "prod", what: "the prod stack, its cloud a file", directory: PROJECT, config };
  const more = { ...prod, name: "more", what: `prod with ${PROD_TIMES} times its services`, config: severalTimes(config) };
  await installRecordedCloud("aws", ground.options.environment!.PULUMI_HOME!);
  return [
    await prepare(floor, ground),
    await prepare(holdfast, ground),
    await prepare(prod, ground),
    await prepare(more, ground),
    await prepare(usual, ground),
  ];
}

interface ProdConfig extends Record<string, unknown> {
  "holdfast:services": { name: string }[];
}

/** Pulumi.prod.yaml as it is, but for which cluster it is. */
function prodConfig({ context, uid }: SandboxInfo): ProdConfig {
  const { config } = parse(fs.readFileSync(path.join(PROJECT, "Pulumi.prod.yaml"), "utf8")) as { config: ProdConfig };
  return { ...config, "holdfast:cluster": { ...(config["holdfast:cluster"] as object), context, uid } };
}

const PROD_TIMES = 6;
/** How many services the prod stack has, and the one beside it. */
export const PROD_SERVICES = { few: 2, many: 2 * PROD_TIMES };

/** Each service so many times, with a name and a host of its own. */
function severalTimes(config: ProdConfig): ProdConfig {
  const services = config["holdfast:services"];
  assert.equal(services.length, PROD_SERVICES.few);
  const copies = Array.from({ length: PROD_TIMES }, (_, index) =>
    services.map(
      (service) => JSON.parse(JSON.stringify(service).replaceAll(service.name, `${service.name}-${index}`)) as typeof service,
    ),
  );
  return { ...config, "holdfast:services": copies.flat() };
}

/** A stack of a hundred services, and the same objects registered by hand. Throws unless both register exactly those. */
export async function prepareHundred(ground: Ground): Promise<Program[]> {
  const { context, uid } = ground.sandbox;
  const config = hundredServices({ context, uid });
  const objects = plainObjects(config);
  const file = path.join(stateDirectoryOf(PROJECT), "bench", "objects.json");
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify(objects));
  const plain = {
    name: "plain",
    what: `${objects.length} objects by hand`,
    directory: path.join(__dirname, "plain"),
    config: { "bench-plain:objects": file },
  };
  const hundred = { name: "hundred", what: "100 services, the same objects", directory: PROJECT, config };
  const programs = [await prepare(plain, ground), await prepare(hundred, ground)];
  assertSameObjects(programs, objects);
  return programs;
}

/** How many services the stack has that is previewed with the policy pack and without. */
const SERVICES_UNDER_PACK = 200;

/** One stack three times: as it is, under a pack that looks at nothing, and under the policy pack as it is published. */
export async function preparePack(ground: Ground): Promise<Program[]> {
  const { context, uid } = ground.sandbox;
  const config = hundredServices({ context, uid }, SERVICES_UNDER_PACK);
  const bare = { name: "bare", what: `${SERVICES_UNDER_PACK} services`, directory: PROJECT, config };
  const under = (name: string, what: string, pack: string) => ({
    ...bare,
    name,
    what: `${bare.what} under ${what}`,
    extra: ["--policy-pack", pack],
  });
  const published = path.join(stateDirectoryOf(PROJECT), "bench", "policy-pack");
  await buildPack(published);
  const empty = under("empty", "a pack that looks at nothing", path.join(__dirname, "emptyPack"));
  const judged = under("judged", "the policy pack", published);
  return [await prepare(bare, ground), await prepare(empty, ground), await prepare(judged, ground)];
}

interface Source {
  name: string;
  what: string;
  directory: string;
  /** The stack's configuration. Default: that of the project's own dev stack. */
  config?: Record<string, unknown>;
  /** Further options of `pulumi preview`. */
  extra?: string[];
}

async function prepare(
  { name, what, directory, config, extra = [] }: Source,
  { sandbox, options: base }: Ground,
): Promise<Program> {
  const workspace = createWorkspace({
    stateDirectory: path.join(stateDirectoryOf(PROJECT), "bench", name),
    projectDirectory: directory,
    clusterUid: sandbox.uid,
    pulumiHome: base.environment!.PULUMI_HOME,
  });
  const options = { ...base, workspace };
  if (config === undefined) writePrivateConfig(workspace, withCluster({ context: sandbox.context, uid: sandbox.uid }));
  else fs.writeFileSync(workspace.configFile, stringify({ config }));
  await ensureStack(options);
  if (config === undefined) await makeMissingSecrets(options);
  const args = [
    "preview",
    "--stack",
    workspace.stack,
    "--config-file",
    workspace.configFile,
    "--non-interactive",
    "--color",
    "never",
    ...extra,
  ];
  return {
    name,
    what,
    command: { binary: base.binary, args, cwd: directory, env: pulumiEnvironment(workspace, base.environment) },
  };
}

/** Its four SDKs are large and nothing else needs them, so only who measures installs them. */
function installUsual(): void {
  const directory = path.join(__dirname, "usual");
  if (fs.existsSync(path.join(directory, "node_modules", "@pulumi", "gcp"))) return;
  console.log("Installing what the usual program imports (four SDKs, about 330 MB) ...");
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: directory,
    stdio: "inherit",
  });
}

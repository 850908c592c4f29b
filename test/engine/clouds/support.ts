import * as fs from "node:fs";
import * as path from "node:path";
import { status } from "../../../sandbox";
import { playCloudControllers, type CloudControllers } from "../../../sandbox/cloudControllers";
import { installRecordedCloud } from "../../../sandbox/plugins";
import type { Done, Fault, Recorded } from "../../../sandbox/plugins/cloud/world";
import { createEngine, PROJECT, type Engine } from "../support";

export type Cloud = "aws" | "azure-native" | "gcp";
type Block = Record<string, unknown>;

export const PACK = ["--policy-pack", path.join(PROJECT, "policy")];

/** The real engine over a stack on a cloud that is a file, with the clouds' controllers played. */
export interface CloudEngine {
  engine: Engine;
  /** Writes the stack file: the cloud's own keys, and one service. */
  configure(change?: (config: Block) => void): Promise<void>;
  /** What the cloud was asked, in the order of its end. */
  done(): Done[];
  /** What the cloud has. */
  resources(): Recorded[];
  fault(...faults: Fault[]): void;
  /** Names of objects whose load balancer stays pending. */
  withheld: Set<string>;
  close(): Promise<void>;
}

export async function createCloudEngine(cloud: Cloud, stack: Block, program = PROJECT): Promise<CloudEngine> {
  const engine = await createEngine(program);
  await installRecordedCloud(cloud, engine.options.environment!.PULUMI_HOME!);
  const directory = path.join(path.dirname(engine.options.environment!.HOLDFAST_SANDBOX_MARK!), "clouds");
  // Each test begins with a cloud of its own.
  fs.rmSync(directory, { recursive: true, force: true });
  const letMetallbGoOn = cloud === "azure-native" ? await holdMetallb() : () => {};
  const withheld = new Set<string>();
  const controllers: CloudControllers = playCloudControllers(engine.options.environment!.KUBECONFIG!, (name) =>
    withheld.has(name),
  );
  const read = <Value>(key: string, empty: Value): Value => {
    const file = path.join(directory, `${cloud}.json`);
    return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, Value>)[key]! : empty;
  };
  return {
    engine,
    withheld,
    configure: (change = () => {}) =>
      engine.configure((tracked) => {
        const config = { ...kept(tracked), ...structuredClone(stack) };
        change(config);
        return config;
      }),
    done: () => read<Done[]>("done", []),
    resources: () => Object.values(read<Record<string, Recorded>>("resources", {})),
    fault(...faults) {
      fs.mkdirSync(directory, { recursive: true });
      fs.writeFileSync(path.join(directory, `${cloud}-faults.json`), JSON.stringify(faults));
    },
    async close() {
      await controllers.stop();
      letMetallbGoOn();
      await engine.discard();
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
}

/**
 * No cluster on Azure has a MetalLB. The sandbox's takes every Service without a class for its own, as Azure's are, and clears the address
 * that it did not give: the two would take it from each other for a minute.
 */
async function holdMetallb(): Promise<() => void> {
  const { components } = await status();
  const { pid } = components.find(({ name }) => name === "metallb-controller")!;
  process.kill(pid!, "SIGSTOP");
  return () => process.kill(pid!, "SIGCONT");
}

/** Of the tracked stack file: which cluster it is, and that no provider is ever implied. */
function kept(tracked: Block): Block {
  return {
    "pulumi:disable-default-providers": tracked["pulumi:disable-default-providers"],
    "holdfast:cluster": tracked["holdfast:cluster"],
  };
}

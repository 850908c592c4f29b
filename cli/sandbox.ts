import { type Command, InvalidArgumentError, Option } from "commander";
import {
  type CertificateRequest,
  down,
  EXTRA_NAMES,
  execInClient,
  issueCertificate,
  listNames,
  needsOf,
  overrule,
  type ExtraName,
  plainReport,
  type SandboxInfo,
  type SandboxStatus,
  status,
  tools,
  up,
} from "../sandbox";

async function ending(work: Promise<number>): Promise<void> {
  process.exitCode = await work;
}

/** Does `work` while showing its progress: one live line on a terminal, plain lines elsewhere. */
async function withProgress<T>(title: string, work: (report: (line: string) => void) => Promise<T>): Promise<T> {
  if (!process.stdout.isTTY) {
    return work(plainReport((line) => console.log(`${title}: ${line}`)));
  }
  const { Listr } = await import("listr2");
  let result: T;
  await new Listr([{ title, task: async (_context, task) => void (result = await work((line) => (task.output = line))) }], {
    renderer: "default",
    rendererOptions: { showErrorMessage: false, collapseErrors: false },
  }).run();
  return result!;
}

function describe(info: SandboxInfo): string {
  const lines = [`kubeconfig  ${info.kubeconfig} (context ${info.context})`];
  if (info.mode === "full") {
    lines.push(`clients     ${info.sourceAddresses.join(", ")}`);
    lines.push("look inside: npx holdfast sandbox exec -- <command>");
  } else {
    lines.push("This is a control plane only: no Service address answers, and pods are not played.", "Missing for the rest:");
    lines.push(...info.missing.map((each) => `  - ${each}`));
  }
  return lines.join("\n");
}

async function upCommand(options: { controlPlaneOnly?: boolean; port?: number; with?: ExtraName[] }): Promise<number> {
  const info = await withProgress("sandbox", (report) => up({ ...options, report }));
  console.log(describe(info));
  return 0;
}

async function downCommand(): Promise<number> {
  const existed = await withProgress("sandbox", (report) => down(report));
  console.log(existed ? "The sandbox is gone: its processes, namespaces and files." : "There is no sandbox.");
  return 0;
}

function table(rows: string[][]): string {
  const widths = rows[0]!.map((_cell, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function duration(seconds: number | undefined): string {
  if (seconds === undefined) return "-";
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

function describeStatus(found: SandboxStatus): string {
  if (found.state === "absent") return "There is no sandbox. Start one with `npx holdfast sandbox up`.";
  const total = found.components.reduce((sum, { memoryMib }) => sum + (memoryMib ?? 0), 0);
  const rows = found.components.map((each) => [
    each.name,
    each.health,
    String(each.pid ?? "-"),
    duration(each.upSeconds),
    each.memoryMib === undefined ? "-" : `${Math.round(each.memoryMib)} MiB`,
    each.what,
  ]);
  const mode = found.mode === "full" ? "" : ` (${found.mode}; missing: ${found.missing.join("; ")})`;
  const hurried = "Its pods are hurried: preStop sleeps, initial delays and goodbyes take no time (HOLDFAST_SANDBOX_PODS).";
  return [
    `The sandbox is ${found.state}${mode}; ${Math.round(total)} MiB of memory.`,
    ...(found.pods === "hurried" ? [hurried] : []),
    "",
    table([["component", "state", "pid", "up", "memory", ""], ...rows]),
    "",
    table(Object.entries({ ...found.addresses, kubeconfig: found.kubeconfig ?? "-" })),
    ...(found.problems.length > 0 ? ["", ...found.problems, "`npx holdfast sandbox up` mends it."] : []),
  ].join("\n");
}

async function statusCommand(options: { json?: boolean }): Promise<number> {
  const found = await status();
  console.log(options.json ? JSON.stringify(found, null, 2) : describeStatus(found));
  return found.state === "running" ? 0 : 1;
}

async function execCommand(argv: string[]): Promise<number> {
  return (await execInClient(argv)).status;
}

function namesCommand(): number {
  const rows = listNames().map(({ name, target, ttlSeconds, from }) => [name, target, `${ttlSeconds} s`, from]);
  console.log(rows.length > 0 ? table([["name", "leads to", "ttl", "published by"], ...rows]) : "Nothing publishes a name.");
  return 0;
}

async function setNameCommand(name: string, targets: string[] | undefined): Promise<number> {
  await overrule(name, targets);
  const now = listNames().filter((each) => each.name === name.toLowerCase());
  console.log(`${name} leads to ${now.map(({ target }) => target).join(", ") || "nothing"} now.`);
  return 0;
}

interface CertificateOptions {
  secret?: CertificateRequest["secret"];
  expired?: true;
  untrusted?: true;
  days?: number;
}

async function certificateCommand(hosts: string[], options: CertificateOptions): Promise<number> {
  const { certificateFile, keyFile, authorityFile, notAfter } = await issueCertificate({ hosts, ...options });
  const { namespace, name } = options.secret ?? {};
  const rows = [
    ["certificate", `${certificateFile}, ${options.expired ? "expired" : "valid until"} ${notAfter.toISOString()}`],
    ["key", keyFile],
    ["authority", options.untrusted ? `one that nobody knows; not ${authorityFile}` : authorityFile],
    ...(name ? [["Secret", `${namespace}/${name}, in the sandbox's cluster`]] : []),
  ];
  console.log(table(rows));
  return 0;
}

function secretName(text: string): CertificateRequest["secret"] {
  const [, namespace, name] = text.match(/^([a-z0-9][a-z0-9-]*)\/([a-z0-9][a-z0-9.-]*)$/) ?? [];
  if (namespace && name) return { namespace, name };
  throw new InvalidArgumentError("A Secret is written as <namespace>/<name>.");
}

function days(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 3650) return count;
  throw new InvalidArgumentError("It takes a whole number of days from 1 to 3650.");
}

async function toolsCommand(names: string[], options: { forTests?: boolean }): Promise<number> {
  const all = options.forTests ? tools.TOOLS : tools.SANDBOX_TOOLS;
  const wanted = names.length > 0 ? names.map(tools.toolNamed) : all;
  for (const tool of wanted) {
    const found = await withProgress(`${tool.name} ${tool.version}`, (report) => tools.ensureTool(tool, report));
    for (const [program, file] of Object.entries(found.binaries)) console.log(`${program}: ${file} (${found.source})`);
  }
  await withProgress("resource definitions", async (report) => {
    await tools.ensureCrds(report);
    if (options.forTests) await tools.ensureCrds(report, needsOf(EXTRA_NAMES).definitions);
  });
  return 0;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw new InvalidArgumentError("A port is a whole number from 1 to 65535.");
}

/** `holdfast sandbox up | down | status | exec | tools` */
export function register(program: Command): void {
  const sandbox = program
    .command("sandbox")
    .description("the embedded cluster: a real control plane and data plane on this machine");
  sandbox
    .command("up")
    .description("start it, or what is missing of it")
    .option("--control-plane-only", "leave the data plane out (it needs root's privileges)")
    .addOption(
      new Option("--with <extra...>", "also start what is left out by default: contour (Contour with Envoy)")
        .choices(EXTRA_NAMES)
        .conflicts("controlPlaneOnly"),
    )
    .option("--port <number>", "port of the API server on 127.0.0.1 (default: a free one)", portNumber)
    .action((options) => ending(upCommand(options)));
  sandbox
    .command("down")
    .description("take it away: processes, namespaces, files")
    .action(() => ending(downCommand()));
  sandbox
    .command("status")
    .description("show its parts; ends with 0 when all of them run, else with 1")
    .option("--json", "the same for programs")
    .action((options) => ending(statusCommand(options)));
  sandbox
    .command("exec")
    .description("run a command among the sandbox's clients: `sandbox exec -- wscat -c ws://192.168.1.207/ws`")
    .argument("<command...>", "after two dashes; its exit status is passed on")
    .action((argv: string[]) => ending(execCommand(argv)));
  const names = sandbox
    .command("names")
    .description("the names that the sandbox's name server answers to, and who publishes each")
    .action(() => ending(Promise.resolve().then(namesCommand)));
  names
    .command("set")
    .description("overrule a name: `sandbox names set chat.example.com 192.168.1.9`")
    .argument("<name>", "a host name")
    .argument("<targets...>", "addresses, or another name; none: as if nobody published it")
    .action((name: string, targets: string[]) => ending(setNameCommand(name, targets)));
  names
    .command("unset")
    .description("what the cluster publishes holds again")
    .argument("<name>", "a host name")
    .action((name: string) => ending(setNameCommand(name, undefined)));
  sandbox
    .command("certificate")
    .description("make a certificate that the sandbox's clients trust, or one with a fault")
    .argument("<hosts...>", "names, wildcards and addresses that it is valid for")
    .option("--secret <namespace/name>", "also write it into a Secret of the sandbox's cluster", secretName)
    .option("--days <number>", "how long it is valid (default: 30)", days)
    .addOption(new Option("--expired", "valid until yesterday").conflicts("days"))
    .option("--untrusted", "signed by an authority that nobody knows")
    .action((hosts: string[], options: CertificateOptions) => ending(certificateCommand(hosts, options)));
  sandbox
    .command("tools")
    .description("find or build what the sandbox needs")
    .argument(
      "[names...]",
      "etcd, kubernetes, kwok, metallb, coredns, pulumi, traefik, contour, envoy, promtool, k6 (default: all that every sandbox needs)",
    )
    .option("--for-tests", "also what only the tests need: Contour, Envoy, actionlint, promtool, k6")
    .action((names: string[], options) => ending(toolsCommand(names, options)));
}

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { compileStack } from "../compile";
import type { CompiledObject } from "../compile/model";
import { parseStack } from "../compile/parse";
import { rawStack } from "../compile/rawStack";
import { renderObjects } from "../render";
import { hundredServices } from "./hundred";
import { median } from "./measure";

const ROOT = path.join(__dirname, "..");
const RUNS = Number(process.env.HOLDFAST_BENCH_RUNS ?? 3);
const SERVICES = 2000;
/** The same version for everybody who compares. */
const KUBE_SCORE = "github.com/zegl/kube-score/cmd/kube-score@v1.20.0";
const REACH = { seconds: 1, megabytes: 400, growth: 4.5 };

interface Sample {
  seconds: number;
  cpuSeconds: number;
  megabytes: number;
}

/** Rendered manifests of so many services: about eight objects each, and only those that every checker knows. */
function manifests(services: number): string {
  const known = new Set([
    "Namespace",
    "ConfigMap",
    "Deployment",
    "Service",
    "Ingress",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
  ]);
  const blocks = Array.from({ length: services / 100 }, (_, block) => {
    const stack = parseStack(rawStack(configuration(block)));
    if (stack.problems !== undefined) throw new Error(JSON.stringify(stack.problems, undefined, 2));
    return compileStack(stack.stack).services.flatMap(({ objects }) => objects);
  });
  return renderObjects(blocks.flat().filter(({ object }: CompiledObject) => known.has(object.kind)));
}

/** The hundred services of the other bench, under names of their own. */
function configuration(block: number): Record<string, unknown> {
  const uid = "6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44";
  const text = JSON.stringify(hundredServices({ context: "bench", uid }));
  const own = text.replaceAll('"chat-', `"chat-${block}-`).replaceAll("10.0.0.", `10.0.${block}.`);
  return JSON.parse(own) as Record<string, unknown>;
}

/** Outside of what is measured: `time` says what the kernel counted of the process. */
function run(command: string, args: string[]): Sample {
  const before = process.hrtime.bigint();
  const { status, stderr } = spawnSync("/usr/bin/time", ["-f", "%U %S %M", command, ...args], {
    encoding: "utf8",
    cwd: ROOT,
    stdio: ["ignore", "ignore", "pipe"],
    maxBuffer: 1e9,
  });
  const seconds = Number(process.hrtime.bigint() - before) / 1e9;
  if (status !== 0 && status !== 1) throw new Error(`${command} ended with ${status}:\n${stderr.slice(-2000)}`);
  const [user = 0, system = 0, kilobytes = 0] = stderr.trim().split("\n").at(-1)!.split(" ").map(Number);
  return { seconds, cpuSeconds: user + system, megabytes: (kilobytes * 1024) / 1e6 };
}

function kubeScore(folder: string): string {
  const binary = path.join(folder, "kube-score");
  const env = { ...process.env, GOBIN: folder, CGO_ENABLED: "0" };
  const { status, stderr, error } = spawnSync("go", ["install", KUBE_SCORE], { encoding: "utf8", env });
  if (status !== 0) throw new Error(`kube-score could not be built: ${error?.message ?? stderr}`);
  return binary;
}

const lint = (file: string, output: string): Sample =>
  run(process.execPath, ["bin/holdfast.js", "lint", file, "-f", "json", "-o", output]);

function main(): void {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-bench-lint-"));
  try {
    const output = path.join(folder, "lint.json");
    const [quarter, whole] = [SERVICES / 4, SERVICES].map((services) => {
      const file = path.join(folder, `${services}.yaml`);
      fs.writeFileSync(file, manifests(services));
      return file;
    }) as [string, string];
    const score = kubeScore(folder);
    lint(quarter, output);
    const pairs = Array.from({ length: RUNS }, () => ({
      small: lint(quarter, output),
      ours: lint(whole, output),
      theirs: run(score, ["score", whole]),
    }));
    tell(whole, pairs);
    corpus(output);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function tell(file: string, pairs: { small: Sample; ours: Sample; theirs: Sample }[]): void {
  const objects = fs.readFileSync(file, "utf8").match(/^kind:/gm)!.length;
  console.log(
    `${SERVICES} services, ${objects} objects, ${(fs.statSync(file).size / 1e6).toFixed(1)} MB; ${RUNS} runs in turn\n`,
  );
  for (const [name, samples] of [
    ["holdfast lint", pairs.map(({ ours }) => ours)],
    ["kube-score", pairs.map(({ theirs }) => theirs)],
  ] as const) {
    const of = (key: keyof Sample): string => median(samples.map((sample) => sample[key])).toFixed(2);
    console.log(
      `${name.padEnd(16)}${of("seconds").padStart(8)} s   ${of("cpuSeconds").padStart(8)} s of processors   ${of("megabytes").padStart(8)} MB`,
    );
  }
  const ratio = (value: (pair: (typeof pairs)[number]) => number): number => median(pairs.map(value));
  console.log("");
  reach(
    "time, ratio to kube-score",
    ratio(({ ours, theirs }) => ours.seconds / theirs.seconds),
    1,
  );
  reach(
    "processor time, ratio to kube-score",
    ratio(({ ours, theirs }) => ours.cpuSeconds / theirs.cpuSeconds),
    1,
  );
  reach("memory in MB", Math.max(...pairs.map(({ ours }) => ours.megabytes)), REACH.megabytes);
  // What does not grow with the input is in both, so four times as much takes less than four times as long.
  reach(
    "processor time of four times as much, by its share",
    ratio(({ small, ours }) => ours.cpuSeconds / small.cpuSeconds),
    REACH.growth,
  );
}

function corpus(output: string): void {
  const folder = process.env.HOLDFAST_CORPUS;
  if (folder === undefined || folder === "") return;
  const args = ["bin/holdfast.js", "lint", folder, "--each", "--assume", "all", "-f", "json", "-o", output];
  const samples = Array.from({ length: RUNS }, () => run(process.execPath, args));
  reach("real manifests, seconds of processors", median(samples.map(({ cpuSeconds }) => cpuSeconds)), REACH.seconds);
}

function reach(what: string, value: number, limit: number): void {
  console.log(`${what.padEnd(54)}${value.toFixed(2).padStart(8)} (at most ${limit}): ${value <= limit ? "reached" : "MISSED"}`);
  if (value > limit) process.exitCode = 1;
}

main();

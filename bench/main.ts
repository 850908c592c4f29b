import * as os from "node:os";
import * as path from "node:path";
import { down } from "../sandbox";
import { measure, median, type Sample } from "./measure";
import { preparePrograms, PROJECT } from "./programs";

const RUNS = Number(process.env.HOLDFAST_BENCH_RUNS ?? 5);
const REACH = { floor: 1.5, usual: 0.35, megabytes: 300, startSeconds: 60 };

async function main(): Promise<void> {
  console.log(
    `${os.cpus().length} x ${os.cpus()[0]?.model}, Node.js ${process.versions.node}, ${RUNS} runs after one warm-up, in turn\n`,
  );
  const seconds = await measureStart();
  const programs = await preparePrograms();
  const samples = new Map<string, Sample[]>(programs.map(({ name }) => [name, []]));
  for (let run = 0; run <= RUNS; run++) {
    for (const { name, command } of programs) {
      const sample = await measure(command.binary, command.args, command);
      if (run > 0) samples.get(name)!.push(sample);
      process.stdout.write(".");
    }
  }
  console.log(
    "\n\n`pulumi preview`                                        median s   min    max   peak MB of the largest process",
  );
  for (const { name, what } of programs) console.log(row(`${name}: ${what}`, samples.get(name)!));
  const ratio = (other: string) =>
    median(samples.get("holdfast")!.map((sample, i) => sample.seconds / samples.get(other)![i]!.seconds));
  const peak = Math.max(...samples.get("holdfast")!.map(({ peakMegabytes }) => peakMegabytes));
  console.log("");
  reach("preview, ratio to the floor", ratio("floor"), REACH.floor, "x");
  reach("preview, ratio to the usual program", ratio("usual"), REACH.usual, "x");
  reach("preview, peak memory of the largest process", peak, REACH.megabytes, "MB");
  reach("npm start with warm tools to the first echoed message", seconds, REACH.startSeconds, "s");
}

/** From nothing but the tools to a message that came back; `start` ends when every address has echoed. */
async function measureStart(): Promise<number> {
  await down();
  const { seconds } = await measure(process.execPath, [path.join(PROJECT, "bin/holdfast.js"), "start"], {
    cwd: PROJECT,
    env: process.env,
  });
  return seconds;
}

function row(title: string, samples: Sample[]): string {
  const seconds = samples.map((sample) => sample.seconds);
  const figures = [median(seconds), Math.min(...seconds), Math.max(...seconds)].map((value) => value.toFixed(2).padStart(6));
  const peak = Math.round(Math.max(...samples.map(({ peakMegabytes }) => peakMegabytes)));
  return `${title.padEnd(58)}${figures.join(" ")}   ${String(peak).padStart(6)}`;
}

function reach(what: string, value: number, limit: number, unit: string): void {
  const said = value <= limit ? "reached" : "MISSED";
  console.log(`${what.padEnd(58)}${value.toFixed(2).padStart(7)} ${unit.padEnd(3)} (at most ${limit} ${unit}): ${said}`);
  if (value > limit) process.exitCode = 1;
}

main()
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  })
  .finally(() => down());

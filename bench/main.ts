import * as os from "node:os";
import * as path from "node:path";
import { down } from "../sandbox";
import { measure, median, type Sample } from "./measure";
import { prepareGround, prepareHundred, preparePack, preparePrograms, PROD_SERVICES, PROJECT, type Program } from "./programs";

const RUNS = Number(process.env.HOLDFAST_BENCH_RUNS ?? 5);
const REACH = {
  floor: 1.5,
  usual: 0.35,
  plain: 1.15,
  pack: 1.25,
  prod: 1.6,
  megabytes: 300,
  prodMegabytes: 350,
  startSeconds: 60,
};

async function main(): Promise<void> {
  console.log(
    `${os.cpus().length} x ${os.cpus()[0]?.model}, Node.js ${process.versions.node}, ${RUNS} runs after one warm-up, in turn\n`,
  );
  const seconds = await measureStart();
  const ground = await prepareGround();
  const small = await measureInTurn(await preparePrograms(ground));
  const large = await measureInTurn(await prepareHundred(ground));
  const judged = await measureInTurn(await preparePack(ground));
  console.log(
    "\n\n`pulumi preview`                                        median s   min    max   peak MB of the largest process",
  );
  for (const { title, samples } of [...small.values(), ...large.values(), ...judged.values()]) console.log(row(title, samples));
  const ratio = (ours: Measured, other: Measured) =>
    median(ours.samples.map((sample, i) => sample.seconds / other.samples[i]!.seconds));
  const of = (name: string): Measured => small.get(name)!;
  const [floor, holdfast, prod, usual] = [of("floor"), of("holdfast"), of("prod"), of("usual")];
  const peak = ({ samples }: Measured): number => Math.max(...samples.map(({ peakMegabytes }) => peakMegabytes));
  console.log("");
  reach("preview, ratio to the floor", ratio(holdfast, floor), REACH.floor, "x");
  reach("preview of prod, ratio to the floor", ratio(prod, floor), REACH.prod, "x");
  const added = of("more").samples.map(({ seconds }, i) => seconds - prod.samples[i]!.seconds);
  const each = (median(added) / (PROD_SERVICES.many - PROD_SERVICES.few)) * 1000;
  console.log(`${"preview of prod, what one more service adds".padEnd(58)}${each.toFixed(0).padStart(7)} ms`);
  reach("preview, ratio to the usual program", ratio(holdfast, usual), REACH.usual, "x");
  reach(
    "preview of 100 services, ratio to the plain program",
    ratio(large.get("hundred")!, large.get("plain")!),
    REACH.plain,
    "x",
  );
  reach(
    "preview of 200 services, ratio of with the policy pack to without",
    ratio(judged.get("judged")!, judged.get("bare")!),
    REACH.pack,
    "x",
  );
  reach("preview, peak memory of the largest process", peak(holdfast), REACH.megabytes, "MB");
  reach("preview of prod, peak memory of the largest process", peak(prod), REACH.prodMegabytes, "MB");
  reach("npm start with warm tools to the first echoed message", seconds, REACH.startSeconds, "s");
}

interface Measured {
  title: string;
  samples: Sample[];
}

/** Each program once per round, so that a machine that slows down slows all of them. The first round only warms up. */
async function measureInTurn(programs: Program[]): Promise<Map<string, Measured>> {
  const measured = new Map(programs.map(({ name, what }) => [name, { title: `${name}: ${what}`, samples: [] as Sample[] }]));
  for (let run = 0; run <= RUNS; run++) {
    for (const { name, command } of programs) {
      const sample = await measure(command.binary, command.args, command);
      if (run > 0) measured.get(name)!.samples.push(sample);
      process.stdout.write(".");
    }
  }
  return measured;
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

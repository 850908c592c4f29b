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
  emptyPack: 1.1,
  prod: 1.6,
  megabytes: 300,
  prodMegabytes: 350,
  startSeconds: 60,
};

/** What can be measured, each by itself: `npm run bench -- pack`. Default: all. */
const PARTS: Record<string, () => Promise<void>> = {
  start: async () =>
    reach("npm start with warm tools to the first echoed message", await measureStart(), REACH.startSeconds, "s"),
  small: measureSmall,
  hundred: measureHundred,
  pack: measurePack,
};

async function main(asked: string[]): Promise<void> {
  const unknown = asked.filter((name) => !(name in PARTS));
  if (unknown.length > 0) {
    throw new Error(`Nothing is called ${unknown.join(", ")} here; there are ${Object.keys(PARTS).join(", ")}.`);
  }
  console.log(
    `${os.cpus().length} x ${os.cpus()[0]?.model}, Node.js ${process.versions.node}, ${RUNS} runs after one warm-up, in turn`,
  );
  for (const [name, part] of Object.entries(PARTS)) if (asked.length === 0 || asked.includes(name)) await part();
}

async function measureSmall(): Promise<void> {
  const of = await measureInTurn(await preparePrograms(await prepareGround()));
  const [holdfast, prod] = [of("holdfast"), of("prod")];
  reach("preview, ratio to the floor", ratio(holdfast, of("floor")), REACH.floor, "x");
  reach("preview of prod, ratio to the floor", ratio(prod, of("floor")), REACH.prod, "x");
  const added = of("more").samples.map(({ seconds }, i) => seconds - prod.samples[i]!.seconds);
  const each = (median(added) / (PROD_SERVICES.many - PROD_SERVICES.few)) * 1000;
  console.log(`${"preview of prod, what one more service adds".padEnd(58)}${each.toFixed(0).padStart(7)} ms`);
  reach("preview, ratio to the usual program", ratio(holdfast, of("usual")), REACH.usual, "x");
  reach("preview, peak memory of the largest process", peak(holdfast), REACH.megabytes, "MB");
  reach("preview of prod, peak memory of the largest process", peak(prod), REACH.prodMegabytes, "MB");
}

async function measureHundred(): Promise<void> {
  const of = await measureInTurn(await prepareHundred(await prepareGround()));
  reach("preview of 100 services, ratio to the plain program", ratio(of("hundred"), of("plain")), REACH.plain, "x");
}

async function measurePack(): Promise<void> {
  const of = await measureInTurn(await preparePack(await prepareGround()));
  reach("preview of 200 services, with the policy pack to without", ratio(of("judged"), of("bare")), REACH.pack, "x");
  console.log(
    `${"the same, a pack that looks at nothing to none".padEnd(58)}${ratio(of("empty"), of("bare")).toFixed(2).padStart(7)} x`,
  );
  reach("the same, the policy pack to one that looks at nothing", ratio(of("judged"), of("empty")), REACH.emptyPack, "x");
}

const ratio = (ours: Measured, other: Measured): number =>
  median(ours.samples.map((sample, i) => sample.seconds / other.samples[i]!.seconds));
const peak = ({ samples }: Measured): number => Math.max(...samples.map(({ peakMegabytes }) => peakMegabytes));

interface Measured {
  title: string;
  samples: Sample[];
}

/** Each program once per round, so that a machine that slows down slows all of them. The first round only warms up. */
async function measureInTurn(programs: Program[]): Promise<(name: string) => Measured> {
  const measured = new Map(programs.map(({ name, what }) => [name, { title: `${name}: ${what}`, samples: [] as Sample[] }]));
  for (let run = 0; run <= RUNS; run++) {
    for (const { name, command } of programs) {
      const sample = await measure(command.binary, command.args, command);
      if (run > 0) measured.get(name)!.samples.push(sample);
      process.stdout.write(".");
    }
  }
  console.log(
    "\n\n`pulumi preview`                                        median s   min    max   peak MB of the largest process",
  );
  for (const { title, samples } of measured.values()) console.log(row(title, samples));
  console.log("");
  return (name) => measured.get(name)!;
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

main(process.argv.slice(2))
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  })
  .finally(() => down());

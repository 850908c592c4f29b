import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { execInClient, layoutOf } from "../../../sandbox";
import { PROJECT } from "../../engine/support";
import type { Silence, SilenceRequest } from "./holdSilence";

/** Runs the check `idle` from the client namespace; `meanwhile` is called when all connections of the way in it names are open. */
export async function holdSilence<Names extends string>(
  request: Omit<SilenceRequest, "progressFile" | "ways"> & { ways: Record<Names, SilenceRequest["ways"][string]> },
  meanwhile?: { name: NoInfer<Names>; run: () => void },
): Promise<Record<Names, Silence>> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-silence-"));
  const [requestFile, progressFile] = ["request", "progress"].map((name) => path.join(directory, name)) as [string, string];
  fs.writeFileSync(requestFile, JSON.stringify({ ...request, progressFile } satisfies SilenceRequest));
  fs.writeFileSync(progressFile, "");
  const watch = setInterval(() => {
    const opened = fs.readFileSync(progressFile, "utf8").match(new RegExp(`^${meanwhile?.name}: (\\d+) of \\1 `, "m"));
    if (meanwhile === undefined || opened === null) return;
    clearInterval(watch);
    meanwhile.run();
  }, 100);
  try {
    const command = [process.execPath, "-r", "ts-node/register", path.join(__dirname, "holdSilence.ts"), requestFile];
    const env = { TS_NODE_PROJECT: path.join(PROJECT, "tsconfig.json") };
    const { status, stdout, stderr } = await execInClient(command, { stdio: "pipe", env });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout) as Record<Names, Silence>;
  } finally {
    clearInterval(watch);
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** In the namespace that plays the nodes. */
function onNodes(command: string): string {
  return execFileSync("ip", ["netns", "exec", layoutOf().clusterNamespace, "sh", "-c", command], { encoding: "utf8" }).trim();
}

/** What the nodes' kernel does with connections it knows and with those it does not know; of this namespace alone. */
export interface Conntrack {
  /** Seconds after which it forgets a silent connection. */
  establishedSeconds: number;
  /** Whether it takes up a connection that it meets in the middle. */
  loose: boolean;
}

/** Sets it, does something, and sets it back. */
export async function withConntrack<T>({ establishedSeconds, loose }: Conntrack, run: () => Promise<T>): Promise<T> {
  const wanted = { nf_conntrack_tcp_timeout_established: establishedSeconds, nf_conntrack_tcp_loose: Number(loose) };
  const file = (name: string) => `/proc/sys/net/netfilter/${name}`;
  const before = Object.keys(wanted).map((name) => [name, onNodes(`cat ${file(name)}`)] as const);
  for (const [name, value] of Object.entries(wanted)) onNodes(`echo ${value} > ${file(name)}`);
  try {
    return await run();
  } finally {
    for (const [name, value] of before) onNodes(`echo ${value} > ${file(name)}`);
  }
}

const TABLE = "inet holdfast_test_idle";

/** From now on nothing arrives at this address, and nobody says so. */
export function dropWhatIsSentTo(address: string): void {
  onNodes(
    `nft 'add table ${TABLE}; add chain ${TABLE} drops { type filter hook prerouting priority raw; }; add rule ${TABLE} drops ip daddr ${address} drop'`,
  );
}

export function dropNothing(): void {
  onNodes(`nft 'add table ${TABLE}; delete table ${TABLE}'`);
}

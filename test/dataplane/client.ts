import assert from "node:assert/strict";
import * as path from "node:path";
import { execInClient } from "../../sandbox";
import type { ProbeAnswer, ProbeRefusal, ProbeRequest } from "./probe";

const PROJECT = path.resolve(__dirname, "..", "..");

/** Opens WebSockets from the client namespace. */
async function ask(request: ProbeRequest): Promise<ProbeAnswer[] | ProbeRefusal> {
  const command = [process.execPath, "-r", "ts-node/register", path.join(__dirname, "probe.ts"), JSON.stringify(request)];
  const env = { TS_NODE_PROJECT: path.join(PROJECT, "tsconfig.json") };
  const { status, stdout, stderr } = await execInClient(command, { stdio: "pipe", env });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as ProbeAnswer[] | ProbeRefusal;
}

/** All of them have to be opened. */
export async function probe(request: ProbeRequest): Promise<ProbeAnswer[]> {
  const answers = await ask(request);
  assert.ok(Array.isArray(answers), `${request.url}: ${JSON.stringify(answers)}`);
  return answers;
}

/** Why a WebSocket was not opened; undefined where it was. */
export async function refusal(url: string, address?: string): Promise<string | undefined> {
  const answer = await ask({ url, address, connections: 1 });
  return Array.isArray(answer) ? undefined : answer.refused;
}

export const podsOf = (answers: ProbeAnswer[]): Set<string> => new Set(answers.map(({ pod }) => pod));

/** Asks until the way in is open, from everywhere that is named: a controller takes a new route up within a second or two. */
export async function untilOpen(url: string, sources?: readonly string[]): Promise<void> {
  let last: unknown;
  for (const until = Date.now() + 20_000; Date.now() < until; await new Promise((resolve) => setTimeout(resolve, 300))) {
    last = await ask({ url, connections: 1, ...(sources && { sources: [...sources] }) });
    if (Array.isArray(last)) return;
  }
  assert.fail(`${url} did not open within 20 seconds: ${JSON.stringify(last)}`);
}

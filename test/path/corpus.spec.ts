import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { Hop, Path } from "../../path/model";
import type { KubernetesObject } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { judgeAffinity, limitOf } from "../../path/verdict";
import { PROMISE } from "./objects";

interface Answer {
  bearing: [string, string][];
  hops: { hop: string; idle: string }[];
  sticky: { verdict: string };
}

/** Where this reader answers otherwise, and why, stands in docs/corpus.md: file and question. */
const ARGUED: ReadonlySet<string> = new Set([
  "03-jitsi-haproxy-shard HAProxy in cluster: 50",
  "03-jitsi-haproxy-shard web -> prosody: none",
  "07-livekit-lootchat sticky: OK",
  "29-thingsboard-gke-gce GCP passthrough NLB (Service/tb-mqtt-loadbalancer): none",
  "41-gke-mcp-server-lb GCP passthrough NLB: none",
]);

function objectsOf(file: string): KubernetesObject[] {
  const documents = parseAllDocuments(readFileSync(file, "utf8")).map((document) => document.toJS() as KubernetesObject | null);
  return documents.flatMap((object) => {
    if (object === null || typeof object !== "object") return [];
    return object.kind === "List" ? (object.items as KubernetesObject[]) : [object];
  });
}

/** `60`, `60|350|240|none` (the platform decides) or `none`; anything else asks nothing of a reader of manifests. */
function agreesOnHop(idle: string, hops: Hop[]): boolean | undefined {
  const limits = hops.map((hop) => limitOf(hop, "websocket"));
  if (/^\d+$/.test(idle)) return limits.some(({ idleSeconds }) => idleSeconds === Number(idle));
  if (idle.includes("|")) return hops.some(({ hop, limit }) => hop === "unknown-load-balancer" && limit === "unknown");
  if (idle === "none") return limits.some(({ limit }) => limit === "none");
  return undefined;
}

/** Not needed is a judgement about the application, which no manifest shows; it asks nothing of a reader. */
function agreesOnSticky(verdict: string, paths: Path[]): boolean | undefined {
  const answers = paths.map((path) => judgeAffinity(path, PROMISE.affinity).verdict);
  if (answers.length === 0) return undefined;
  if (verdict === "NA" || verdict === "OK") return answers.every((answer) => answer !== "fails");
  if (["MISSING", "BROKEN", "PARTIAL"].includes(verdict)) return answers.some((answer) => answer !== "holds");
  return undefined;
}

function compare(folder: string): { question: string; agrees: boolean }[] {
  const answers = JSON.parse(readFileSync(join(folder, "answers.json"), "utf8")) as Record<string, Answer>;
  return Object.entries(answers).flatMap(([file, answer]) => {
    const paths = readPaths(objectsOf(join(folder, `${file}.yaml`)), {});
    const bearing = new Set(answer.bearing.map(([name]) => name));
    const asked = paths.filter(({ workloads }) => workloads.some(({ kind, name }) => bearing.has(`${kind}/${name}`)));
    const hops = paths.flatMap((path) => path.hops.filter(({ hop }) => hop !== "pod"));
    const onHops = answer.hops.map(({ hop, idle }) => ({ question: `${file} ${hop}: ${idle}`, agrees: agreesOnHop(idle, hops) }));
    const sticky = { question: `${file} sticky: ${answer.sticky.verdict}`, agrees: agreesOnSticky(answer.sticky.verdict, asked) };
    return [...onHops, sticky].flatMap(({ question, agrees }) => (agrees === undefined ? [] : [{ question, agrees }]));
  });
}

const folder = process.env.HOLDFAST_CORPUS;
// Real manifests with a key of answers, where a machine has them; everywhere else nothing is registered.
if (folder !== undefined && folder !== "") {
  describe("real manifests", () => {
    for (const { question, agrees } of compare(folder)) {
      it(`${question}`, () => assert.equal(agrees, !ARGUED.has(question)));
    }
  });
}

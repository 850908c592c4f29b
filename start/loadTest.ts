import * as path from "node:path";
import { CLIENT_ADDRESSES, execInClient, status, tools, up } from "../sandbox";
import { pluginEnvironment } from "../sandbox/plugins";
import type { DeployedServices } from "./deploy";
import { EXIT, StartError } from "./errors";
import type { Hit, LoadRequest } from "./loadProbe";
import { stackOutputs } from "./pulumi";
import { answerable, type Answer } from "./report";
import { openWorkspace, type Target } from "./target";
import { hasState } from "./workspace";

/** How connections find a pod, as far as a load can see it. */
export type Spread = "any-pod" | "by-source-address";

export interface Expectation {
  spread: Spread;
  /** Pods that share the load. */
  pods: number;
  /** Different source addresses it comes from. */
  sources: number;
}

export interface Judged {
  holds: boolean;
  lines: string[];
}

/** Four standard deviations of a fair draw: by chance one run in about 16 000 is outside. */
const DEVIATIONS = 4;

/** What was expected of the load and what came. */
export function judgeLoad(hits: Hit[], { spread, pods, sources }: Expectation): Judged {
  const failed = hits.filter((hit) => hit.failed !== undefined);
  const unnamed = hits.filter((hit) => hit.failed === undefined && hit.pod === undefined);
  if (failed.length > 0) return no(`${failed.length} of ${hits.length} requests failed: ${failed[0]!.failed}.`);
  if (unnamed.length > 0) {
    return no(
      `${unnamed.length} of ${hits.length} answers do not say which pod they come from (header x-holdfast-pod); ` +
        "compare `kubectl top pods` before and after instead.",
    );
  }
  const counts = countBy(hits, ({ pod }) => pod!);
  const table = [...counts].sort().map(([pod, count]) => `  ${pod}  ${count}  ${Math.round((100 * count) / hits.length)} %`);
  const verdict = spread === "any-pod" ? judgeEven(counts, hits.length, pods) : judgeSticky(hits, counts, sources);
  return { holds: verdict.holds, lines: [...table, ...verdict.lines] };
}

function judgeEven(counts: Map<string, number>, requests: number, pods: number): Judged {
  const mean = requests / pods;
  const allowed = Math.ceil(DEVIATIONS * Math.sqrt(mean * (1 - 1 / pods)));
  const wanted = `expected without affinity: each of ${pods} pods ${Math.round(mean)} requests, give or take ${allowed}`;
  if (counts.size === 1 && pods > 1) {
    return no(`${wanted}. All reached one pod: that is what \`kubectl port-forward\` does, and a connection that is kept.`);
  }
  if (counts.size !== pods) return no(`${wanted}. ${counts.size} pods answered.`);
  const far = [...counts].filter(([, count]) => Math.abs(count - mean) > allowed);
  return far.length === 0 ? yes(`${wanted}: so it is.`) : no(`${wanted}. Not so: ${far.map(([pod]) => pod).join(", ")}.`);
}

function judgeSticky(hits: Hit[], counts: Map<string, number>, sources: number): Judged {
  const wanted = "expected with affinity by source address: each source one pod";
  const wandering = [...new Set(hits.map(({ source }) => source))].filter(
    (source) => new Set(hits.filter((hit) => hit.source === source).map(({ pod }) => pod)).size > 1,
  );
  if (wandering.length > 0) return no(`${wanted}. Not so: ${wandering.map((source) => source ?? "this machine").join(", ")}.`);
  if (sources > 1 && counts.size === 1) return no(`${wanted}, and ${sources} sources several pods. All reached one.`);
  return yes(
    sources > 1
      ? `${wanted}, several sources several pods: so it is.`
      : `${wanted}: so it is. More sources spread: --sources many.`,
  );
}

const yes = (line: string): Judged => ({ holds: true, lines: [line] });
const no = (line: string): Judged => ({ holds: false, lines: [line] });

function countBy<T>(items: T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

/** The addresses of a stack that is deployed in the embedded cluster. */
export async function deployedAddresses(target: Target): Promise<Answer[]> {
  const notThere = new StartError(
    `${target.title} is not deployed. Bring it up first: npm start -- ${target.name}.`,
    EXIT.refused,
  );
  if ((await status()).state === "absent") throw notThere;
  const { uid, kubeconfig } = await up();
  const workspace = openWorkspace(target, uid);
  if (!hasState(workspace)) throw notThere;
  const { pulumi: binary } = await tools.ensureTools(["pulumi"]);
  const { environment } = await pluginEnvironment({ ...process.env, KUBECONFIG: kubeconfig }, binary);
  const { services = {} } = (await stackOutputs({ workspace, binary, environment })) as { services?: DeployedServices };
  return answerable(services);
}

/** @throws {StartError} for an address behind which there is never more than one pod. */
export function requireRealAddress(url: string): void {
  const { hostname } = new URL(url);
  if (!/^(localhost|127\.|\[?::1\]?$)/.test(hostname)) return;
  throw new StartError(
    `${url} is an address of this machine itself, most likely kubectl port-forward: it opens one connection to one pod and passes ` +
      "everything through it, so nothing is balanced. Use the address of the service: npm run get-service-url.",
    EXIT.refused,
  );
}

export interface LoadOptions {
  /** Default: the first HTTP address of the target. */
  url?: string;
  requests: number;
  sources: "one" | "many";
  /** What is asked of the service behind an address. */
  expectationOf: (answer: Answer) => Omit<Expectation, "sources">;
}

/** Sends the load from where the clients of the embedded cluster are, and judges who answered. */
export async function runLoadTest(
  target: Target,
  { url: asked, requests, sources, expectationOf }: LoadOptions,
): Promise<Judged> {
  if (asked !== undefined) requireRealAddress(asked);
  const open = (await deployedAddresses(target)).filter(({ url }) => url.startsWith("http"));
  const chosen = asked === undefined ? open[0] : open.find(({ url }) => asked.startsWith(originOf(url)));
  if (chosen === undefined) {
    const urls = open.map(({ url }) => url).join(", ") || "none that speaks HTTP";
    throw new StartError(`${asked ?? target.title}: allowed is an address of ${target.title} (${urls}).`, EXIT.refused);
  }
  const addresses = sources === "many" ? [...CLIENT_ADDRESSES] : [CLIENT_ADDRESSES[0]];
  const request: LoadRequest = { url: asked ?? chosen.url, requests, sources: addresses };
  const script = path.join(__dirname, "loadProbe.ts");
  const command = [process.execPath, "-r", require.resolve("ts-node/register"), script, JSON.stringify(request)];
  const { status: code, stdout, stderr } = await execInClient(command, { stdio: "pipe" });
  if (code !== 0) throw new StartError(`The load could not be sent: ${stderr.trim() || `exit code ${code}`}`);
  const { lines, holds } = judgeLoad(JSON.parse(stdout) as Hit[], { ...expectationOf(chosen), sources: addresses.length });
  return { holds, lines: [`${requests} requests to ${request.url} from ${addresses.length} source addresses`, ...lines] };
}

const originOf = (url: string): string => new URL(url).origin;

import * as path from "node:path";
import { CLIENT_ADDRESSES } from "../sandbox";
import { isThisMachine, ONE_TUNNEL } from "../verify/portForward";
import type { DeployedServices } from "./deploy";
import { EXIT, StartError } from "./errors";
import { answerable, type Answer } from "./report";
import { PROJECT_DIRECTORY } from "./index";
import type { Target } from "./target";
import { deployedHere, verifyInside, type Deployed } from "./verify";

async function requireDeployed(target: Target): Promise<Deployed> {
  const deployed = await deployedHere(target);
  if (deployed !== undefined) return deployed;
  throw new StartError(`${target.title} is not deployed. Bring it up first: npm start -- ${target.name}.`, EXIT.refused);
}

const answersOf = ({ outputs }: Deployed): Answer[] => answerable((outputs as { services?: DeployedServices }).services ?? {});

/** The addresses of a stack that is deployed in the embedded cluster. */
export const deployedAddresses = async (target: Target): Promise<Answer[]> => answersOf(await requireDeployed(target));

/** @throws {StartError} for an address behind which there is never more than one pod. */
export function requireRealAddress(url: string): void {
  if (!isThisMachine(url)) return;
  throw new StartError(`${url} is ${ONE_TUNNEL}. Use the address of the service: npm run get-service-url.`, EXIT.refused);
}

export interface LoadOptions {
  /** Default: the first address of the target. */
  url?: string;
  /** How many connections. */
  requests: number;
  /** Whether they come from one source address or from many. */
  sourcesFor: (answer: Answer) => "one" | "many";
}

/** New connections per second. */
const RATE = 200;
/** What a run may take beside the pace at which it opens connections. */
const BESIDE_SECONDS = 60;

/** Has `verify` open connections from where the clients of the embedded cluster are, and judge who answered. Gives its exit code. */
export async function runLoadTest(target: Target, { url: asked, requests, sourcesFor }: LoadOptions): Promise<number> {
  if (asked !== undefined) requireRealAddress(asked);
  const deployed = await requireDeployed(target);
  const open = answersOf(deployed);
  const chosen = asked === undefined ? open[0] : open.find(({ url }) => asked.startsWith(new URL(url).origin));
  if (chosen === undefined) {
    const urls = open.map(({ url }) => url).join(", ") || "none that speaks HTTP or WebSocket";
    throw new StartError(`${asked ?? target.title}: allowed is an address of ${target.title} (${urls}).`, EXIT.refused);
  }
  const sources = sourcesFor(chosen) === "many" ? [...CLIENT_ADDRESSES] : [CLIENT_ADDRESSES[0]];
  const outputs = withUrl(deployed.outputs, chosen, asked ?? chosen.url);
  return verifyInside({ ...deployed, outputs }, distributionCommand(target.name, chosen, requests, sources));
}

/** `holdfast verify` with one check at one way in, as it is called among the clients. */
export function distributionCommand(
  name: string,
  { service, entry }: Pick<Answer, "service" | "entry">,
  requests: number,
  sources: readonly string[],
): string[] {
  const flags = {
    check: "distribution",
    service,
    entry: entry.name,
    requests,
    from: sources.join(","),
    rate: RATE,
    "time-limit": Math.ceil(requests / RATE) * 2 + BESIDE_SECONDS,
  };
  const holdfast = path.join(PROJECT_DIRECTORY, "bin", "holdfast.js");
  return [holdfast, "verify", name, ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)])];
}

/** The outputs with another page of the same way in. */
export function withUrl(outputs: unknown, { service, entry }: Pick<Answer, "service" | "entry">, url: string): unknown {
  const { services = {}, ...others } = outputs as { services?: DeployedServices };
  const { entries, ...rest } = services[service]!;
  const changed = entries.map((each) => (each.name === entry.name ? { ...each, url } : each));
  return { ...others, services: { ...services, [service]: { ...rest, entries: changed } } };
}

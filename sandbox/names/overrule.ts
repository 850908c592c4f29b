import fs from "node:fs";
import { isIP } from "node:net";
import { Api, type KubernetesObject } from "../api";
import { SandboxError } from "../errors";
import { type Layout, layoutOf } from "../paths";
import { until } from "../process";
import { readState } from "../state";
import { isName, NONE, OVERRULED } from "./published";
import { recordsIn, type ZoneRecord } from "./zone";

const OBJECT = `/api/v1/namespaces/${OVERRULED.namespace}/configmaps/${OVERRULED.name}`;
const SETTLING_SECONDS = 5;
/** CoreDNS looks after a new zone four times a second. */
const RELOAD_MILLISECONDS = 300;

function runningLayout(): Layout {
  const layout = layoutOf();
  const state = readState(layout);
  if (!state?.completed) throw new SandboxError("The sandbox is not running. Start it with `npx holdfast sandbox up`.");
  if (state.mode === "full") return layout;
  throw new SandboxError("This sandbox is a control plane only: nobody asks it for names.");
}

function recordsOf({ zoneFile }: Layout): ZoneRecord[] {
  return fs.existsSync(zoneFile) ? recordsIn(fs.readFileSync(zoneFile, "utf8")) : [];
}

/** Every name that the sandbox's name server answers to beside those of cluster.local, and who published it. */
export function listNames(): ZoneRecord[] {
  return recordsOf(runningLayout());
}

/**
 * Overrules what the cluster publishes, and returns once the name server answers so.
 *
 * @param targets addresses, or one other name; `none`: as if nobody published the name. Undefined: what is published holds again.
 */
export async function overrule(name: string, targets: string[] | undefined): Promise<void> {
  const wanted = name.toLowerCase();
  const problems = [...wrongName(wanted), ...(targets ?? []).flatMap(wrongTarget)];
  if (targets?.includes(NONE) && targets.length > 1) problems.push(`${NONE} stands alone; found ${targets.join(", ")}.`);
  if (problems.length > 0) throw new SandboxError(problems.join("\n"));
  const layout = runningLayout();
  const api = new Api(layout, readState(layout)!.ports.api);
  try {
    const value = targets?.join(",") ?? null;
    const { status, body } = await patched(api, { data: { [wanted]: value } });
    if (status >= 300) throw new SandboxError(`The sandbox's API server refused ${name} (${status}): ${body?.message}`);
  } finally {
    api.close();
  }
  const from = `ConfigMap ${OVERRULED.namespace}/${OVERRULED.name}`;
  const isSo = () => {
    const found = recordsOf(layout).filter((each) => each.name === wanted);
    if (targets === undefined) return found.every((each) => each.from !== from);
    if (targets[0] === NONE) return found.length === 0;
    return found.length > 0 && found.every((each) => each.from === from && targets.includes(each.target));
  };
  if (!(await until(isSo, SETTLING_SECONDS))) {
    throw new SandboxError(
      `${name} was set, but nothing came of it within ${SETTLING_SECONDS} s. \`npx holdfast sandbox up\` mends what does not run; see ${layout.logs}/names.log.`,
    );
  }
  await new Promise((resolve) => setTimeout(resolve, RELOAD_MILLISECONDS));
}

async function patched(api: Api, change: object) {
  const merge = "application/merge-patch+json";
  const answer = await api.request("PATCH", OBJECT, change, merge);
  if (answer.status !== 404) return answer;
  const object: KubernetesObject = { apiVersion: "v1", kind: "ConfigMap", metadata: OVERRULED };
  await api.apply(object);
  return api.request("PATCH", OBJECT, change, merge);
}

function wrongName(name: string): string[] {
  if (name.startsWith("*.")) return [`found ${name}; a wildcard cannot be overruled. Write a name below it.`];
  return isName(name) ? [] : [`found ${name}; allowed: a host name such as chat.example.com.`];
}

function wrongTarget(target: string): string[] {
  if (target === NONE || isIP(target) || (isName(target.toLowerCase()) && !/^[\d.]+$/.test(target))) return [];
  return [`found ${target}; allowed: an address such as 192.168.1.9, another name, or ${NONE}.`];
}

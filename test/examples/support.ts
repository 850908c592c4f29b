import * as fs from "node:fs";
import * as path from "node:path";
import { parseAllDocuments } from "yaml";
import { examineStackFile } from "../../cli/stackFile";
import type { KubernetesObject } from "../../path/objects";
import type { ClusterFacts } from "../../path/model";

export const PROJECT = path.resolve(__dirname, "../..");
export const EXAMPLES = ["mcp-server", "chatpulse", "multi", "stt", "ml-platform"] as const;
export type Example = (typeof EXAMPLES)[number];

/** The ones for clusters in clouds and in production. They have no classic form, and none runs in the embedded cluster. */
export const PRODUCTION_EXAMPLES = ["aks", "gke", "everywhere"] as const;
export const ALL_EXAMPLES = [...EXAMPLES, ...PRODUCTION_EXAMPLES];

export const exampleDirectory = (example: string): string => path.join(PROJECT, "examples", example);

export const pageOf = (example: string): string => fs.readFileSync(path.join(exampleDirectory(example), "README.md"), "utf8");

/** The stacks of an example, by the names of its files. */
export function stacksOf(example: string): string[] {
  return fs
    .readdirSync(exampleDirectory(example))
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

export const isSeed = (stack: string): boolean => stack.startsWith("seed");

export interface ExaminedExample {
  objects: KubernetesObject[];
  cluster: ClusterFacts;
  /** Of each entry. */
  verdicts: { service: string; entry: string; verdict: string }[];
  /** What our own check of the file refuses. */
  broken: string[];
}

/** What a stack becomes, also where its promise is not kept. */
export function examine(example: string, stack: string): ExaminedExample {
  const { stack: examined, services, broken } = examineStackFile(exampleDirectory(example), stack);
  return {
    objects: services.flatMap(({ compiled }) => compiled.objects.map(({ object }) => object)),
    cluster: examined.cluster,
    verdicts: services.flatMap(({ service, verdicts }) =>
      verdicts.map(({ entry, verdict }) => ({ service: service.name, entry, verdict: verdict.verdict })),
    ),
    broken: broken.map(({ path: at, message }) => `${at}: ${message}`),
  };
}

/** What the classic text says, as plain objects. */
export function seedObjects(example: string, stack: string): KubernetesObject[] {
  const text = fs.readFileSync(path.join(__dirname, example, `${stack}.yaml`), "utf8");
  return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
}

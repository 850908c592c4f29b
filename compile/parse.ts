import { judgeService } from "./verdict";
import { parseFields } from "./check/parseFields";
import { below, nearest, problemsOf, show, type Problem } from "./check/problem";
import { checkService, warnAbout, type Draft, type PlacedEntry } from "./check/serviceRules";
import { checkPools, checkSecretKeys, checkServices, type Placed } from "./check/stackRules";
import { entryKind, ENTRY_KIND_NAMES, type Entry } from "./entry";
import { compileService } from "./index";
import { SERVICE_FIELDS, type Service } from "./service";
import { STACK_FIELDS, type Stack, type Surroundings } from "./stack";

export type Parsed<Key extends string, Value> =
  ({ [K in Key]: Value } & { warnings: string[]; problems?: undefined }) | { problems: Problem[] };

/**
 * Checks a service as a user writes it. The one check for stack files, the command line and the component's arguments.
 *
 * @returns the service with every default filled in and what its owner should know, or every problem it has.
 */
export function parseService(raw: unknown, surroundings: Surroundings): Parsed<"service", Service> {
  const { draft, entries, problems } = draftService(raw, surroundings);
  if (problems.length > 0) return { problems };
  const service = { ...draft, entries: entries.map(({ entry }) => entry) } as Service;
  const kept = checkPromiseKept(service, surroundings);
  if (kept.problems.length > 0) return { problems: kept.problems };
  return { service, warnings: [...warnAbout(service, surroundings), ...kept.warnings] };
}

function draftService(raw: unknown, surroundings: Surroundings): { draft: Draft; entries: PlacedEntry[]; problems: Problem[] } {
  const { fields, problems } = parseFields(SERVICE_FIELDS, raw);
  const { entries: rawEntries = [], namespace = fields.name, ...rest } = fields;
  const parsed = rawEntries.map((entry, index) => ({ index, ...parseEntry(entry) }));
  const entries = parsed.flatMap(({ index, entry }) => (entry === undefined ? [] : [{ index, entry }]));
  const draft = { ...rest, ...(namespace === undefined ? {} : { namespace }) } as Draft;
  const ofEntries = parsed.flatMap(({ index, problems: found }) => below(["entries", index], found));
  return { draft, entries, problems: [...problems, ...ofEntries, ...checkService(draft, entries, surroundings)] };
}

function parseEntry(raw: unknown): { entry?: Entry; problems: Problem[] } {
  const written = (raw as { kind?: unknown } | null | undefined)?.kind;
  const kind = typeof written === "string" ? entryKind(written) : undefined;
  if (kind === undefined) {
    const meant = typeof written === "string" ? nearest(written, ENTRY_KIND_NAMES) : undefined;
    const found = written === undefined ? "missing; needed" : `found ${show(written)}; allowed`;
    return {
      problems: [{ path: "kind", message: `${found}: ${ENTRY_KIND_NAMES.join(", ")}.${meant ? ` Did you mean ${meant}?` : ""}` }],
    };
  }
  const parsed = kind.schema.safeParse(raw);
  return parsed.success ? { entry: parsed.data as Entry, problems: [] } : { problems: problemsOf(parsed.error) };
}

/** A promise that an entry cannot keep is a problem; one that nothing decides is a warning. */
function checkPromiseKept(service: Service, surroundings: Surroundings): { problems: Problem[]; warnings: string[] } {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const names = service.entries.map((entry) => entry.name ?? entry.kind);
  for (const { entry, verdict } of judgeService(service, compileService(service, surroundings), surroundings)) {
    const path = `entries[${names.indexOf(entry)}]`;
    if (verdict.verdict === "fails") {
      const wayOut = [...verdict.write, "promise less, or use another kind of entry"].join("; or ");
      problems.push({ path, message: `cannot keep the promise: ${verdict.reasons.join(" ")} Ways out: ${wayOut}.` });
    }
    if (verdict.verdict === "unknown") {
      warnings.push(
        `${path}: nothing shows whether the promise is kept: ${verdict.reasons.join(" ")} To settle it: ${verdict.settle.join("; ")}.`,
      );
    }
  }
  return { problems, warnings };
}

/**
 * Checks a whole stack file: the keys of `holdfast:` without that prefix, as `rawStack` gives them.
 *
 * @returns the stack and what its owner should know, or every problem of the file.
 */
export function parseStack(raw: unknown): Parsed<"stack", Stack> {
  const { fields, problems } = parseFields(STACK_FIELDS, raw);
  const surroundings = surroundingsOf(fields);
  const drafts = (fields.services ?? []).map((service, index) => ({ index, ...draftService(service, surroundings) }));
  const stored = Object.fromEntries(Object.entries(fields.secrets ?? {}).map(([name, values]) => [name, Object.keys(values)]));
  problems.push(
    ...checkAccess(fields),
    ...checkPlatform(fields),
    ...checkPools(surroundings.addressPools),
    ...drafts.flatMap(({ index, problems: found }) => below(["services", index], found)),
    ...checkServices(drafts),
    ...(fields.services === undefined ? [] : checkSecretKeys(stored, drafts)),
    ...checkZone(surroundings.dnsZone, drafts),
  );
  if (problems.length > 0) return { problems };
  const { context, kubeconfig, uid } = fields.cluster!;
  const access = {
    ...(context === undefined ? {} : { context }),
    kubeconfigGiven: kubeconfig !== undefined,
    ...(uid === undefined ? {} : { uid }),
  };
  const services = drafts.map(({ draft, entries }) => ({ ...draft, entries: entries.map(({ entry }) => entry) }) as Service);
  const kept = services.map((service) => checkPromiseKept(service, surroundings));
  const broken = kept.flatMap((found, index) => below(["services", index], found.problems));
  if (broken.length > 0) return { problems: broken };
  const warnings = services.flatMap((service, index) =>
    [...warnAbout(service, surroundings), ...kept[index]!.warnings].map(
      (sentence) => `services[${index}] ${service.name}: ${sentence}`,
    ),
  );
  return { stack: { ...surroundings, access, services, secretKeys: stored }, warnings };
}

type StackFields = ReturnType<typeof parseFields<typeof STACK_FIELDS>>["fields"];

function surroundingsOf({ platform, environment, cluster, bareMetal, dnsZone }: StackFields): Surroundings {
  return {
    // Where one of the two is wrong, nothing that depends on it is said.
    platform: platform!,
    environment: environment!,
    cluster: cluster?.facts ?? {},
    addressPools: bareMetal?.addressPools ?? [],
    metallbNamespace: bareMetal?.metallbNamespace ?? "metallb-system",
    ...(dnsZone === undefined ? {} : { dnsZone }),
  };
}

function checkAccess({ cluster, environment }: StackFields): Problem[] {
  if (cluster === undefined) return [];
  const problems: Problem[] = [];
  if (cluster.context === undefined && cluster.kubeconfig === undefined) {
    const message =
      "missing; needed: the context of the kubeconfig (`kubectl config get-contexts` lists them), or an encrypted kubeconfig. The current context is never assumed.";
    problems.push({ path: "cluster.context", message });
  }
  if (cluster.uid === undefined && environment === "production") {
    const message =
      "missing; production needs it, so that nothing is created in the wrong cluster. Print it with: kubectl get namespace kube-system -o jsonpath='{.metadata.uid}'";
    problems.push({ path: "cluster.uid", message });
  }
  return problems;
}

function checkPlatform({ platform, bareMetal }: StackFields): Problem[] {
  if (bareMetal === undefined || platform === undefined || platform === "bare-metal") return [];
  return [
    {
      path: "bareMetal",
      message: `found on platform ${platform}, where nothing reads it. Remove it, or write platform: bare-metal.`,
    },
  ];
}

function checkZone(zone: string | undefined, drafts: Placed[]): Problem[] {
  if (zone === undefined) return [];
  return drafts.flatMap(({ index, entries }) =>
    entries.flatMap(({ index: entryIndex, entry }) => {
      if (!("host" in entry) || entry.host === zone || entry.host.endsWith(`.${zone}`)) return [];
      const message = `found ${entry.host}; allowed: ${zone} or a name below it (holdfast:dnsZone). Correct the host or the zone.`;
      return [{ path: `services[${index}].entries[${entryIndex}].host`, message }];
    }),
  );
}

import { checkAdmission } from "./check/admission";
import { checkConsumerObjects, checkConsumers, checkConsumes, checkRings, collectEndpointNames } from "./check/endpointRules";
import { linkEntries, type DraftedService } from "./check/links";
import { parseFields } from "./check/parseFields";
import { below, nearest, problemsOf, show, type Problem } from "./check/problem";
import { checkService, warnAbout, type Draft, type PlacedEntry } from "./check/serviceRules";
import {
  checkAccess,
  checkNodeClocks,
  checkObjects,
  checkPlatform,
  checkPools,
  checkSecretKeys,
  checkServices,
  type StackFields,
} from "./check/stackRules";
import type { CompiledEntry } from "./entry/kind";
import { warnAboutSize } from "./check/size";
import { checkReserved, entryKind, ENTRY_KIND_NAMES, neutralKind, resolveNeutral, withReserved, type Entry } from "./entry";
import { takeEdges, withEdgeNames, withEdges } from "./edge/apply";
import { CLOUD_FIELDS } from "./edge/clouds";
import { checkClouds } from "./edge/stack";
import { withSource } from "./entry/derived";
import { outsideEndpoints, serviceEndpoints, type Endpoints } from "./endpoints";
import type { NeutralKind } from "./entry/neutral";
import { examineServices, type ExaminedService } from "./examine";
import { compileEntries } from "./openedEntries";
import { checkEnforced } from "./podSecurity";
import { withProfile } from "./profiles";
import { portName15 } from "./port";
import { SERVICE_FIELDS, type Service } from "./service";
import { DEFAULT_METALLB_NAMESPACE, STACK_FIELDS, type DraftSurroundings, type Stack, type Surroundings } from "./stack";
import { judgeGoodbye, type EntryVerdict } from "./verdict";
import { checkWorkload, completeWorkload, withWorkloadDefaults } from "./workload";

export type { ExaminedService } from "./examine";

export type Parsed<Key extends string, Value, More = unknown> =
  ({ [K in Key]: Value } & More & { warnings: string[]; problems?: undefined }) | { problems: Problem[] };

/**
 * Checks a service as a user writes it. The one check for stack files, the command line and the component's arguments.
 *
 * @returns the service with every default filled in, what it becomes, and what its owner should know; or every problem it has.
 */
export function parseService(raw: unknown, surroundings: Surroundings): Parsed<"examined", ExaminedService> {
  const [linked] = linkEntries([draftService(raw, surroundings)], surroundings, () => []);
  const { draft, entries, problems } = checked(linked!, surroundings);
  const refused = checkEnforced(draft, [{ draft, entries }], surroundings);
  if (problems.length + refused.length > 0) return { problems: [...problems, ...refused] };
  const service = complete(draft, entries);
  const compiled = compileEntries(service, surroundings);
  const own = serviceEndpoints(service, compiled);
  const endpoints = { ...surroundings.endpoints, ...byName(own.endpoints) };
  const asked = below(["consumes"], checkConsumes(service.consumes, endpoints, { names: Object.keys(endpoints), open: false }));
  if (own.problems.length + asked.length > 0) return { problems: [...own.problems, ...asked] };
  const around = { ...surroundings, endpoints };
  const [judged] = examineServices([{ service, entries: compiled }], around);
  const { examined, broken, warnings } = tellOf(judged!, around);
  const wrong = [...examined.compiled.patching.problems, ...broken];
  return wrong.length > 0 ? { problems: wrong } : { examined, warnings };
}

/** What is good on its own. */
function draftService(raw: unknown, surroundings: DraftSurroundings): DraftedService {
  const { fields, problems } = parseFields(SERVICE_FIELDS, withWorkloadDefaults(withProfile(raw)));
  const { entries: rawEntries = [], namespace = fields.name, ...rest } = fields;
  const parsed = rawEntries.map((entry, index) => ({ index, ...parseEntryOf(fields.name ?? "", entry, surroundings) }));
  const entries = parsed.flatMap(({ index, entry }) => (entry === undefined ? [] : [{ index, entry }]));
  const draft = { ...rest, ...(namespace === undefined ? {} : { namespace }) } as Draft;
  const ofEntries = parsed.flatMap(({ index, problems: found }) => below(["entries", index], found));
  const written = Object.entries((raw as object | null | undefined) ?? {}).flatMap(([key, value]) =>
    value === undefined ? [] : [key],
  );
  const ofWorkload = draft.workload === undefined ? [] : checkWorkload(draft.workload, written, draft);
  const unread = parsed.flatMap(({ index, entry }) => (entry === undefined ? nameWritten(rawEntries[index]) : []));
  return { draft, entries, unread, problems: [...problems, ...ofWorkload, ...ofEntries] };
}

/** The name of an entry in which nothing else may be good. */
function nameWritten(raw: unknown): string[] {
  const { name, kind } = (raw ?? {}) as { name?: unknown; kind?: unknown };
  return [name ?? kind].filter((each) => typeof each === "string");
}

/** With what is wrong between its keys. */
function checked<Drafted extends DraftedService>(service: Drafted, surroundings: DraftSurroundings): Drafted {
  return { ...service, problems: [...service.problems, ...checkService(service, surroundings)] };
}

/** Only for a draft without problems, of which nothing can be missing. */
function complete(draft: Draft, entries: PlacedEntry[]): Service {
  return completeWorkload({ ...draft, entries: entries.map(({ entry }) => entry) } as Service);
}

const targetPort = portName15().optional();

/** What every kind takes beside its own keys. */
function parseEntryOf(service: string, raw: unknown, surroundings: DraftSurroundings): { entry?: Entry; problems: Problem[] } {
  const { rest, edges, problems } = takeEdges(raw);
  const { entry, problems: ofKind } = parseTargetedEntry(withReserved(rest, service, surroundings), surroundings);
  const all = [...problems, ...ofKind.map(withEdgeNames)];
  if (entry === undefined || edges === undefined) return { ...(entry === undefined ? {} : { entry }), problems: all };
  return { entry: withEdges(entry, edges, service, surroundings), problems: all };
}

function parseTargetedEntry(raw: unknown, surroundings: DraftSurroundings): { entry?: Entry; problems: Problem[] } {
  if (typeof raw !== "object" || raw === null || !Object.hasOwn(raw, "targetPort")) return parseEntry(raw, surroundings);
  const { targetPort: written, ...rest } = raw as { targetPort: unknown };
  const target = targetPort.safeParse(written);
  const { entry, problems } = parseEntry(rest, surroundings);
  if (!target.success) return { problems: [...problems, ...problemsOf(target.error, ["targetPort"])] };
  return { problems, ...(entry === undefined ? {} : { entry: { ...entry, targetPort: target.data } }) };
}

function parseEntry(raw: unknown, surroundings: DraftSurroundings): { entry?: Entry; problems: Problem[] } {
  const written = (raw as { kind?: unknown } | null | undefined)?.kind;
  const neutral = typeof written === "string" ? neutralKind(written) : undefined;
  if (neutral !== undefined) return parseNeutral(neutral, raw, surroundings);
  const kind = typeof written === "string" ? entryKind(written) : undefined;
  if (kind === undefined) {
    const meant = typeof written === "string" ? nearest(written, ENTRY_KIND_NAMES) : undefined;
    const found = written === undefined ? "missing; needed" : `found ${show(written)}; allowed`;
    return {
      problems: [{ path: "kind", message: `${found}: ${ENTRY_KIND_NAMES.join(", ")}.${meant ? ` Did you mean ${meant}?` : ""}` }],
    };
  }
  const parsed = kind.schema.safeParse(raw);
  return parsed.success ? { entry: parsed.data as Entry, problems: [] } : { problems: problemsOf(parsed.error).map(withSource) };
}

/** The entry that a neutral one means here. It keeps the neutral kind as its name, so that its objects are called alike everywhere. */
function parseNeutral(
  neutral: NeutralKind,
  raw: unknown,
  { platform, addressPools }: DraftSurroundings,
): { entry?: Entry; problems: Problem[] } {
  const parsed = neutral.schema.safeParse(raw);
  if (!parsed.success) return { problems: problemsOf(parsed.error).map(withSource) };
  const unread = platform === undefined || (platform === "bare-metal" && addressPools === undefined);
  if (unread) return { problems: [] };
  const resolved = resolveNeutral(neutral, { ...parsed.data }, platform);
  if (resolved.problems !== undefined) return { problems: resolved.problems };
  const { entry, problems } = parseEntry(resolved.raw, { cluster: {} });
  if (entry === undefined) return { problems };
  return { entry: { ...entry, name: parsed.data.name ?? neutral.kind, neutralKind: neutral.kind }, problems: [] };
}

interface Judged {
  problems: Problem[];
  warnings: string[];
}

/** A promise that an entry cannot keep is a problem; one that nothing decides is a warning. */
function checkPromiseKept(service: Service, verdicts: EntryVerdict[]): Judged {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const names = service.entries.map((entry) => entry.name ?? entry.kind);
  for (const { entry, verdict } of verdicts) {
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

/** A stack without problems of its own, of which some promises may not be kept. */
export interface ExaminedStack {
  stack: Stack;
  services: ExaminedService[];
  warnings: string[];
  /** The promises that are not kept, as problems of the file. */
  broken: Problem[];
  problems?: undefined;
}

/**
 * Checks a whole stack file: the keys of `holdfast:` without that prefix, as `rawStack` gives them.
 *
 * @returns the stack and what its owner should know, or every problem of the file.
 */
export function parseStack(raw: unknown): Parsed<"stack", Stack, { examined: ExaminedService[] }> {
  const examined = examineStack(raw);
  if (examined.problems !== undefined) return { problems: [...examined.problems, ...(examined.broken ?? [])] };
  const { stack, services, warnings, broken } = examined;
  return broken.length > 0 ? { problems: broken } : { stack, examined: services, warnings };
}

/**
 * The same check for whoever wants to look at a stack whose promises fail: those are told apart from what is wrong in the file.
 */
export function examineStack(raw: unknown): ExaminedStack | { problems: Problem[]; broken?: Problem[] } {
  const { fields, problems } = parseFields(STACK_FIELDS, raw);
  const surroundings = draftSurroundings(fields, raw);
  const drafted = (fields.services ?? []).map((service, index) => ({ index, ...draftService(service, surroundings) }));
  const linked = linkEntries(drafted, surroundings, ({ index }) => ["services", index]);
  const drafts = linked.map((service) => checked(service, surroundings));
  const stored = Object.fromEntries(Object.entries(fields.secrets ?? {}).map(([name, values]) => [name, Object.keys(values)]));
  // A service is judged as soon as it and all that surrounds it is good, whatever is wrong with the others.
  const whole = problems.length > 0 ? [] : drafts.filter((draft) => draft.problems.length === 0);
  const good = whole.map(({ index, draft, entries }): Good => {
    const service = complete(draft, entries);
    return { index, service, entries: compileEntries(service, surroundings as Surroundings) };
  });
  const { endpoints, problems: ofEndpoints } = examineEndpoints(fields, drafts, good);
  problems.push(...ofEndpoints);
  const judged = examineAll(good, { ...(surroundings as Surroundings), endpoints });
  problems.push(
    ...checkAccess(fields),
    ...checkNodeClocks(fields),
    ...checkPlatform(fields),
    ...checkClouds(
      surroundings,
      drafts.flatMap(({ index, entries }) =>
        entries.map(({ index: entryIndex, entry }) => ({ at: ["services", index, "entries", entryIndex], entry })),
      ),
    ),
    ...checkPools(surroundings.addressPools ?? []),
    ...drafts.flatMap(({ index, problems: found }) => below(["services", index], found)),
    ...checkServices(drafts, surroundings),
    ...(fields.services === undefined ? [] : checkSecretKeys(stored, drafts)),
  );
  const broken = judged.flatMap((found) => found.broken);
  const examined = judged.map((found) => found.examined);
  problems.push(...judged.flatMap(({ index, examined: { compiled } }) => below(["services", index], compiled.patching.problems)));
  // Names that are told about already would only be told again, object by object.
  if (problems.length === 0) {
    const compiled = examined.map((found) => found.compiled);
    const consumers = fields.consumers ?? [];
    problems.push(
      ...checkReserved(
        surroundings.addressPools ?? [],
        good.map(({ service }) => service),
      ),
      ...checkObjects(compiled),
      ...checkConsumerObjects(consumers, compiled),
      ...checkAdmission(examined, consumers, endpoints),
    );
  }
  if (problems.length > 0) return { problems, broken };
  const { context, kubeconfig, uid } = fields.cluster!;
  const access: Stack["access"] = {
    kubeconfigGiven: kubeconfig !== undefined,
    ...(context === undefined ? {} : { context }),
    ...(uid === undefined ? {} : { uid }),
  };
  const services = examined.map(({ service }) => service);
  const { consumers = [] } = fields;
  const stack: Stack = { ...(surroundings as Surroundings), access, services, endpoints, consumers, secretKeys: stored };
  return { stack, services: examined, warnings: [...warnAboutSize(raw), ...judged.flatMap(({ warnings }) => warnings)], broken };
}

/** A service without problems of its own, at its place in the file, with what its entries become. */
interface Good {
  index: number;
  service: Service;
  entries: CompiledEntry[];
}

interface Examination {
  examined: ExaminedService;
  broken: Problem[];
  warnings: string[];
}

function examineAll(good: Good[], surroundings: Surroundings): (Examination & { index: number })[] {
  const indexes = new Map(good.map(({ index, service }) => [service, index]));
  return examineServices(good, surroundings).map((judged) => {
    const index = indexes.get(judged.service)!;
    const { examined, broken, warnings } = tellOf(judged, surroundings);
    const placed = warnings.map((sentence) => `services[${index}] ${judged.service.name}: ${sentence}`);
    return { index, examined, broken: below(["services", index], broken), warnings: placed };
  });
}

/** Every named endpoint of the services that are good, and what is wrong with those that are written or asked for. */
function examineEndpoints(
  { endpoints: outside, consumers = [] }: StackFields,
  drafts: { index: number; draft: Draft; entries: PlacedEntry[]; problems: Problem[] }[],
  good: Good[],
): { endpoints: Endpoints; problems: Problem[] } {
  const names = collectEndpointNames(drafts, { endpoints: outside });
  const found = good.map(({ index, service, entries }) => ({ index, ...serviceEndpoints(service, entries) }));
  const endpoints = byName([...outsideEndpoints(outside ?? {}), ...found.flatMap((own) => own.endpoints)]);
  const problems = [
    ...names.problems,
    ...found.flatMap(({ index, problems: own }) => below(["services", index], own)),
    ...drafts.flatMap(({ index, draft: { consumes = {} } }) =>
      below(["services", index, "consumes"], checkConsumes(consumes, endpoints, names)),
    ),
    ...checkConsumers(consumers, endpoints, names),
    ...checkRings(
      good.map(({ index, service: { name, consumes } }) => ({ index, name, consumes })),
      endpoints,
    ),
  ];
  return { endpoints, problems };
}

const byName = <Named extends { name: string }>(named: Named[]): Record<string, Named> =>
  Object.fromEntries(named.map((each) => [each.name, each]));

/** What a judged service is told of: promises that are not kept, and what is worth knowing. */
function tellOf(examined: ExaminedService, surroundings: Surroundings): Examination {
  const { service, compiled, verdicts } = examined;
  const { problems, warnings } = checkPromiseKept(service, verdicts);
  const goodbye = judgeGoodbye(service, compiled, surroundings).map((message) => ({ path: "patches", message }));
  return {
    examined,
    broken: [...problems, ...goodbye],
    warnings: [...warnAbout(service, surroundings), ...compiled.patching.warnings, ...warnings],
  };
}

function draftSurroundings(fields: StackFields, raw: unknown): DraftSurroundings {
  const { platform, environment, cluster, bareMetal, dnsZone } = fields;
  const written = (raw ?? {}) as Record<string, unknown>;
  const unreadable = bareMetal === undefined && written.bareMetal !== undefined;
  const clouds = Object.keys(CLOUD_FIELDS) as (keyof typeof CLOUD_FIELDS)[];
  const unread = [...clouds, "dnsZone" as const].some((key) => fields[key] === undefined && written[key] !== undefined);
  return {
    ...(platform === undefined ? {} : { platform }),
    ...(environment === undefined ? {} : { environment }),
    cluster: cluster?.facts ?? {},
    ...(cluster === undefined ? { clusterUnread: true } : {}),
    ...(cluster?.network === undefined ? {} : { network: cluster.network }),
    ...(unreadable ? {} : { addressPools: bareMetal?.addressPools ?? [] }),
    ...(bareMetal?.ingressAddress === undefined ? {} : { ingressAddress: bareMetal.ingressAddress }),
    metallbNamespace: bareMetal?.metallbNamespace ?? DEFAULT_METALLB_NAMESPACE,
    ...Object.fromEntries(clouds.filter((key) => fields[key] !== undefined).map((key) => [key, fields[key]])),
    ...(unread ? { cloudsUnread: true } : {}),
    ...(dnsZone === undefined ? {} : { dnsZone: dnsZone.name, zone: dnsZone }),
  };
}

import type { ResourceValidationPolicy, StackValidationArgs, StackValidationPolicy } from "@pulumi/policy";
import { nameOf } from "../path/value";
import { formatFinding, formatNotes, whereOf } from "./message";
import { mendsPolicy } from "./mends/policy";
import type { Settings } from "./packOptions";
import { misplaced, readSettings, SETTINGS_POLICY, STANDARD_SETTINGS } from "./packOptions";
import type { Rule } from "./rule";
import { RULES } from "./rules";
import { notKnownYet, reportAdvisory, requestOf } from "./sdk";
import type { Located, StackReport } from "./stackReport";
import { reportOnStack } from "./stackReport";

const ADVICE = "advice";
/** The policies that refuse a stack, and the rules whose errors they report. The last two take what no other one does. */
const REFUSING: { name: string; title: string; description: string; takes: (rule: Rule) => boolean }[] = [
  {
    name: "sticky-sessions",
    title: "Clients come back to the same pod",
    description: "A client that comes back in time reaches the same pod.",
    takes: ({ id }) => id === "sticky-sessions",
  },
  {
    name: "idle-timeout",
    title: "Silent connections stay open",
    description: "Every hop keeps a silent connection open for as long as promised.",
    takes: ({ id }) => id === "idle-timeout",
  },
  {
    name: "disruption-budget",
    title: "Node drains take one pod at a time",
    description: "Every exposed workload has a disruption budget that works.",
    takes: ({ id }) => id === "disruption-budget" || id === "disruption-budget-feasible",
  },
  {
    name: "connection-errors",
    title: "Nothing else on the way breaks a connection",
    description: "Nothing on the way breaks a long connection.",
    takes: ({ group }) => group === "connection",
  },
  {
    name: "other-errors",
    title: "Nothing around a connection breaks it",
    description: "What runs and exposes a long connection does not break it.",
    takes: () => true,
  },
];

/** What the policies of one pack share: the settings, and the last report. */
interface Pack {
  rules: readonly Rule[];
  settings: Settings;
  reports: WeakMap<object, { settings: Settings; report: StackReport }>;
}

/**
 * The settings come first, because the SDK asks the policies in this order and gives each only its own configuration. Behind them the
 * policies that refuse, then what is only advice, and the remediation.
 */
export function packPolicies(rules: readonly Rule[] = RULES): (StackValidationPolicy | ResourceValidationPolicy)[] {
  return [...stackPolicies(rules), mendsPolicy()];
}

/** The policies that look at a whole stack. */
export function stackPolicies(rules: readonly Rule[] = RULES): StackValidationPolicy[] {
  const pack: Pack = { rules, settings: STANDARD_SETTINGS, reports: new WeakMap() };
  return [settingsPolicy(pack), ...REFUSING.map((policy) => refusingPolicy(policy, pack)), advicePolicy(pack)];
}

/** The policy that reports a rule's errors. */
export function policyOf(rule: Rule): string {
  return REFUSING.find(({ takes }) => takes(rule))?.name ?? ADVICE;
}

function settingsPolicy(pack: Pack): StackValidationPolicy {
  const object = (description: string) => ({ type: "object" as const, description });
  return {
    name: SETTINGS_POLICY,
    displayName: "What the pack goes by",
    description: "The pack can read what it goes by.",
    enforcementLevel: "mandatory",
    url: "docs/policy.md",
    configSchema: {
      properties: {
        rules: object("Rule id -> error, warning, info or off."),
        options: object("assume, idleSeconds, affinityTtlSeconds, minimumReplicas: what is asked where nothing is promised."),
        cluster: object("What no manifest shows, as in a stack's cluster block; over what the Namespaces declare."),
        waivers: {
          type: "array",
          description: "Cloud resources to live with: rule, urn or type and name, reason.",
          items: { type: "object" },
        },
      },
    },
    validateStack: (args, report) => {
      const { settings, problems } = readSettings(args.getConfig<Record<string, unknown>>());
      pack.settings = settings;
      const found = reportFor(pack, args);
      for (const problem of problems) report(found.redact(problem));
      for (const { sentence, urn } of found.problems) report(found.redact(sentence), urn);
      if (found.pending.length > 0) throw notKnownYet(found.redact(waitingText(found.pending.map(({ sentence }) => sentence))));
    },
  };
}

function refusingPolicy({ name, title, description }: (typeof REFUSING)[number], pack: Pack): StackValidationPolicy {
  return {
    name,
    displayName: title,
    description,
    enforcementLevel: "mandatory",
    url: "docs/policy.md",
    validateStack: (args, report) => {
      for (const problem of misplaced(name, args.getConfig<Record<string, unknown>>())) report(problem);
      const found = reportFor(pack, args);
      const own = found.findings.filter((finding) => belongsTo(finding, pack) === name);
      for (const one of own) if (!one.pending) report(found.redact(formatFinding(one)), one.urn);
      for (const { rule, message } of found.broken) {
        if (!isOf(rule, name, pack)) continue;
        const sentence = `the rule ${rule} failed, so nobody knows whether it is kept: ${message}. To go on without it: "${rule}": "off" in ${SETTINGS_POLICY}.rules`;
        report(found.redact(sentence));
      }
      const pending = own.filter((one) => one.pending);
      // Last: the SDK leaves the policy here, and says that it looks again during the update.
      if (pending.length > 0) throw notKnownYet(found.redact(waitingText(waitingFor(pending))));
    },
  };
}

function advicePolicy(pack: Pack): StackValidationPolicy {
  return {
    name: ADVICE,
    displayName: "Worth a look",
    description: "Worth a look.",
    enforcementLevel: "advisory",
    url: "docs/policy.md",
    validateStack: (args, report) => {
      for (const problem of misplaced(ADVICE, args.getConfig<Record<string, unknown>>())) report(problem);
      const found = reportFor(pack, args);
      const own = found.findings.filter((finding) => belongsTo(finding, pack) === ADVICE);
      for (const { text, urn } of advice(own)) report(found.redact(text), urn);
      for (const { sentence, urn } of found.notes) reportAdvisory(report, found.redact(sentence), urn);
      const waived = found.findings.filter((finding) => finding.waived !== undefined);
      if (waived.length > 0) reportAdvisory(report, found.redact(waivedText(waived)));
    },
  };
}

/** The report of this request of the engine, made by the first policy that is asked. */
function reportFor(pack: Pack, { resources }: StackValidationArgs): StackReport {
  const request = requestOf(resources);
  const known = request === undefined ? undefined : pack.reports.get(request);
  if (known !== undefined && known.settings === pack.settings) return known.report;
  const report = reportOnStack(resources, pack.settings, pack.rules);
  if (request !== undefined) pack.reports.set(request, { settings: pack.settings, report });
  return report;
}

/** Errors go to the policy of their rule, and so does what may turn out to be one. A waived finding is only counted. */
function belongsTo({ rule, severity, pending, waived }: Located, { rules, settings }: Pack): string | undefined {
  if (waived !== undefined) return undefined;
  const turnedDown = settings.rules[rule] !== undefined && settings.rules[rule] !== "error";
  const mayRefuse = severity === "error" || (pending === true && !turnedDown);
  const of = rules.find(({ id }) => id === rule);
  return mayRefuse && of !== undefined ? policyOf(of) : ADVICE;
}

function isOf(id: string, policy: string, { rules }: Pack): boolean {
  const rule = rules.find((one) => one.id === id);
  return rule !== undefined && policyOf(rule) === policy;
}

/** The same warning to many objects is given once, and what a rule merely wants to be known of several stands in one list. */
function advice(findings: readonly Located[]): { text: string; urn?: string }[] {
  const isNote = ({ severity, pending }: Located): boolean => severity === "info" && pending !== true;
  const notes = grouped(findings.filter(isNote), ({ rule }) => rule);
  const warnings = grouped(
    findings.filter((finding) => !isNote(finding)),
    alikeness,
  );
  const listed = notes.filter((group) => grouped(group, alikeness).length > 1);
  const told = [...warnings, ...notes.filter((group) => !listed.includes(group))];
  return [
    ...told.map(([first, ...others]) => ({ text: formatFinding(first!, others), urn: first!.urn })),
    ...listed.map((group) => ({ text: formatNotes(group) })),
  ];
}

function alikeness({ rule, severity, object, found }: Located): string {
  const own = found.replaceAll(nameOf(object), "").replaceAll(object.name, "");
  return [rule, severity, object.kind, own].join("\u0000");
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** What is waited for, each with the rules that wait for it. */
function waitingFor(pending: readonly Located[]): string[] {
  return grouped(pending, (finding) => `${whereOf(finding)}: ${finding.found}`).map(
    (group) => `${whereOf(group[0]!)}: ${group[0]!.found} (${[...new Set(group.map(({ rule }) => rule))].join(", ")})`,
  );
}

function waitingText(pending: readonly string[]): string {
  const lines = [...new Set(pending)].sort().map((line) => `\n  ${line}`);
  return `what it needs is not known yet; it looks again during the update.${lines.join("")}`;
}

function waivedText(waived: readonly Located[]): string {
  const lines = waived.map((finding) => `\n  ${finding.rule}: ${whereOf(finding)}: ${finding.waived}`);
  return `${waived.length === 1 ? "1 finding is waived" : `${waived.length} findings are waived`}:${lines.join("")}`;
}

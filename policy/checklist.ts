/** One item of the classic production checklist. */
export interface ChecklistItem {
  item: string;
  /** The rules that decide it, by id. Together they are the preset `seed-checklist`. */
  rules: readonly [string, ...string[]];
  /** How a stack of ours keeps it, in Markdown, with links as from a page of `docs/`. */
  here: string;
  /** What no object shows, and where it is seen instead. */
  beyond?: string;
}

/** The production checklist of the classic ChatPulse manifests. */
export const CHECKLIST: readonly ChecklistItem[] = [
  {
    item: "TLS certificates",
    rules: ["tls"],
    here: "`tls` is required in production, by the check of the stack file",
  },
  {
    item: "Ingress controller installed",
    rules: ["ingress-class", "retired-controller"],
    here: "`cluster.controllers` declares it",
    beyond: "`npm start` looks for it in a cluster of your own",
  },
  {
    item: "health checks",
    rules: ["readiness-probe", "liveness-probe", "startup-probe"],
    here: "[`probes`](configuration.md#probes): always there, liveness apart from readiness where there is overload",
  },
  {
    item: "requests and limits",
    rules: ["resources"],
    here: "[`resources`](configuration.md#resources): always there",
  },
  {
    item: "autoscaler",
    rules: ["autoscaler", "replica-floor"],
    here: "[`scaling`](configuration.md#scaling-and-disruption-how-many-pods)",
    beyond: "whether it moves: it needs a metrics API, which the embedded cluster has not",
  },
  {
    item: "disruption budget",
    rules: ["disruption-budget", "disruption-budget-feasible"],
    here: "always written, below the floor of pods",
  },
  {
    item: "anti-affinity",
    rules: ["pod-spread"],
    here: "always written, preferred: [`spread`](configuration.md#pods-security-spread-serviceaccount-and-more)",
  },
  {
    item: "secrets in a store",
    rules: ["plain-secret"],
    here: "encrypted values in plain places are refused; `secrets.source: external-secret`, `sealed-secret`",
  },
  {
    item: "Prometheus",
    rules: ["metrics-not-public"],
    here: "[observability](observability.md): a ServiceMonitor by default, alerts with it, and no way in to that port",
  },
  {
    item: "central logging",
    rules: ["log-collector"],
    here: "pods write to their standard output; who collects it is the cluster's own matter",
    beyond: "seen only where the whole cluster is read: `npx holdfast lint --live`",
  },
  {
    item: "3600 s",
    rules: ["idle-timeout"],
    here: "`promise.idleSeconds`, compiled into every hop of an entry",
  },
  {
    item: "sticky sessions",
    rules: ["sticky-sessions"],
    here: "`promise.affinity`",
  },
  {
    item: "rollout without downtime",
    rules: ["rollout"],
    here: "one pod more, none fewer: always written",
    beyond: "in the embedded cluster: pods that say goodbye, addresses that go on answering",
  },
  {
    item: "graceful shutdown, 60 s",
    rules: ["graceful-drain"],
    here: "derived and checked: [graceful shutdown](graceful-shutdown.md)",
  },
];

const cellsOf = ({ item, rules, here, beyond }: ChecklistItem): string[] => [
  item,
  rules.map((id) => `[${id}](rules/${id}.md)`).join(", "),
  beyond === undefined ? here : `${here}; ${beyond}`,
];

/** The table as the page about the classic systems shows it. */
export function checklistTable(): string {
  const rows = [["item", "rules", "in a stack"], ...CHECKLIST.map(cellsOf)];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(rows[0]!), line(widths.map((width) => "-".repeat(width))), ...rows.slice(1).map(line)].join("\n");
}

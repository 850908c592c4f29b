import { createHash } from "node:crypto";
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { LegendDisplayMode, LegendPlacement, VizLegendOptionsBuilder } from "@grafana/grafana-foundation-sdk/common";
import { DashboardBuilder, DatasourceVariableBuilder, type Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as TextPanel, TextMode } from "@grafana/grafana-foundation-sdk/text";
import { PanelBuilder as TimeSeries } from "@grafana/grafana-foundation-sdk/timeseries";
import { duration, limitWords, VERDICT_WORDS } from "../explain/words";
import { DASHBOARD_UID_CHARACTERS } from "../path/facts/exporters";
import type { ConnectionPromise } from "../path/model";
import type { Observed, ObservedPath } from "./observed";
import { queriesOf, rateSeconds, scatterOf } from "./queries";

const DATASOURCE = { type: "prometheus", uid: "${datasource}" };
const [WIDTH, HEIGHT] = [12, 8];

/** A line of a chart: its query, and what the legend calls it. */
type Line = [expr: string | undefined, legend: string];

interface Chart {
  title: string;
  description: string;
  unit: string;
  lines: Line[];
}

/** A Grafana dashboard of one service, as the JSON that Grafana imports. */
export function dashboardJson(observed: Observed, promise: ConnectionPromise, paths: ObservedPath[]): string {
  const { name, namespace } = observed;
  const builder = new DashboardBuilder(`${name}: long-lived connections`)
    .uid(dashboardUid(observed))
    .description(`Service ${namespace}/${name}, made by Holdfast from its stack file; changes made here are lost.`)
    .tags(["holdfast"])
    .timezone("browser")
    .refresh("1m")
    .time({ from: "now-6h", to: "now" })
    .withVariable(new DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"));
  const panels = [...chartsOf(observed).flatMap(chartPanel), limitsPanel(promise, paths, observed)];
  for (const panel of panels) builder.withPanel(panel);
  return `${JSON.stringify(builder.build(), undefined, 2)}\n`;
}

/** The same for one service always, so that an import replaces what was there. */
export function dashboardUid({ name, namespace }: Pick<Observed, "name" | "namespace">): string {
  const whole = `holdfast-${namespace}-${name}`;
  if (whole.length <= DASHBOARD_UID_CHARACTERS.maximum) return whole;
  return `holdfast-${createHash("sha256").update(`${namespace}/${name}`).digest("hex").slice(0, 16)}`;
}

function chartsOf(observed: Observed): Chart[] {
  const queries = queriesOf(observed);
  const { drain } = observed;
  const over = `over ${duration(rateSeconds(observed))}`;
  return [
    {
      title: "Open connections",
      description: "All pods together. A step down that does not come back is what the alert on dropping sockets looks for.",
      unit: "short",
      lines: [[queries.connections, "all pods"]],
    },
    {
      title: "Balance: connections per pod",
      description: `The average, and the most that chance and the affinity explain: the average and ${scatterOf(observed)} times its square root. New pods are below the average until clients come.`,
      unit: "short",
      lines: [
        [queries.connectionsPerPod, "{{pod}}"],
        [queries.averagePerPod, "average"],
        [queries.explainedPerPod, "most that is explained"],
      ],
    },
    {
      title: "Requests by status",
      description: `Requests a second ${over}, all pods together. 101 are connections that were opened.`,
      unit: "reqps",
      lines: [[queries.requestRate, "{{status}}"]],
    },
    {
      title: "Share of errors",
      description: `Answers 5xx as a share of all answers ${over}.`,
      unit: "percentunit",
      lines: [[queries.errorRatio, "5xx"]],
    },
    {
      title: "Time to answer, 95th percentile",
      description: `95 of 100 requests ${over} were answered faster, over all pods. Connections that stay open are in it only where the application counts them.`,
      unit: "s",
      lines: [[queries.p95Seconds, "95 %"]],
    },
    {
      title: "Connections closed, by code",
      description: "1000 and 1001 are goodbyes; 1006 is a connection that broke off, as a hop whose clock ran out does it.",
      unit: "cps",
      lines: [[queries.closesByCode, "{{code}}"]],
    },
    {
      title: "Leaving pods: seconds until they are killed",
      description: `A pod that leaves serves on for ${drain.preStopSeconds} s and then has ${drain.drainSeconds} s for its goodbyes. Below ${drain.marginSeconds} s it is late.`,
      unit: "s",
      lines: [[queries.secondsUntilKilled, "{{pod}}"]],
    },
    {
      title: "Leaving pods: connections still open",
      description: "Empty where Prometheus does not read leaving pods: it has to find them by EndpointSlices, or as pods.",
      unit: "short",
      lines: [[queries.connectionsOfLeavingPods, "{{pod}}"]],
    },
  ];
}

/** Nothing for a chart whose metrics the application does not have. */
function chartPanel({ title, description, unit, lines }: Chart): Builder<Panel>[] {
  const targets = lines.flatMap(([expr, legend], index) =>
    expr === undefined
      ? []
      : [
          new DataqueryBuilder()
            .refId(String.fromCharCode(65 + index))
            .expr(expr)
            .legendFormat(legend)
            .range(),
        ],
  );
  if (targets.length === 0) return [];
  const panel = new TimeSeries().title(title).description(description).datasource(DATASOURCE).unit(unit).min(0);
  const legend = new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom);
  return [panel.legend(legend).targets(targets).span(WIDTH).height(HEIGHT)];
}

function limitsPanel(promise: ConnectionPromise, paths: ObservedPath[], { drain }: Observed): Builder<Panel> {
  const { idleSeconds, affinity } = promise;
  const sticks =
    affinity.mode === "none" ? "any pod serves any connection" : `same pod again for ${duration(affinity.ttlSeconds)}`;
  const lines = [
    `Promised: a connection may be silent for ${duration(idleSeconds)}, ${sticks}, ${duration(drain.drainSeconds)} for goodbyes.`,
    ...paths.flatMap(({ entry, url, verdict, hops }) => [
      "",
      `**${entry}** \`${url}\`: ${VERDICT_WORDS[verdict].word}`,
      "",
      "| hop | closes a silent connection after |",
      "|---|---|",
      ...hops.map(({ title, limit, idleSeconds: seconds }) => `| ${title} | ${limitWords(limit, seconds)} |`),
    ]),
    ...(paths.length === 0 ? ["", "No way in from outside."] : []),
  ];
  return new TextPanel()
    .title("The way to the pods, and its limits")
    .mode(TextMode.Markdown)
    .content(lines.join("\n"))
    .span(WIDTH)
    .height(Math.min(20, HEIGHT + paths.length * 2));
}

import assert from "node:assert/strict";
import { queriesOf } from "../../observe/queries";
import { PROMTOOL_HOOK_MILLISECONDS, promtool, type Promtool } from "./promtool";
import { CHAT } from "./scenarios";

const series = (metric: string, pod: string, more = "") => `${metric}{namespace="talk",service="chat",pod="chat-${pod}"${more}}`;
const buckets = (pod: string, fast: number, slow: number) =>
  Object.fromEntries(
    Object.entries({ "0.1": fast, "1": fast + slow, "+Inf": fast + slow }).map(([le, by]) => [
      series("http_request_duration_seconds_bucket", pod, `,le="${le}"`),
      `0+${by}x40`,
    ]),
  );

/** Two pods for twenty minutes: one answers 90 fast requests each half minute, the other 10 slow ones of which 5 fail. */
const READ: Record<string, string> = {
  [series("websocket_connections_current", "0")]: "30x40",
  [series("websocket_connections_current", "1")]: "10x40",
  [series("http_requests_total", "0", ',status="200"')]: "0+90x40",
  [series("http_requests_total", "1", ',status="200"')]: "0+5x40",
  [series("http_requests_total", "1", ',status="500"')]: "0+5x40",
  [series("websocket_closes_total", "0", ',code="1001"')]: "0+3x40",
  [series("websocket_closes_total", "1", ',code="1001"')]: "0+3x40",
  [`kube_pod_deletion_timestamp{namespace="talk",pod="chat-1"}`]: "_x38 1230x2",
  ...buckets("0", 90, 0),
  ...buckets("1", 0, 10),
};

describe("the queries of the dashboard, by the real promtool", function () {
  this.timeout(60_000);
  const queries = queriesOf(CHAT);
  let tool: Promtool;

  before(async function () {
    this.timeout(PROMTOOL_HOOK_MILLISECONDS);
    tool = await promtool();
  });

  const answers = (expr: string, expected: Record<string, number>) =>
    tool(["test", "rules", "test.yaml"], {
      "test.yaml": {
        evaluation_interval: "30s",
        tests: [
          {
            interval: "30s",
            input_series: Object.entries(READ).map(([name, values]) => ({ series: name, values })),
            promql_expr_test: [
              {
                expr,
                eval_time: "20m",
                exp_samples: Object.entries(expected).map(([labels, value]) => ({ labels, value })),
              },
            ],
          },
        ],
      },
    });

  const CASES: Record<string, [query: string | undefined, expected: Record<string, number>]> = {
    "open connections": [queries.connections, { "{}": 40 }],
    "the average of a pod": [queries.averagePerPod, { "{}": 20 }],
    "what chance and the affinity explain": [`round(${queries.explainedPerPod}, 0.01)`, { "{}": 45.49 }],
    "requests by status": [`round(${queries.requestRate}, 0.001)`, { '{status="200"}': 3.167, '{status="500"}': 0.167 }],
    "the share of errors, of all pods together": [`round(${queries.errorRatio}, 0.001)`, { "{}": 0.05 }],
    "one 95th percentile, of all pods together": [`round(${queries.p95Seconds}, 0.001)`, { "{}": 0.55 }],
    "closes by code": [`round(${queries.closesByCode}, 0.01)`, { '{code="1001"}': 0.2 }],
    "the seconds of a leaving pod": [queries.secondsUntilKilled, { '{namespace="talk",pod="chat-1"}': 30 }],
    "the connections of a leaving pod": [queries.connectionsOfLeavingPods, { '{namespace="talk",pod="chat-1"}': 10 }],
  };

  for (const [what, [query, expected]] of Object.entries(CASES)) {
    it(`tell ${what}`, async () => {
      const { passes, said } = await answers(query!, expected);
      assert.ok(passes, said);
    });
  }

  it("would give a percentile of each series, were the buckets not added up", async () => {
    const classic = 'histogram_quantile(0.95, rate(http_request_duration_seconds_bucket{namespace="talk"}[5m]))';
    const { passes, said } = await answers(classic, { "{}": 0.55 });
    assert.ok(!passes);
    assert.match(said, /pod="chat-0"[^]*pod="chat-1"/);
  });

  it("give a share of errors of 0, not nothing, where nothing fails", async () => {
    const healthy = queriesOf({ ...CHAT, names: { requests: "websocket_closes_total" } }).errorRatio!;
    const { passes, said } = await answers(healthy, { "{}": 0 });
    assert.ok(passes, said);
  });
});

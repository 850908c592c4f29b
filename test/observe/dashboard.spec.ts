import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { examineStackFile } from "../../cli/stackFile";
import { dashboardOf } from "../../compile/dashboardConfigMap";
import { alertsOf } from "../../observe/alerts";
import { dashboardUid } from "../../observe/dashboard";
import { EXPORTED } from "../../path/facts/exporters";
import { createSampleServer } from "../../sandbox/sample/server";
import { compiled, objectOf, rawStackWith, type Block } from "../compile/stacks";
import { ask, open } from "../sample/support";
import { PROMTOOL_HOOK_MILLISECONDS, promtool, type Promtool, ruleFile } from "./promtool";
import { CHAT } from "./scenarios";

const ROOT = path.join(__dirname, "..", "..");
const GOLDEN = path.join(ROOT, "test", "golden", "dashboard.json");

interface Panel {
  title: string;
  targets?: { expr: string }[];
  options: { content?: string };
}
const panelsOf = (json: string): Panel[] => (JSON.parse(json) as { panels: Panel[] }).panels;
const queriesIn = (json: string): string[] => panelsOf(json).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

function dashboardOfStack(name: string): string {
  const examined = examineStackFile(ROOT, name);
  return dashboardOf(examined.services[0]!, examined.stack);
}

describe("the dashboard", () => {
  const json = dashboardOfStack("dev");

  it("is what its golden file says", () => {
    if (process.env.UPDATE_GOLDEN) fs.writeFileSync(GOLDEN, json);
    assert.equal(json, fs.readFileSync(GOLDEN, "utf8"));
  });

  it("answers the four questions, and shows the balance, the closes, the goodbyes and the limits", () => {
    const titles = panelsOf(json).map(({ title }) => title);
    assert.equal(titles.length, 9);
    assert.equal(new Set(titles).size, 9);
    const text = panelsOf(json).at(-1)!.options.content!;
    assert.match(text, /\*\*metallb\*\* `ws:\/\/192\.168\.1\.207\/ws`: holds/);
    assert.match(text, /\| kube-proxy \(nftables\) \| 24 h \|/);
  });

  it("has no panel for a metric that the application does not have", () => {
    const metrics = { names: { connections: "none", closes: "none" }, dashboard: true };
    const { data } = objectOf(compiled(rawStackWith({ metrics })), "dashboard").object as unknown as {
      data: Record<string, string>;
    };
    const titles = panelsOf(data["chat-chat.json"]!).map(({ title }) => title);
    assert.equal(titles.length, 5);
    assert.ok(!titles.some((title) => /Balance|closed|still open/.test(title)));
  });

  it("has an identifier that Grafana takes, and another for each service", () => {
    const uids = ["a", "b", "c".repeat(63)].map((name) => dashboardUid({ name, namespace: "n".repeat(30) }));
    assert.ok(uids.every((uid) => uid.length <= 40));
    assert.equal(new Set(uids).size, 3);
  });

  it("is a ConfigMap only where it is asked for, and only then loads Grafana's SDK", () => {
    assert.ok(compiled(rawStackWith()).objects.every(({ logicalName }) => logicalName !== "dashboard"));
    const { object } = objectOf(compiled(rawStackWith({ metrics: { dashboard: true } })), "dashboard");
    assert.equal(object.metadata.labels?.grafana_dashboard, "1");
    const loads = (metrics: Block) => {
      const script = `require("./compile/parse").parseStack(${JSON.stringify(rawStackWith({ metrics }))}); console.log(String(Object.keys(require.cache).some((file) => file.includes("grafana"))))`;
      return spawnSync(process.execPath, ["-r", "ts-node/register", "-e", script], { cwd: ROOT, encoding: "utf8" }).stdout;
    };
    assert.deepEqual([loads({}), loads({ dashboard: true })], ["false\n", "true\n"]);
  }).timeout(60_000);
});

/** Every selector of a query: the metric, and the labels that it is asked by. */
function selectorsIn(query: string): { name: string; labels: string[] }[] {
  return [...query.matchAll(/([a-zA-Z_:][\w:]*)\{((?:[^}"]|"(?:[^"\\]|\\.)*")*)\}/g)].map(([, name, matchers]) => ({
    name: name!,
    labels: [...matchers!.matchAll(/(\w+)(?:=~|!~|!=|=)"(?:[^"\\]|\\.)*"/g)].map(([, label]) => label!),
  }));
}

/** What Prometheus itself writes onto the series of a pod, whatever the pod exposes. */
const TARGET_LABELS = ["namespace", "pod", "service"];

describe("every query", function () {
  this.timeout(60_000);
  let tool: Promtool;
  let exposed: Map<string, Set<string>>;
  const queries = [
    ...queriesIn(dashboardOfStack("dev")),
    ...queriesIn(dashboardOfStack("prod")),
    ...alertsOf(CHAT).map(({ expr }) => expr),
  ];

  before(async function () {
    this.timeout(PROMTOOL_HOOK_MILLISECONDS);
    tool = await promtool();
    exposed = await sampleMetrics();
  });

  const check = (expressions: string[]) =>
    tool(["check", "rules", "rules.yaml"], {
      "rules.yaml": ruleFile(expressions.map((expr, index) => ({ record: `asked:${index}`, expr }))),
    });

  it("is understood by Prometheus", async () => {
    const { passes, said } = await check(queries);
    assert.ok(passes, said);
    assert.ok(!(await check([...queries, "sum by (pod (up)"])).passes);
  });

  it("asks only for metrics and labels that the sample server or a named exporter has", () => {
    const exporters = new Map<string, Set<string>>(
      Object.values(EXPORTED).map(({ name, labels }) => [name, new Set<string>(labels)]),
    );
    const unknown = (query: string) =>
      selectorsIn(query).flatMap(({ name, labels }) => {
        const own = exposed.get(name);
        const known = own ?? exporters.get(name);
        if (known === undefined) return [name];
        const more = own === undefined ? ["exported_namespace"] : TARGET_LABELS;
        return labels.filter((label) => !known.has(label) && !more.includes(label)).map((label) => `${name}{${label}}`);
      });
    assert.deepEqual(queries.flatMap(unknown), []);
    assert.ok(queries.every((query) => selectorsIn(query).length > 0));
    assert.deepEqual(unknown('sum(websocket_connections{pod="a"}) + rate(http_requests_total{code="500"}[5m])'), [
      "websocket_connections",
      "http_requests_total{code}",
    ]);
  });

  it("groups only by labels that there are", () => {
    const grouped = [...queries.join("\n").matchAll(/sum by \(([\w, ]+)\) \(rate/g)].flatMap(([, labels]) => labels!.split(", "));
    const known = [...exposed.values()].flatMap((labels) => [...labels]);
    assert.deepEqual([...new Set(grouped)].sort(), ["code", "le", "status"]);
    assert.ok(grouped.every((label) => known.includes(label)));
  });
});

/** What the sample server really exposes after a socket and a request: each metric with its labels. */
async function sampleMetrics(): Promise<Map<string, Set<string>>> {
  const server = createSampleServer({ podOf: () => ({ name: "chat-0", namespace: "talk" }) });
  const port = await server.listen(0, "127.0.0.1");
  try {
    const { socket, closed } = await open(`ws://127.0.0.1:${port}/ws`);
    socket.close(1000);
    await closed;
    const { body } = await ask(port, "/metrics");
    const lines = body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const found = new Map<string, Set<string>>();
    for (const line of lines) {
      const [, name, labels] = /^(\w+)\{(.*)\} /.exec(line)!;
      found.set(name!, new Set([...labels!.matchAll(/(\w+)="/g)].map(([, label]) => label!)));
    }
    return found;
  } finally {
    await server.drain(0);
  }
}

describe("holdfast dashboard", function () {
  this.timeout(60_000);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-dashboard-"));
  after(() => fs.rmSync(folder, { recursive: true }));

  const dashboard = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(ROOT, "bin", "holdfast.js"), "dashboard", ...args], { cwd: ROOT, encoding: "utf8" });

  it("prints what is deployed", () => {
    const { status, stdout, stderr } = dashboard("-s", "dev");
    assert.deepEqual([status, stderr], [0, ""]);
    assert.equal(stdout, fs.readFileSync(GOLDEN, "utf8"));
  });

  it("asks which service is meant, and knows a slip", () => {
    const entries: unknown[] = [];
    const services = ["chat", "logs"].map((name) => ({ name, image: `registry.example.com/${name}:1.0.0`, port: 8080, entries }));
    const config = Object.entries(rawStackWith({}, {}, { services })).map(([key, value]) => [`holdfast:${key}`, value]);
    fs.writeFileSync(path.join(folder, "Pulumi.two.yaml"), stringify({ config: Object.fromEntries(config) as unknown }));
    const two = (...args: string[]) => dashboard("--cwd", folder, "-s", "two", ...args);
    const missing = two();
    assert.deepEqual([missing.status, missing.stdout], [2, ""]);
    assert.equal(missing.stderr, "--service: missing; a dashboard is of one service; services of Pulumi.two.yaml: chat, logs.\n");
    assert.equal(
      two("--service", "log").stderr,
      "--service: found log; services of Pulumi.two.yaml: chat, logs. Did you mean logs?\n",
    );
    assert.match(two("--service", "logs").stdout, /"title": "logs: long-lived connections"/);
  });
});

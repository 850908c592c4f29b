import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import type { Alert } from "../../observe/alerts";
import { ensureTools } from "../../sandbox/tools";

/** Milliseconds that a hook which may have to build promtool needs. */
export const PROMTOOL_HOOK_MILLISECONDS = 20 * 60_000;

const run = promisify(execFile);

export interface Outcome {
  passes: boolean;
  said: string;
}

export type Promtool = (args: string[], files: Record<string, unknown>) => Promise<Outcome>;

/** The real promtool. `files` are written as YAML into a folder of their own, in which it runs. */
export async function promtool(): Promise<Promtool> {
  const { promtool: binary } = await ensureTools(["promtool"]);
  return async (args, files) => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-promtool-"));
    try {
      for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(directory, name), stringify(content));
      const { stdout, stderr } = await run(binary!, args, { cwd: directory });
      return { passes: true, said: stdout + stderr };
    } catch (error) {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      return { passes: false, said: stdout + stderr };
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  };
}

export const ruleFile = (rules: unknown[]) => ({ groups: [{ name: "tested", rules }] });

/** What Prometheus has read, and when it is asked. */
export interface Readings {
  /** Series with their values in promtool's notation, one each `stepSeconds`. */
  series: Record<string, string>;
  stepSeconds: number;
  /** Times at which the alert is looked at, such as 24m. */
  at: string[];
}

/** An alert that fires: the labels that its query adds, and what stands in place of its templates. */
export interface Firing {
  labels?: Record<string, string>;
  told: Record<string, string>;
}

/** A file for `promtool test rules` in which `alert` is expected to be firing as described, or quiet. */
export function alertTest(alert: Alert, { series, stepSeconds, at }: Readings, firing: Firing | undefined) {
  const filled = (text: string) =>
    Object.entries(firing?.told ?? {}).reduce((all, [template, value]) => all.replaceAll(template, value), text);
  const annotations = Object.fromEntries(Object.entries(alert.annotations).map(([key, text]) => [key, filled(text)]));
  const expected = firing && [{ exp_labels: { ...firing.labels, ...alert.labels }, exp_annotations: annotations }];
  return {
    rule_files: ["rules.yaml"],
    evaluation_interval: `${stepSeconds}s`,
    tests: [
      {
        interval: `${stepSeconds}s`,
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        alert_rule_test: at.map((time) => ({ eval_time: time, alertname: alert.alert, exp_alerts: expected ?? [] })),
      },
    ],
  };
}

import { stringify } from "yaml";
import { ContextError, openCluster, type ClusterReader } from "../cluster";
import type { ExaminedStack } from "../compile/parse";
import { checksOf, type Check } from "./check";
import { cloudChecks, type CloudAccount } from "./cloud";
import { clusterChecks, lookAtCluster, proposedBlock } from "./cluster";
import { machineChecks } from "./machine";
import { needChecks } from "./needs";
import { SYMPTOMS, type Diagnosis } from "./symptoms";
import { notRead } from "./symptoms/diagnosis";

export { asJson, asText, diagnosesAsJson, diagnosesAsText } from "./text";
export { SYMPTOMS, type Diagnosis } from "./symptoms";
export type { Check, State } from "./check";

/** Everything that was looked at before an `up`, and the `cluster` block that the cluster itself would write. */
export interface Examination {
  checks: Check[];
  /** Lines of a stack file; absent where the cluster did not answer. */
  proposed?: string;
}

const stackCheck = checksOf("the stack file");

/** Looks at this machine, the stack file, the cluster and the cloud. Nothing is changed anywhere. */
export async function examine(examined: ExaminedStack): Promise<Examination> {
  const { stack } = examined;
  const account = accountOf(stack);
  const checks = [...(await machineChecks()), ...waysIn(examined)];
  const opened = open(stack.access.context);
  if (opened instanceof ContextError) {
    const context = checksOf("the cluster")(
      `context ${stack.access.context ?? ""}`,
      "missing",
      opened.message,
      "kubectl config get-contexts",
    );
    return { checks: [...checks, context, ...(await cloudChecks(stack, account))] };
  }
  try {
    const { view, answered } = await lookAtCluster(opened);
    checks.push(answered);
    if (view === undefined) return { checks: [...checks, ...(await cloudChecks(stack, account))] };
    const compiled = examined.services.map((service) => service.compiled);
    checks.push(...clusterChecks(stack, view), ...(await needChecks(compiled, opened, view)));
    checks.push(...(await cloudChecks(stack, account)));
    return { checks, proposed: stringify({ "holdfast:cluster": proposedBlock(stack, view) }) };
  } finally {
    opened.close();
  }
}

/** The account that the stack names, in the words of each cloud. */
function accountOf({ aws, azure, gcp }: ExaminedStack["stack"]): CloudAccount {
  const wanted = aws?.accountId ?? azure?.subscriptionId ?? gcp?.project;
  return wanted === undefined ? {} : { wanted };
}

/** Looks for what is behind a symptom, in the namespaces of the stack's services. */
export async function diagnose(symptom: string, { stack, services }: ExaminedStack): Promise<Diagnosis[]> {
  const reader = openCluster(stack.access.context);
  try {
    // A cluster that does not answer must not pass for one in which nothing is wrong.
    await reader.version();
    const namespaces = [...new Set(stack.services.map(({ namespace }) => namespace))];
    const refused = new Map<string, string>();
    const diagnoses = await SYMPTOMS[symptom]!.look({ reader, services, namespaces, refused });
    return [...diagnoses, ...notRead(refused)];
  } finally {
    reader.close();
  }
}

function open(context: string | undefined): ClusterReader | ContextError {
  try {
    return openCluster(context);
  } catch (error) {
    if (error instanceof ContextError) return error;
    throw error;
  }
}

function waysIn({ services }: ExaminedStack): Check[] {
  return services.flatMap(({ service, verdicts }) =>
    verdicts.map(({ entry, verdict: { verdict, reasons, write, settle } }) => {
      const state = verdict === "fails" ? "wrong" : verdict === "unknown" ? "could-not-look" : "ok";
      const mend = [...write, ...settle].join("; ") || "npx holdfast explain";
      return stackCheck(`${service.name} by ${entry}`, state, reasons.join(" ") || verdict, mend);
    }),
  );
}

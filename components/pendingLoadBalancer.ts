import * as pulumi from "@pulumi/pulumi";
import type * as cluster from "../cluster";
import type * as symptoms from "../doctor/symptoms/lbPending";
import type { KubernetesObject } from "../path/objects";

/**
 * What is done where an object did not get its address: its events are read, and the usual causes are told, what they show first.
 * The provider itself only says that it waited.
 *
 * @param context of the stack's cluster; without one nothing can be read.
 * @returns hooks for the options of components; a preview needs none.
 */
export function hooksForLoadBalancers(context: string | undefined): pulumi.ResourceHookBinding | undefined {
  if (context === undefined || pulumi.runtime.isDryRun()) return undefined;
  const hook = new pulumi.ErrorHook("load-balancer-pending", async ({ newInputs }) => {
    if (newInputs !== undefined) await tell(newInputs as KubernetesObject, context);
    return false;
  });
  return { onError: [hook] };
}

async function tell(object: KubernetesObject, context: string): Promise<void> {
  try {
    const lines = await diagnosis(object, context);
    await pulumi.log.error(lines.join("\n"));
  } catch {
    // The provider's own message stands beside it; an explanation that fails must not hide that.
  }
}

async function diagnosis(object: KubernetesObject, context: string): Promise<string[]> {
  // Only an update that fails has to load them.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { openCluster } = require("../cluster") as typeof cluster;
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { whyPending } = require("../doctor/symptoms/lbPending") as typeof symptoms;
  const reader = openCluster(context);
  try {
    const found = await whyPending(object, { reader, namespaces: [object.metadata.namespace ?? "default"] });
    const causes = found.causes.map(({ likelihood, what, evidence, mend }) =>
      [
        `  ${likelihood}: ${what}`,
        ...(evidence === undefined ? [] : [`    ${evidence}`]),
        ...(likelihood === "ruled out" ? [] : [`    ${mend}`]),
      ].join("\n"),
    );
    return [`${found.about}. What its events show:`, ...causes];
  } finally {
    reader.close();
  }
}

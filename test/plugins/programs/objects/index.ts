import fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { Provider } from "@pulumi/kubernetes/provider";
import type { Plan } from "./plan";

const plan = JSON.parse(fs.readFileSync(process.env.HOLDFAST_TEST_PLAN!, "utf8")) as Plan;
const provider = new Provider("provider", plan.provider ?? {});
const made = new Map<string, CustomResource>();

/** `{ "$secret": value }` is a secret, `{ "$output": [resource, path...] }` something known only when that resource exists. */
function resolve(value: unknown): pulumi.Input<unknown> {
  if (Array.isArray(value)) return value.map(resolve);
  if (typeof value !== "object" || value === null) return value;
  if ("$secret" in value) return pulumi.secret(value.$secret);
  if ("$output" in value) {
    const [name, ...path] = value.$output as [string, ...string[]];
    const start: pulumi.Output<unknown> = pulumi.output(made.get(name)!.id).apply(() => made.get(name)!.metadata);
    return start.apply((metadata) => path.reduce((at, key) => (at as Record<string, unknown>)[key], metadata as unknown));
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item)]));
}

for (const { name, object, options, after = [], get } of plan.resources) {
  const { apiVersion, kind } = object;
  const settings = { ...options, provider, dependsOn: after.map((each) => made.get(each)!) };
  made.set(
    name,
    get === undefined
      ? new CustomResource(name, resolve(object) as ConstructorParameters<typeof CustomResource>[1], settings)
      : CustomResource.get(name, { apiVersion, kind, id: get, provider }),
  );
}

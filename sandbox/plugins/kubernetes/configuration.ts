import path from "node:path";
import { isRpcSecret, unwrapRpcSecret } from "@pulumi/pulumi/runtime/rpc";
import { hasUnknown, type JsonObject } from "./properties";

/** What a program may say about the provider. */
export interface Configuration {
  /** Path or contents; default: KUBECONFIG, then the user's own file. */
  kubeconfig?: string;
  context?: string;
  cluster?: string;
  /** Where namespaced objects without a namespace go. */
  namespace?: string;
  /** Replace a changed ConfigMap or Secret even where Kubernetes would let it change. */
  replaceConfigMaps: boolean;
  replaceSecrets: boolean;
  /** Take over an object that exists already and was not made by the same resource. */
  upsert: boolean;
  patchForce: boolean;
  /** The file whose content a cluster must carry to be served. */
  markFile: string;
  /** Some of it is known only while `pulumi up` runs; a preview cannot ask the cluster. */
  unknown: boolean;
}

/** Arguments of the official provider that would change what happens and that the stand-in does not have. */
const refused: Record<string, (value: string) => boolean> = {
  enableServerSideApply: (value) => value === "false",
  renderYamlToDirectory: (value) => value !== "",
  deleteUnreachable: (value) => value === "true",
  skipUpdateUnreachable: (value) => value === "true",
};

/** Arrays and objects come as JSON text, booleans as "true" or "false". */
export function readConfiguration(args: JsonObject, env: NodeJS.ProcessEnv): Configuration {
  const text = (name: string): string | undefined => {
    const raw = args[name];
    const value = isRpcSecret(raw) ? unwrapRpcSecret(raw) : raw;
    if (value === undefined || value === null || value === "") return undefined;
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  };
  const problems = Object.entries(refused)
    .filter(([name, isRefused]) => isRefused(text(name) ?? (name === "enableServerSideApply" ? "true" : "")))
    .map(([name]) => `${name}: ${text(name)}`);
  if (problems.length > 0) {
    throw new Error(
      `Holdfast's stand-in for the Kubernetes provider cannot do ${problems.join(", ")}. Remove it, or install the official plugin where it can be downloaded.`,
    );
  }
  const flag = (name: string, variable: string): string | undefined => text(name) ?? env[variable];
  const state = env.HOLDFAST_STATE_DIR ?? path.join(process.cwd(), ".holdfast");
  return {
    kubeconfig: text("kubeconfig"),
    context: text("context"),
    cluster: text("cluster"),
    namespace: text("namespace"),
    replaceConfigMaps: flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE") === "false",
    replaceSecrets: flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE") === "false",
    upsert: flag("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS") === "true",
    patchForce: flag("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE") === "true",
    markFile: env.HOLDFAST_SANDBOX_MARK ?? path.join(state, "sandbox", "mark"),
    unknown: hasUnknown(args),
  };
}

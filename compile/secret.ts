import type { z } from "zod";
import { block, list, map, objectName, oneOf, seconds, text, label } from "./check/fields";
import type { Problem } from "./check/problem";
import { keyedChecksum } from "./checksum";
import { environmentName } from "./configMap";
import { metadataOf } from "./labels";
import { Hole, Later, type CompiledObject, type Need } from "./model";
import { afterNamespace } from "./namespace";
import type { Service } from "./service";

/** Where the service's secret environment comes from. Which of the other keys apply depends on `source`. */
export interface SecretSource {
  /**
   * `pulumi`: encrypted in the stack's configuration, `holdfast:secrets.<service>.<key>`. `existing`: a Secret somebody else
   * keeps. `external-secret`: fetched by the External Secrets Operator. `sealed-secret`: sealed for the cluster's controller.
   */
  source: "pulumi" | "existing" | "external-secret" | "sealed-secret";
  /** Only `pulumi`: the environment variables, each with an encrypted value in the stack's configuration. */
  keys?: string[];
  /**
   * Only `pulumi`: the name of one more encrypted value beside those of `keys`, at least 32 random characters, which no pod gets.
   * With it the pods carry a checksum of the values, made under this key, and are replaced when one changes. Default: they are not.
   */
  rolloutKey?: string;
  /** Only `existing`: the name of the Secret in the service's namespace. */
  name?: string;
  /** Only `external-secret`: the store to read from. */
  store?: { kind: "SecretStore" | "ClusterSecretStore"; name: string };
  /** Only `external-secret`: environment variable -> where its value lies in the store. */
  remoteKeys?: Record<string, { key: string; property?: string }>;
  /** Only `external-secret`: seconds between two readings. 0 (once) to 604800, default 3600. */
  refreshSeconds?: number;
  /** Only `sealed-secret`: environment variable -> what `kubeseal --raw` printed for this name and namespace. */
  encryptedData?: Record<string, string>;
}

/** 192 bits or more, whether the key is written in base64 or, as most passwords are, in letters and digits. */
export const SHORTEST_ROLLOUT_KEY_CHARACTERS = 32;

const KEYS_OF: Record<SecretSource["source"], (keyof SecretSource)[]> = {
  pulumi: ["keys", "rolloutKey"],
  existing: ["name"],
  "external-secret": ["store", "remoteKeys", "refreshSeconds"],
  "sealed-secret": ["encryptedData"],
};
const OPTIONAL_KEYS: (keyof SecretSource)[] = ["refreshSeconds", "rolloutKey"];
const SOURCES = ["pulumi", "existing", "external-secret", "sealed-secret"] as const;

const remoteKey = block({
  key: text("the name of a secret in the store"),
  property: text("a property of that secret").optional(),
});
const environmentNames = "a block of environment variables with";

export const secretsSchema: z.ZodType<SecretSource> = block({
  source: oneOf(SOURCES),
  keys: list(environmentName(), "environment variables").optional(),
  rolloutKey: environmentName().optional(),
  name: objectName("the name of a Secret").optional(),
  store: block({ kind: oneOf(["SecretStore", "ClusterSecretStore"]).default("ClusterSecretStore"), name: label() }).optional(),
  remoteKeys: map(environmentName(), remoteKey, `${environmentNames} key and property of the value in the store`).optional(),
  refreshSeconds: seconds(0, 604_800).optional(),
  encryptedData: map(
    environmentName(),
    text("what `kubeseal --raw` printed (base64)", /^[A-Za-z0-9+/=]{16,}$/),
    `${environmentNames} their sealed values`,
  ).optional(),
}).superRefine((secrets, context) => {
  for (const [key, message] of keyProblems(secrets)) context.addIssue({ code: "custom", path: [key], message });
});

function* keyProblems(secrets: SecretSource): Iterable<[string, string]> {
  const wanted = KEYS_OF[secrets.source];
  for (const key of Object.keys(secrets) as (keyof SecretSource)[]) {
    if (key === "source" || secrets[key] === undefined || wanted.includes(key)) continue;
    const owner = SOURCES.find((source) => KEYS_OF[source].includes(key));
    yield [key, `found with source: ${secrets.source}, which does not read it. Remove it, or write source: ${owner}.`];
  }
  for (const key of wanted) {
    if (secrets[key] === undefined && !OPTIONAL_KEYS.includes(key)) yield [key, `missing; source: ${secrets.source} needs it.`];
  }
  const twice = secrets.keys?.find((key, index) => secrets.keys!.indexOf(key) !== index);
  if (twice !== undefined) yield ["keys", `found ${twice} twice. Remove one.`];
  if (secrets.rolloutKey === undefined || !secrets.keys?.includes(secrets.rolloutKey)) return;
  const message = `found ${secrets.rolloutKey}, which is among keys too, so the pods would get it. Name a value that is none of theirs.`;
  yield ["rolloutKey", message];
}

/** The environment variables that the secret brings, where they are known from the configuration. */
export function secretKeys(secrets: SecretSource | undefined): string[] {
  if (secrets === undefined) return [];
  return secrets.keys ?? Object.keys(secrets.remoteKeys ?? secrets.encryptedData ?? {});
}

/** Everything that has to be in `holdfast:secrets.<service>`: the variables, and the key that no pod gets. */
export function storedKeys(secrets: SecretSource | undefined): string[] {
  if (secrets?.source !== "pulumi") return [];
  return [...(secrets.keys ?? []), ...(secrets.rolloutKey === undefined ? [] : [secrets.rolloutKey])];
}

/**
 * A text on the pods that changes with every value of the secret, under a key without which no value can be tried against it:
 * whoever may read a Deployment need not be allowed to read a Secret.
 */
export function secretChecksum({ name, namespace, secrets }: Service): Later | undefined {
  if (secrets?.source !== "pulumi" || secrets.rolloutKey === undefined) return undefined;
  const keys = [...secrets.keys!].sort();
  const holes = [secrets.rolloutKey, ...keys].map((key) => new Hole("secret", name, key));
  const make = ([key, ...values]: string[]) => keyedChecksum(key!, [namespace, name, keys, values]);
  return new Later(holes, make, `<checksum of holdfast:secrets.${name}>`);
}

/** A variable that stands in both would silently be the secret's: the later source wins. */
export function checkSecrets(service: { config?: Record<string, string>; secrets?: SecretSource }): Problem[] {
  return secretKeys(service.secrets)
    .filter((key) => service.config !== undefined && Object.hasOwn(service.config, key))
    .map((key) => ({
      path: `config.${key}`,
      message: "found here and among secrets, whose value would win. Remove one of the two.",
    }));
}

export const SECRET = "secret";

/** The Secret the pods take their environment from; undefined when the service has none. */
export function secretName(service: Service): string | undefined {
  if (service.secrets === undefined) return undefined;
  return service.secrets.source === "existing" ? service.secrets.name : `${service.name}-secrets`;
}

export function compileSecret(service: Service): CompiledObject[] {
  const { secrets } = service;
  if (secrets === undefined || secrets.source === "existing") return [];
  const metadata = metadataOf(service, `${service.name}-secrets`);
  const after = afterNamespace(service);
  if (secrets.source === "external-secret") return [{ logicalName: SECRET, object: externalSecret(secrets, metadata), after }];
  if (secrets.source === "sealed-secret") return [{ logicalName: SECRET, object: sealedSecret(secrets, metadata), after }];
  const stringData = Object.fromEntries(secrets.keys!.map((key) => [key, new Hole("secret", service.name, key)]));
  const why = [`The values are encrypted in the stack's configuration, at holdfast:secrets.${service.name}.`];
  return [
    { logicalName: SECRET, object: { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", stringData }, after, why },
  ];
}

type Metadata = ReturnType<typeof metadataOf>;

function externalSecret(secrets: SecretSource, metadata: Metadata) {
  const data = Object.entries(secrets.remoteKeys!).map(([secretKey, remoteRef]) => ({ secretKey, remoteRef }));
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata,
    spec: {
      refreshInterval: `${secrets.refreshSeconds ?? 3600}s`,
      secretStoreRef: secrets.store,
      target: { name: metadata.name, creationPolicy: "Owner" },
      data,
    },
  };
}

function sealedSecret(secrets: SecretSource, metadata: Metadata) {
  const { name, namespace, labels } = metadata;
  return {
    apiVersion: "bitnami.com/v1alpha1",
    kind: "SealedSecret",
    metadata,
    spec: { encryptedData: secrets.encryptedData, template: { metadata: { name, namespace, labels }, type: "Opaque" } },
  };
}

/** What must be in the cluster for the secret to appear. */
export function secretNeeds(service: Service): Need[] {
  const { secrets } = service;
  switch (secrets?.source) {
    case "existing":
      return [{ kind: "Secret", name: `${service.namespace}/${secrets.name}`, why: "the pods take their environment from it" }];
    case "external-secret":
      return [
        {
          kind: "CustomResourceDefinition",
          name: "externalsecrets.external-secrets.io",
          why: "the External Secrets Operator fetches the secret",
        },
        { kind: secrets.store!.kind, name: secrets.store!.name, why: "the secret is read from this store" },
      ];
    case "sealed-secret":
      return [{ kind: "CustomResourceDefinition", name: "sealedsecrets.bitnami.com", why: "its controller opens the secret" }];
    default:
      return [];
  }
}

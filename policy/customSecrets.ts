import type { Catalog } from "../path/catalog";
import { isCloud } from "../path/kinds";
import type { KubernetesObject, Value } from "../path/objects";
import { UNKNOWN } from "../path/objects";
import { namespaceOf } from "../path/value";
import type { PropertyPath } from "./rule";
import { isLiteral, isSecretName, secretByShape } from "./secretShape";

/** A place in an object of somebody's own kind, and what stands there; UNKNOWN where only the update will know. */
export interface CustomSecret {
  at: PropertyPath;
  what: string | typeof UNKNOWN;
}

/**
 * Names that stand for the credential itself. A field called `secret`, `clientSecret` or `token` names a Secret as often as not, and which of the
 * two it is only its kind knows.
 */
const CREDENTIAL =
  /(^|[_.-])(password|passwd|passphrase|(api|private|secret|access|encryption)[_.-]?key|auth[_.-]?token)$/;
/** Kinds that hold what is encrypted, or only names. */
const ENCRYPTED = /^(SealedSecret|ExternalSecret|ClusterExternalSecret|SecretStore|ClusterSecretStore|CustomResourceDefinition)$/;

/** `chat-db-credentials`: what people call their Secrets. */
const NAMES_A_SECRET = /^[a-z0-9.-]*-(secrets?|credentials?|creds|password|token)$/;
const NOT_FIELDS = new Set(["apiVersion", "kind", "metadata", "status"]);

/** Whether an object is of a kind that neither Kubernetes nor its projects define, so that its fields are nobody's here. */
export function isCustom({ apiVersion, kind }: KubernetesObject): boolean {
  if (typeof apiVersion !== "string" || isCloud(apiVersion) || ENCRYPTED.test(kind)) return false;
  const group = apiVersion.split("/")[0] ?? "";
  return apiVersion.includes("/") && group.includes(".") && !/(^|\.)k8s\.io$/.test(group);
}

/** The credentials that stand in the fields of a custom resource. */
export function secretsInCustom(object: KubernetesObject, catalog: Catalog): CustomSecret[] {
  const found: CustomSecret[] = [];
  const isNameOfSecret = (text: string): boolean =>
    NAMES_A_SECRET.test(text) || catalog.find("Secret", namespaceOf(object), text) !== undefined;
  const look = (value: Value, at: PropertyPath): void => {
    if (value === null || typeof value !== "object") return;
    const variable = variableIn(value);
    if (variable !== undefined && !isNameOfSecret(variable)) {
      found.push({ at: [...at, "value"], what: "a credential, by its name" });
    }
    for (const [key, inner] of Object.entries(value)) {
      const place = [...at, Array.isArray(value) ? Number(key) : key];
      const named = CREDENTIAL.test(plain(key));
      if (inner === UNKNOWN && (named || at.length === 0)) found.push({ at: place, what: UNKNOWN });
      if (typeof inner !== "string") look(inner as Value, place);
      else {
        const byName = named && isLiteral(inner) && !isNameOfSecret(inner) ? "a credential, by its name" : undefined;
        const what = secretByShape(inner) ?? byName;
        if (what !== undefined) found.push({ at: place, what });
      }
    }
  };
  const written = Object.entries(object).filter(([key]) => !NOT_FIELDS.has(key));
  look(Object.fromEntries(written) as Value, []);
  return found;
}

const plain = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();

/** The value of `{ name: DB_PASSWORD, value: ... }`, as pods write their environment, where the name speaks of a credential. */
function variableIn(value: object): string | undefined {
  const { name, value: text } = value as Record<string, unknown>;
  const speaks = typeof name === "string" && isSecretName(name) && typeof text === "string";
  return speaks && isLiteral(text) && secretByShape(text) === undefined ? text : undefined;
}

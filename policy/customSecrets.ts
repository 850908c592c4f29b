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
const CREDENTIAL = /(^|[_.-])(password|passwd|passphrase|(api|private|secret|access|encryption)[_.-]?key|auth[_.-]?token)$/;
/** Kinds that hold what is encrypted, or only names. */
const ENCRYPTED = /^(SealedSecret|(Cluster)?(ExternalSecret|PushSecret|SecretStore)|CustomResourceDefinition)$/;

/** Whatever it reads like, people use it as a password: only a Secret of that name shows that it is none. */
const IS_A_PASSWORD = /(^|[_.-])(password|passwd|passphrase)$/;
/** `chat-db-credentials`, `api_key`, `AWS_ACCESS_KEY_ID`: what people call their Secrets, and the keys in them. */
const NAMES_OF_KEYS = [
  /^[a-z0-9.-]*-(secrets?|credentials?|creds|password|token|key)$/,
  /^[a-z]+([._-][a-z]+)*[._-]key$/,
  /^[A-Z]+(_[A-Z]+)+$/,
];
/** Beside the name of a Secret stand the names of its keys. */
const NAMES_ITS_SECRET =
  /^existing_?secret|secret(_key)?_?name$|^(?!.*_to_ref$).*(secret|credentials?|password|token|auth|key|remote)\w*_refs?$/;
const BY_NAME = "a credential, by its name";
const NOT_FIELDS = new Set(["apiVersion", "kind", "metadata", "status"]);

/** Whether an object is of a kind that neither Kubernetes nor its projects define, so that its fields are nobody's here. */
export function isCustom({ apiVersion, kind }: KubernetesObject): boolean {
  if (typeof apiVersion !== "string" || isCloud(apiVersion) || ENCRYPTED.test(kind)) return false;
  const group = apiVersion.split("/")[0] ?? "";
  return apiVersion.includes("/") && group.includes(".") && !/(^|\.)k8s\.io$/.test(group);
}

/** The credentials that stand in the fields of a custom resource. What is not known yet is said once: it is looked at again as a whole. */
export function secretsInCustom(object: KubernetesObject, catalog: Catalog): CustomSecret[] {
  const found: CustomSecret[] = [];
  const namesASecret = (name: string, text: string): boolean =>
    (!IS_A_PASSWORD.test(plain(name)) && NAMES_OF_KEYS.some((shape) => shape.test(text))) ||
    catalog.find("Secret", namespaceOf(object), text) !== undefined;
  const isCredential = (name: string, text: string): boolean =>
    CREDENTIAL.test(plain(name)) && isLiteral(text) && !namesASecret(name, text);
  const look = (value: Value, at: PropertyPath): void => {
    if (value === UNKNOWN) found.push({ at, what: UNKNOWN });
    if (typeof value === "string" && secretByShape(value) !== undefined) found.push({ at, what: secretByShape(value)! });
    if (value === null || typeof value !== "object") return;
    const variable = variableIn(value);
    if (variable !== undefined && !namesASecret(variable.name, variable.text)) {
      found.push({ at: [...at, "value"], what: BY_NAME });
    }
    const refers = Object.keys(value).some((key) => NAMES_ITS_SECRET.test(plain(key)));
    for (const [key, inner] of Object.entries(value)) {
      const place = [...at, Array.isArray(value) ? Number(key) : key];
      const isShown = typeof inner === "string" && secretByShape(inner) === undefined && isCredential(key, inner);
      if (isShown && !refers) found.push({ at: place, what: BY_NAME });
      look(inner as Value, place);
    }
  };
  const written = Object.entries(object).filter(([key]) => !NOT_FIELDS.has(key));
  look(Object.fromEntries(written) as Value, []);
  const open = found.find(({ what }) => what === UNKNOWN);
  return [...found.filter(({ what }) => what !== UNKNOWN), ...(open === undefined ? [] : [open])];
}

const plain = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();

/** `{ name: DB_PASSWORD, value: ... }`, as pods write their environment, where the name speaks of a credential. */
function variableIn(value: object): { name: string; text: string } | undefined {
  const { name, value: text } = value as Record<string, unknown>;
  if (typeof name !== "string" || typeof text !== "string" || !isSecretName(name)) return undefined;
  return isLiteral(text) && secretByShape(text) === undefined ? { name, text } : undefined;
}

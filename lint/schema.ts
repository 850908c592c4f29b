import { FAILSAFE_SCHEMA, Type } from "js-yaml";

const TRUE = new Set(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]);
const FALSE = new Set(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]);
const NULL = new Set(["", "~", "null", "Null", "NULL"]);
const INTEGER = /^[-+]?(?:0[bB][01_]+|0[xX][\da-fA-F_]+|0[oO]?[0-7_]*|[1-9][\d_]*)$/;
const FLOAT = /^[-+]?(?:\.\d+|\d[\d_]*(?:\.[\d_]*)?)(?:[eE][-+]?\d+)?$/;

function integer(written: string): number {
  const text = written.replaceAll("_", "").toLowerCase();
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[-+]/, "");
  // A leading zero makes it octal, as it does for the API server: 0400 is 256.
  return sign * Number(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits);
}

/**
 * YAML as the API server reads it (sigs.k8s.io/yaml, which decodes plain words by YAML 1.1): `yes`, `on` and `y` are true, `0400` is
 * octal, `<<` merges. Where that reader departs from 1.1 so does this: `1:30` and dates stay texts.
 */
export const KUBERNETES_SCHEMA = FAILSAFE_SCHEMA.extend({
  implicit: [
    new Type("tag:yaml.org,2002:null", {
      kind: "scalar",
      resolve: (data: string | null) => data === null || NULL.has(data),
      construct: () => null,
    }),
    new Type("tag:yaml.org,2002:bool", {
      kind: "scalar",
      resolve: (data: string | null) => data !== null && data.length < 6 && (TRUE.has(data) || FALSE.has(data)),
      construct: (data: string) => TRUE.has(data),
    }),
    new Type("tag:yaml.org,2002:int", {
      kind: "scalar",
      resolve: (data: string | null) => data !== null && beginsLikeNumber(data) && INTEGER.test(data),
      construct: integer,
    }),
    new Type("tag:yaml.org,2002:float", {
      kind: "scalar",
      resolve: (data: string | null) => data !== null && beginsLikeNumber(data) && FLOAT.test(data),
      construct: (data: string) => Number(data.replaceAll("_", "")),
    }),
    new Type("tag:yaml.org,2002:merge", { kind: "scalar", resolve: (data: string | null) => data === "<<" }),
  ],
  explicit: [
    new Type("tag:yaml.org,2002:binary", {
      kind: "scalar",
      construct: (data: string | null) => Buffer.from(data ?? "", "base64").toString("utf8"),
    }),
    // A tag of somebody's own says nothing to the API server, which reads what stands behind it.
    ...(["scalar", "sequence", "mapping"] as const).map((kind) => new Type("!", { kind, multi: true })),
  ],
});

/** Most plain texts are words; only these can be numbers. */
function beginsLikeNumber(text: string): boolean {
  const code = text.charCodeAt(0);
  return (code >= 48 && code <= 57) || code === 45 || code === 43 || code === 46;
}

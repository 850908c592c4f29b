/** A template of OpenShift: objects, and the parameters that `oc process` writes into their texts. */
type Block = Record<string, unknown>;

/** `${NAME}` inside a text, and a whole text `${{NAME}}` that stands for a value of another kind. */
const IN_TEXT = /\$\{([A-Za-z0-9_]+)\}/g;
const WHOLE = /^\$\{\{([A-Za-z0-9_]+)\}\}$/;
const NUMBER = /^-?\d+(\.\d+)?$/;

const isBlock = (value: unknown): value is Block => typeof value === "object" && value !== null && !Array.isArray(value);

/** The objects of a template with its own values in them; undefined where it is none. A parameter without a value stays as it is written. */
export function objectsOfTemplate(value: Block): unknown[] | undefined {
  const group = typeof value.apiVersion === "string" && /^(v1|template\.openshift\.io\/v1)$/.test(value.apiVersion);
  if (value.kind !== "Template" || !group || !Array.isArray(value.objects)) return undefined;
  const parameters = new Map<string, string>();
  for (const parameter of Array.isArray(value.parameters) ? value.parameters : []) {
    if (!isBlock(parameter) || typeof parameter.name !== "string") continue;
    const { value: own } = parameter;
    if (typeof own === "string" || typeof own === "number" || typeof own === "boolean") {
      parameters.set(parameter.name, String(own));
    }
  }
  return value.objects.map((object) => filled(object, parameters));
}

function filled(value: unknown, parameters: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return filledText(value, parameters);
  if (Array.isArray(value)) return value.map((item) => filled(item, parameters));
  if (!isBlock(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [String(filledText(key, parameters)), filled(child, parameters)]),
  );
}

function filledText(text: string, parameters: ReadonlyMap<string, string>): unknown {
  if (!text.includes("${")) return text;
  const whole = parameters.get(WHOLE.exec(text)?.[1] ?? "");
  if (whole !== undefined) return NUMBER.test(whole) ? Number(whole) : /^(true|false)$/.test(whole) ? whole === "true" : whole;
  return text.replace(IN_TEXT, (written, name: string) => parameters.get(name) ?? written);
}

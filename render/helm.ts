import type { CompiledStack } from "../compile/model";
import type { KubernetesObject } from "../path/objects";
import { placeObjects, type Files, type PlacedObject } from "./files";
import { createValues, type ServiceValues } from "./helmValues";
import { renderObject, renderValue } from "./yaml";

export interface ChartInfo {
  /** Name of the chart: the stack's. Letters, digits and hyphens. */
  name: string;
  /** Version of the chart, three numbers. */
  version: string;
}

/**
 * A chart whose templates, filled with its own values, are the objects that `pulumi up` would apply. Only what no promise depends on
 * is a value: the image, the number of pods, resources, the plain environment, and the secrets, which are placeholders until they
 * are given. The templates have no conditions and no loops.
 */
export function renderHelm(stack: CompiledStack, { name, version }: ChartInfo): Files {
  const services: Record<string, ServiceValues> = {};
  const templates = placeObjects(stack).map((placed) => {
    const values = placed.service === undefined ? undefined : (services[placed.service] ??= {});
    return [`templates/${placed.path}.yaml`, template(placed, values)] as const;
  });
  const chart = {
    apiVersion: "v2",
    name,
    description: "What Holdfast compiled from a stack file. Render it again rather than edit its templates.",
    type: "application",
    version,
  };
  return {
    "Chart.yaml": renderValue(chart),
    "values.yaml": VALUES_HEADER + renderValue({ services }),
    ...Object.fromEntries(templates),
  };
}

const VALUES_HEADER = `# What may be changed without touching a promise. The fewest pods must stay above what the disruption budget keeps (minAvailable),
# or no node can be emptied. Secrets that are still placeholders start no application: give them with --values from a file that
# is in no repository.
`;

/** The object as YAML with an expression in place of each value. Braces that are the object's own stay text. */
function template({ service, compiled }: PlacedObject, values: ServiceValues | undefined): string {
  const marks = new Map<string, string>();
  const object =
    service === undefined ? compiled.object : createValues(compiled, service, values!, (expression) => mark(marks, expression));
  const text = renderObject({ ...compiled, object: object as KubernetesObject });
  return text.replaceAll("{{", '{{ "{{" }}').replace(MARK, (found) => marks.get(found) ?? found);
}

/** Characters from Unicode's private area: YAML writes them as they are, and nobody else writes them. */
const MARK = /\uE000\d+\uE001/g;

/** What stands for an expression until the YAML is written; a writer of YAML would quote the expression itself. */
function mark(marks: Map<string, string>, expression: string): string {
  const own = `\uE000${marks.size}\uE001`;
  marks.set(own, expression);
  return own;
}

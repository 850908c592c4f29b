import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { entrySchema, ENTRY_KIND_NAMES } from "../../compile/entry";
import { CLOUD_FIELDS } from "../../compile/edge/clouds";
import { EDGE_FIELDS } from "../../compile/edge/fields";
import { SERVICE_FIELDS } from "../../compile/service";
import { STACK_FIELDS } from "../../compile/stack";

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  additionalProperties?: Schema | boolean;
}

/** `probes.startup.path`, `addressPools[].name`, `remoteKeys.*.key`: every key that a schema takes. */
function keysOf(schema: Schema, prefix = ""): string[] {
  const below = (inner: Schema, at: string) => [...(prefix === "" && at === "" ? [] : [at]), ...keysOf(inner, at)];
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => below(inner, prefix === "" ? key : `${prefix}.${key}`)),
    ...(schema.items ? keysOf(schema.items, `${prefix}[]`) : []),
    ...(schema.anyOf ?? []).flatMap((inner) => keysOf(inner, prefix)),
    ...(typeof schema.additionalProperties === "object" ? keysOf(schema.additionalProperties, `${prefix}.*`) : []),
  ];
}

const keysOfFields = (fields: z.ZodType): string[] =>
  keysOf(z.toJSONSchema(fields, { io: "input", unrepresentable: "any" }) as Schema);

const ENDPOINT_FIELDS = z.object({ endpoints: STACK_FIELDS.endpoints, consumers: STACK_FIELDS.consumers });

const CLOUDS = z.object({ ...CLOUD_FIELDS, dnsZone: STACK_FIELDS.dnsZone });
const EDGES = z.object(EDGE_FIELDS);

const text = fs.readFileSync(path.join(__dirname, "..", "..", "docs", "configuration.md"), "utf8");

/** The first cells of the tables below a heading. */
function documented(heading: RegExp): Set<string> {
  const start = text.search(heading);
  assert.notEqual(start, -1, `no heading ${heading}`);
  const rest = text.slice(start + 3);
  const section = rest.slice(0, rest.search(/^## |^### `kind/m) >>> 0);
  return new Set([...section.matchAll(/^\| `([^`]+)`\s*\|/gm)].map(([, key]) => key!));
}

/** A block is documented by its keys, three probes by one table, both behaviours by one row each. */
const isDocumented = (key: string, known: Set<string>): boolean => {
  const general = key
    .replace(/^probes\.(startup|liveness|readiness)/, "probes.*")
    .replace(/\.(scaleUp|scaleDown)\.policies\[\]/, ".*.policies[]");
  return [...known].some(
    (name) => name === key || name === general || name.startsWith(`${general}.`) || name.startsWith(`${general}[`),
  );
};

function missing(keys: string[], heading: RegExp): string[] {
  const known = documented(heading);
  return keys.filter((key) => !isDocumented(key, known));
}

describe("docs/configuration.md", () => {
  it("has every key of a stack", () => {
    const { cluster, bareMetal, ...top } = STACK_FIELDS;
    const names = Object.keys({ cluster, bareMetal, ...top }).map((key) => `holdfast:${key}`);
    assert.deepEqual(missing(names, /^## The stack/m), []);
    assert.deepEqual(
      missing(
        keysOfFields(cluster).filter((key) => key !== "kubeconfig.secure"),
        /^## The cluster/m,
      ),
      [],
    );
    assert.deepEqual(missing(keysOfFields(bareMetal), /^## Bare metal/m), []);
    assert.deepEqual(missing(keysOfFields(CLOUDS), /^## The cloud/m), []);
    assert.deepEqual(missing(keysOfFields(ENDPOINT_FIELDS), /^## Endpoints/m), []);
  });

  it("has every key of a service", () => {
    const { secrets, ...rest } = SERVICE_FIELDS;
    assert.deepEqual(missing(keysOfFields(z.object(rest)), /^## A service/m), []);
    assert.deepEqual(missing(keysOfFields(z.object({ secrets })), /^## Secrets/m), []);
  });

  it("has every key of what the cloud adds to an entry", () =>
    assert.deepEqual(missing(keysOfFields(EDGES), /^### `certificate`, `dns`/m), []));

  it("has every key of every kind of entry", () => {
    for (const kind of ENTRY_KIND_NAMES) {
      const keys = keysOfFields(entrySchema(kind)!).filter((key) => !["kind", "name"].includes(key));
      assert.deepEqual(missing(keys, new RegExp(`^### \`kind: ${kind}\``, "m")), []);
    }
  });

  it("has no key that is none", () => {
    const keys = [
      ...Object.keys(STACK_FIELDS).map((key) => `holdfast:${key}`),
      ...keysOfFields(STACK_FIELDS.cluster),
      ...keysOfFields(STACK_FIELDS.bareMetal),
      ...keysOfFields(ENDPOINT_FIELDS),
      ...keysOfFields(CLOUDS),
      ...keysOfFields(EDGES),
      ...keysOfFields(z.object(SERVICE_FIELDS)),
      ...ENTRY_KIND_NAMES.flatMap((kind) => keysOfFields(entrySchema(kind)!)),
    ];
    const known = [...text.matchAll(/^\| `([^`]+)`\s*\|/gm)].map(([, key]) => key!);
    const isKey = (name: string) => {
      const parts = name.split("*").map((part) => part.replace(/[[\].:]/g, "\\$&"));
      const shape = new RegExp(`^${parts.join("[\\w*]+")}$`);
      return keys.some((key) => shape.test(key));
    };
    assert.deepEqual(
      known.filter((name) => !isKey(name)),
      [],
    );
    assert.ok(!isKey("promise.idleMinutes") && !isKey("probes.*.interval"));
  });

  it("would miss a key that is not there", () =>
    assert.deepEqual(missing(["promise.idleMinutes"], /^## A service/m), ["promise.idleMinutes"]));
});

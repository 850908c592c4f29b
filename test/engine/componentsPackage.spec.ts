import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { STACK_FIELDS } from "../../compile/stack";
import { ELSEWHERE } from "../../components/public/elsewhere";
import { pluginEnvironment } from "../../sandbox/plugins";
import { ensureTools } from "../../sandbox/tools";
import { version } from "../../package.json";
import { PROJECT } from "./support";

interface Property {
  description?: string;
  plain?: boolean;
  $ref?: string;
}

interface PackageSchema {
  name: string;
  version: string;
  resources: Record<
    string,
    { inputProperties: Record<string, Property>; requiredInputs: string[]; properties: Record<string, Property> }
  >;
  types: Record<string, { properties: Record<string, Property> }>;
}

/** `Type.key` of every property. */
function propertiesOf({ resources, types }: PackageSchema): [string, Property][] {
  const blocks = Object.entries(types).map(([token, { properties }]) => [token, properties] as const);
  const own = Object.entries(resources).flatMap(([token, { inputProperties, properties }]) => [
    [token, inputProperties] as const,
    [`${token} outputs`, properties] as const,
  ]);
  return [...own, ...blocks].flatMap(([token, properties]) =>
    Object.entries(properties).map(([key, property]): [string, Property] => [`${token.split(":").at(-1)}.${key}`, property]),
  );
}

const undescribed = (schema: PackageSchema) =>
  propertiesOf(schema).flatMap(([key, { description }]) => (description ? [] : [key]));

/** Numbers of seconds whose description does not say that they are. */
const withoutUnit = (schema: PackageSchema) =>
  propertiesOf(schema).flatMap(([key, { description = "" }]) =>
    /[sS]econds$/.test(key) && !/\bseconds?\b/i.test(description) ? [key] : [],
  );

describe("the package of components, by the real CLI", function () {
  this.timeout(240_000);
  let schema: PackageSchema;
  let directory: string;

  before(async () => {
    const { pulumi } = await ensureTools(["pulumi"]);
    const { environment } = await pluginEnvironment(process.env, pulumi);
    // As somebody else's project would: nothing of this one is around.
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-package-"));
    const { stdout } = await promisify(execFile)(pulumi!, ["package", "get-schema", path.join(PROJECT, "components")], {
      cwd: directory,
      env: { ...process.env, ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
      maxBuffer: 16 * 1024 * 1024,
    });
    schema = JSON.parse(stdout) as PackageSchema;
  });
  after(() => {
    if (directory !== undefined) fs.rmSync(directory, { recursive: true, force: true });
  });

  it("has the component under the token that stacks have in their state", () => {
    assert.deepEqual([schema.name, schema.version], ["holdfast", version]);
    assert.deepEqual(Object.keys(schema.resources), ["holdfast:index:ConnectionService"]);
    const { inputProperties, requiredInputs } = schema.resources["holdfast:index:ConnectionService"]!;
    assert.deepEqual(requiredInputs, ["environment", "platform", "service"]);
    assert.equal(inputProperties.service!.plain, true);
  });

  it("has every key of a stack file that a component takes", () => {
    const { inputProperties } = schema.resources["holdfast:index:ConnectionService"]!;
    const taken = Object.keys(STACK_FIELDS).filter((key) => !(key in ELSEWHERE));
    assert.deepEqual(Object.keys(inputProperties).sort(), [...taken, "service", "secretValues"].sort());
  });

  it("describes every input and every output", () => {
    assert.deepEqual(undescribed(schema), []);
    assert.ok(propertiesOf(schema).length > 250, `${propertiesOf(schema).length} properties`);
  });

  it("says of every number of seconds that it is one", () => assert.deepEqual(withoutUnit(schema), []));

  it("would miss a description and a unit", () => {
    const spoilt = structuredClone(schema);
    const promise = spoilt.types["holdfast:index:ServicePromise"]!.properties;
    delete promise.drainSeconds!.description;
    promise.idleSeconds!.description = "How long a connection may be silent.";
    assert.deepEqual(undescribed(spoilt), ["ServicePromise.drainSeconds"]);
    assert.deepEqual(withoutUnit(spoilt).sort(), ["ServicePromise.drainSeconds", "ServicePromise.idleSeconds"]);
  });
});

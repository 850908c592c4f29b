import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CONTROLLER_NAMES } from "../../path/read/ingressController";
import { ROUTE_KINDS } from "../../path/read/routes";

describe("docs/readers.md", () => {
  const text = readFileSync(join(__dirname, "..", "..", "docs", "readers.md"), "utf8");

  it("names every controller and every kind of route that is read", () => {
    for (const name of [...CONTROLLER_NAMES, ...ROUTE_KINDS]) assert.ok(text.includes(`\`${name}\``), name);
    assert.ok(!text.includes("`UDPRoute`"));
  });
});

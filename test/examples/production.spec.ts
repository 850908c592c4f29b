import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { STANDARD_OPTIONS } from "../../policy/options";
import { reportOn } from "../../policy/report";
import { ruleContext } from "../../policy/rule";
import { pageOf, PRODUCTION_EXAMPLES, examine, exampleDirectory, stacksOf } from "./support";
import { linesOf, registeredBy } from "./registered";

const REGISTERED = path.join(__dirname, "registered.txt");

const STACKS = PRODUCTION_EXAMPLES.flatMap((example) => stacksOf(example).map((stack) => ({ example, stack })));

/** What keeps a promise; `unknown` does not. */
const KEPT = /^holds(-with-heartbeat|-as-lifetime)?$/;

/** Whether a page's table has a row with all of these cells. */
const isListed = (page: string, cells: string[]): boolean =>
  page
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")))
    .some((row) => cells.every((cell) => row.includes(cell)));

const errorsIn = ({ objects, cluster }: ReturnType<typeof examine>) =>
  reportOn(ruleContext(objects, cluster, STANDARD_OPTIONS)).findings.filter(
    ({ severity, waived }) => severity === "error" || waived !== undefined,
  );

describe("the examples for production", () => {
  for (const { example, stack } of STACKS) {
    it(`${example}, ${stack}: every way in keeps its promise as the page says, and no rule finds an error`, () => {
      const examined = examine(example, stack);
      assert.deepEqual(examined.broken, []);
      assert.equal(examined.verdicts.length, 2);
      for (const { service, entry, verdict } of examined.verdicts) {
        assert.match(verdict, KEPT);
        assert.ok(isListed(pageOf(example), [stack, service, entry, verdict]), `${stack} ${service} ${entry} ${verdict}`);
      }
      assert.deepEqual(errorsIn(examined), []);
    });

    it(`${example}, ${stack}: the program registers what it did, under the same names`, async () => {
      const found = await registeredBy(example, stack);
      const { length } = found.filter((line) => line.includes(" holdfast:index:ConnectionService "));
      assert.equal(length, 2, "the program came to its end");
      const others = linesOf(REGISTERED).filter((line) => !line.startsWith(`${example}/${stack} `));
      if (process.env.UPDATE_GOLDEN) fs.writeFileSync(REGISTERED, `${[...others, ...found].sort().join("\n")}\n`);
      const pinned = linesOf(REGISTERED).filter((line) => !others.includes(line));
      assert.deepEqual(found, pinned, "another name is another resource: give it an alias, or pin it with UPDATE_GOLDEN=1");
    });
  }

  it("are all that is pinned", () => {
    const known = STACKS.map(({ example, stack }) => `${example}/${stack}`);
    for (const line of linesOf(REGISTERED)) assert.ok(known.includes(line.split(" ")[0]!), line);
  });

  it("would show a promise that is not kept, and a rule that finds an error", () => {
    const seed = examine("mcp-server", "seed");
    assert.ok(seed.verdicts.some(({ verdict }) => !KEPT.test(verdict)));
    assert.ok(errorsIn(seed).length > 0);
    assert.ok(!isListed(pageOf("aks"), ["prod", "chatpulse", "gateway", "fails"]));
  });
});

/** The services of a stack file, byte by byte, to the end of the file. */
function servicesIn(text: string): string {
  const [, services, ...more] = text.split(/^ {2}holdfast:services:$/m);
  assert.ok(services !== undefined && more.length === 0, "one block of services");
  assert.doesNotMatch(services, /^ {0,2}\S/m, "nothing stands behind it");
  return services;
}

describe("one description for every platform", () => {
  const texts = new Map(
    stacksOf("everywhere").map((stack) => [
      stack,
      fs.readFileSync(path.join(exampleDirectory("everywhere"), `Pulumi.${stack}.yaml`), "utf8"),
    ]),
  );

  it("is the same in all four stack files, byte by byte", () => {
    assert.deepEqual([...texts.keys()], ["aws", "azure", "bare-metal", "gcp"]);
    const [first, ...others] = [...texts.values()].map(servicesIn);
    for (const other of others) assert.equal(other, first);
    assert.match(first!, /kind: https/);
    assert.match(first!, /kind: load-balancer/);
  });

  it("would be found to differ by one blank", () => {
    const text = texts.get("aws")!;
    assert.notEqual(servicesIn(text.replace("port: 443", "port:  443")), servicesIn(text));
    assert.throws(() => servicesIn(`${text}  holdfast:dnsZone: example.org\n`), /nothing stands behind it/);
  });

  it("becomes another kind of entry on each platform", () => {
    const kinds = [...texts.keys()].map((stack) => {
      const { objects } = examine("everywhere", stack);
      return objects
        .map(({ metadata }) => metadata.labels?.["holdfast/entry"])
        .filter((kind) => kind !== undefined)
        .join(" ");
    });
    assert.equal(new Set(kinds).size, 4, kinds.join("\n"));
  });
});

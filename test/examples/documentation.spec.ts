import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { ALL_EXAMPLES, exampleDirectory, PROJECT, stacksOf } from "./support";

const PAGES = [
  ...["seeds", "load-balancer-nginx", "load-balancer-aws-alb", "graceful-shutdown", "troubleshooting-load-balancer"].map((name) =>
    path.join(PROJECT, "docs", `${name}.md`),
  ),
  ...[...ALL_EXAMPLES, "operator"].map((example) => path.join(exampleDirectory(example), "README.md")),
];

/** As the pages of a forge call a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const anchorsIn = (text: string): Set<string> =>
  new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!)));

/** Links of a page that lead nowhere. */
function brokenLinks(page: string, text: string): string[] {
  const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link!).filter((link) => !/^https?:/.test(link));
  return links.filter((link) => {
    const [file, anchor] = link.split("#");
    const target = file === "" ? page : path.join(path.dirname(page), file!);
    if (!fs.existsSync(target)) return true;
    return anchor !== undefined && !anchorsIn(fs.readFileSync(target, "utf8")).has(anchor);
  });
}

describe("the pages of the examples", () => {
  const { scripts } = JSON.parse(fs.readFileSync(path.join(PROJECT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const commands = fs.readFileSync(path.join(PROJECT, "cli", "main.ts"), "utf8");

  for (const page of PAGES) {
    const name = path.relative(PROJECT, page);
    const text = fs.readFileSync(page, "utf8");

    it(`${name} leads only to what there is`, () => assert.deepEqual(brokenLinks(page, text), []));

    it(`${name} names only commands that there are`, () => {
      for (const [, script] of text.matchAll(/npm run ([\w-]+)/g)) assert.ok(scripts[script!], script);
      for (const [, command] of text.matchAll(/npx holdfast ([\w-]+)/g)) {
        assert.match(commands, new RegExp(`^  "?${command}"?: \\{`, "m"), command);
      }
      for (const [, stack, example] of text.matchAll(/-s (\w[\w-]*) --cwd examples\/([\w-]+)/g)) {
        assert.ok(stacksOf(example!).includes(stack!), `${example} ${stack}`);
      }
    });
  }

  for (const example of ALL_EXAMPLES) {
    it(`${example} says what each of its stacks is`, () => {
      const text = fs.readFileSync(path.join(exampleDirectory(example), "README.md"), "utf8");
      for (const stack of stacksOf(example)) assert.match(text, new RegExp(`^\\|[^|]*\`${stack}\``, "m"), stack);
    });
  }

  it("finds a link that leads nowhere", () => {
    const text = "[a](seeds.md) [b](nothing.md) [c](seeds.md#nothing) [d](#here)\n# here";
    assert.deepEqual(brokenLinks(PAGES[0]!, text), ["nothing.md", "seeds.md#nothing", "#here"]);
  });
});

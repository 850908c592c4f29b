import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { PROFILE_NAMES, type ProfileName } from "../../compile/profiles";
import { defaultsOf, writeDefaults, type Defaults } from "../../explain/defaults";
import { compiled, rawStackWith, type Block } from "../compile/stacks";

const ROOT = path.join(__dirname, "..", "..");
const PAGE = path.join(ROOT, "docs", "defaults.md");
const ALL: (ProfileName | undefined)[] = [undefined, ...PROFILE_NAMES];

const HEAD = `# What holds where nothing is written

The keys are those of a service in [configuration.md](configuration.md). \`profile\` picks one of the columns below; whatever is written wins
over it, key by key. This page is what \`npx holdfast explain --defaults --format markdown\` prints.

Not here, because it follows from the entries: the goodbye of a pod (\`drain\`), which is as long as the slowest entry needs. A profile
gives a path or a port of the systems it is named for; yours may have others.

`;

/** The table written out again, as a user would write it. */
function written(defaults: Defaults): Block {
  const service: Block = {};
  for (const [at, value] of Object.entries(defaults)) {
    const keys = at.split(".");
    let block = service;
    for (const key of keys.slice(0, -1)) block = (block[key] ??= {}) as Block;
    block[keys.at(-1)!] = value === "<name>" ? "chat" : value;
  }
  return service;
}

const objectsOf = (service: Block) => compiled(rawStackWith(service)).objects.map(({ object, after }) => ({ object, after }));

describe("the printed defaults", () => {
  for (const profile of ALL) {
    it(`${profile === undefined ? "without a profile" : `of ${profile}`} are those that the check applies`, () => {
      const plain = profile === undefined || profile === "http" ? { port: 8080 } : { port: undefined };
      const explicit = { ...plain, ...written(defaultsOf(profile)) };
      assert.deepEqual(objectsOf(explicit), objectsOf({ ...plain, ...(profile === undefined ? {} : { profile }) }));
    });
  }

  it("would not pass for others", () => {
    const rest = { ...defaultsOf("stt") };
    delete rest["promise.drainSeconds"];
    assert.notDeepEqual(objectsOf(written(rest)), objectsOf({ profile: "stt", port: undefined }));
    assert.notDeepEqual(defaultsOf("stt"), defaultsOf("mcp"));
  });

  it("are the page in docs", () => {
    const text = HEAD + writeDefaults("markdown");
    if (process.env.UPDATE_GOLDEN) fs.writeFileSync(PAGE, text);
    assert.equal(text, fs.readFileSync(PAGE, "utf8"));
  });

  it("say per profile only what it sets otherwise, and all of it when one is asked for", () => {
    const text = writeDefaults("text");
    assert.match(text, /^profile: websocket sets otherwise\n {2}port {2}8080\n\n/m);
    assert.equal(text.match(/resources\.limits\.memory/g)?.length, 2);
    assert.match(writeDefaults("text", "mcp"), /^profile: mcp\n[^]*resources\.limits\.memory +512Mi$/m);
  });

  it("are whole in JSON", () => {
    const all = JSON.parse(writeDefaults("json")) as { withoutProfile: Defaults; profiles: Record<string, Defaults> };
    assert.deepEqual(Object.keys(all.profiles), [...PROFILE_NAMES]);
    assert.equal(all.withoutProfile["promise.idleSeconds"], 3600);
    assert.equal(all.profiles.http!["promise.idleSeconds"], 60);
  });
});

describe("holdfast explain --defaults", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(ROOT, "bin/holdfast.js"), "explain", ...args], { encoding: "utf8", cwd: "/" });

  it("needs no stack", () => {
    const { status, stdout } = run("--defaults", "stt");
    assert.equal(status, 0);
    assert.equal(stdout, writeDefaults("text", "stt"));
  });

  it("says what it cannot do", () => {
    for (const [args, pattern] of [
      [["--defaults", "sst"], /found sst; profiles: websocket, mcp, stt, http\. Did you mean stt\?/],
      [["--defaults", "--format", "html"], /no --format html\. Use one of text, json, markdown/],
      [["--defaults", "--strict", "-s", "prod"], /--stack and --strict has no place beside --defaults/],
    ] as [string[], RegExp][]) {
      const { status, stderr, stdout } = run(...args);
      assert.equal(status, 2);
      assert.equal(stdout, "");
      assert.match(stderr, pattern);
    }
  });
});

import assert from "node:assert/strict";
import { nameOf } from "../support";
import { ADDRESS_TYPES, STACKS } from "./stacks";
import { createCloudEngine, PACK, type Cloud, type CloudEngine } from "./support";

type Block = Record<string, unknown>;

describe("a stack on a cloud that is a file, by the real engine under the policy pack", function () {
  this.timeout(600_000);

  for (const name of Object.keys(STACKS) as Cloud[]) {
    describe(name, () => {
      let cloud: CloudEngine;
      let planned: string[];
      before(async () => {
        cloud = await createCloudEngine(name, STACKS[name] as Block);
        await cloud.configure();
      });
      after(async () => {
        await cloud?.close();
      });

      it("shows in a preview everything that will be there, and the pack has nothing against it", async () => {
        // What the pack refuses ends a preview with an error.
        planned = (await cloud.engine.steps(PACK)).filter(({ op }) => op === "create").map(({ urn }) => nameOf(urn));
        assert.ok(planned.length > 0);
        assert.deepEqual(cloud.resources(), [], "a preview creates nothing");
      });

      it("goes up, each thing after what it needs", async () => {
        const { code, output } = await cloud.engine.up([...PACK, "--skip-preview"]);
        assert.equal(code, 0, output);
        assert.match(output, /holdfast@v/, "the pack has looked");
        assert.doesNotMatch(output, /\[mandatory\]/);
        const done = cloud.done();
        for (const each of done) assert.ok(planned.includes(each.name), `${each.name} was not in the preview`);
        const ended = (part: string) => done.find((each) => each.name.includes(part))?.endedAtMilliseconds ?? assert.fail(part);
        const started = (part: string) =>
          done.find((each) => each.name.includes(part))?.startedAtMilliseconds ?? assert.fail(part);
        assert.ok(started("record-chat.example.com") >= ended("zone"));
        if (name === "aws") {
          assert.ok(started("certificate-validation") >= ended("certificate-proof"));
          assert.ok(started("certificate-proof") >= ended("aws-alb-certificate"));
          assert.ok(
            started("record-chat.example.com") >= ended("certificate-validation"),
            "the load balancer has its certificate first",
          );
        }
        if (name !== "aws") assert.ok(started("record-chat.example.com") >= ended("address"));
      });

      it("finds nothing to do the second time", async () => {
        const { code, output } = await cloud.engine.up([...PACK, "--expect-no-changes", "--skip-preview"]);
        assert.equal(code, 0, output);
      });

      it("changes a record in place and nothing else", async () => {
        const before = cloud.done().length;
        await cloud.configure((config) => {
          const entry = (config["holdfast:services"] as { entries: Block[] }[])[0]!.entries.at(-1)!;
          if (name === "aws") (config["holdfast:aws"] as Block).tags = { team: "chat" };
          else (entry.dns as Block).ttlSeconds = 60;
        });
        const { code, output } = await cloud.engine.up(["--skip-preview"]);
        assert.equal(code, 0, output);
        const changed = cloud.done().slice(before);
        assert.ok(changed.length > 0);
        assert.deepEqual(
          changed.filter(({ operation }) => operation !== "update"),
          [],
        );
      });

      it("leaves the address there when everything else goes", async () => {
        const had = cloud.resources().filter(({ type }) => type === ADDRESS_TYPES[name]);
        assert.ok(had.length > 0);
        const { code, output } = await cloud.engine.destroy();
        assert.equal(code, 0, output);
        const left = cloud.resources();
        assert.deepEqual(
          left.filter(({ type }) => type === ADDRESS_TYPES[name]),
          had,
        );
        assert.ok(!left.some(({ type }) => /[Rr]ecordSet|route53\/record/.test(type) && !/certificate/.test(type)), "records go");
      });
    });
  }
});

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parseAllDocuments } from "yaml";
import { compileStack } from "../../compile";
import { readable } from "../../compile/model";
import { renderObjects } from "../../cli/render";
import { readStack } from "../../cli/stackFile";

const ROOT = path.join(__dirname, "..", "..");

function rendered(stackName: string): string {
  const { pools, services } = compileStack(readStack(ROOT, stackName).stack);
  return renderObjects([...pools, ...services.flatMap(({ objects }) => objects)]);
}

describe("what each stack deploys", () => {
  for (const stack of ["dev", "prod"]) {
    it(`${stack} is what its golden file says`, () => {
      const file = path.join(ROOT, "test", "golden", `${stack}.yaml`);
      const text = rendered(stack);
      if (process.env.UPDATE_GOLDEN) fs.writeFileSync(file, text);
      assert.equal(text, fs.readFileSync(file, "utf8"));
    });

    it(`${stack} is compiled the same every time`, () => assert.equal(rendered(stack), rendered(stack)));

    it(`${stack} renders to YAML that reads back as the same objects`, () => {
      const { pools, services } = compileStack(readStack(ROOT, stack).stack);
      const documents = parseAllDocuments(rendered(stack)).map((document) => document.toJS() as { kind: string });
      const objects = [...pools, ...services.flatMap(({ objects }) => objects)].map(readable);
      assert.deepEqual(
        documents.map(({ kind }) => kind),
        objects.map(({ kind }) => kind),
      );
      const withoutSecrets = <T extends { kind: string }>(list: T[]) => list.filter(({ kind }) => kind !== "Secret");
      assert.deepEqual(withoutSecrets(documents), JSON.parse(JSON.stringify(withoutSecrets(objects))));
    });
  }

  it("puts a placeholder where a secret belongs, and says where its value lies", () => {
    assert.match(rendered("dev"), /^ {2}DATABASE_URL: <secret holdfast:secrets\.chatpulse\.DATABASE_URL>$/m);
  });
});

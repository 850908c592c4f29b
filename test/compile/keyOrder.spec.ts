import assert from "node:assert/strict";
import { compiled, objectOf, rawStackWith, type Block } from "./stacks";

/** What a reader of the cluster and the kubelet go by, for a stack whose maps are written in some order. */
function written(controllers: Block, config: Block) {
  const service = compiled(rawStackWith({ config }, { controllers }));
  const { template } = objectOf(service, "deployment").object.spec as { template: { metadata: Block } };
  return [objectOf(service, "namespace").object.metadata.annotations, template.metadata.annotations];
}

describe("the order in which maps are written", () => {
  const one = written({ metallb: "0.15.2", traefik: "3.6.1" }, { A: "1", B: "2" });

  it("changes no object: the Pulumi CLI orders them by their keys, a file by hand", () =>
    assert.deepEqual(written({ traefik: "3.6.1", metallb: "0.15.2" }, { B: "2", A: "1" }), one));

  it("is all that does not count", () => {
    const [declared, checksums] = written({ metallb: "0.15.2", traefik: "3.6.2" }, { A: "2", B: "1" });
    assert.notDeepEqual(declared, one[0]);
    assert.notDeepEqual(checksums, one[1]);
  });
});

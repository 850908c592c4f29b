import assert from "node:assert/strict";
import * as fc from "fast-check";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { withPlainStructs } from "../../policy/structs";

const packed = (value: object): Uint8Array => Struct.fromJavaScript(value as never).serializeBinary();
const plain = (bytes: Uint8Array): unknown => withPlainStructs(() => Struct.deserializeBinary(bytes)).toJavaScript();

describe("a struct that is read straight from its bytes", function () {
  this.timeout(60_000);

  it("reads as the messages that the SDK makes of it", () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constant(null),
        fc.boolean(),
        fc.double(),
        fc.string({ unit: "binary" }),
        tie("list"),
        tie("map"),
      ),
      list: fc.array(tie("any"), { maxLength: 4 }),
      map: fc.dictionary(
        fc.string().filter((key) => key !== "__proto__"),
        tie("any"),
        { maxKeys: 4 },
      ),
    }));
    let holding = 0;
    fc.assert(
      fc.property(value.map, (written) => {
        const bytes = packed(written as object);
        const read = plain(bytes);
        assert.deepEqual(read, Struct.deserializeBinary(bytes).toJavaScript());
        holding += Object.keys(read as object).length;
      }),
      { numRuns: 100 },
    );
    assert.ok(holding > 100);
  });

  it("is one object, which a struct of messages makes anew each time (negative control)", () => {
    const bytes = packed({ spec: { replicas: 3 } });
    const read = withPlainStructs(() => Struct.deserializeBinary(bytes));
    assert.equal(read.toJavaScript(), read.toJavaScript());
    const asMessages = Struct.deserializeBinary(bytes);
    assert.notEqual(asMessages.toJavaScript(), asMessages.toJavaScript());
  });

  it("leaves out what it does not know", () => {
    const [ENTRY, LATER] = [packed({ a: 1 }), [0x7a, 0x01, 0x00]];
    assert.deepEqual(plain(Uint8Array.from([...LATER, ...ENTRY, ...LATER])), { a: 1 });
  });

  it("is no concern of others, also after bytes that are no struct", () => {
    const asMessages = Struct.deserializeBinaryFromReader;
    assert.throws(() => plain(Uint8Array.of(0x0a, 0x7f)));
    assert.equal(Struct.deserializeBinaryFromReader, asMessages);
  });
});

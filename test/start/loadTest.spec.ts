import assert from "node:assert/strict";
import { distributionCommand, requireRealAddress, withUrl } from "../../start/loadTest";

const entry = { name: "metallb", url: "http://192.168.1.217:8000/docs" };
const chosen = { service: "stt", entry } as Parameters<typeof distributionCommand>[1];

describe("a load through an address", () => {
  it("is the check distribution of verify, at one way in and from the sources that were asked for", () => {
    const [program, ...command] = distributionCommand("stt", chosen, 300, ["192.168.1.101", "192.168.1.102"]);
    assert.match(program!, /bin.holdfast\.js$/);
    assert.equal(
      command.join(" "),
      "verify stt --check distribution --service stt --entry metallb --requests 300 --from 192.168.1.101,192.168.1.102 --rate 200 --time-limit 64",
    );
  });

  it("goes to the page that was asked for, and changes no other way in", () => {
    const other = { name: "node-port", url: "http://192.168.1.11:31234/docs" };
    const outputs = { services: { stt: { namespace: "default", entries: [entry, other] } }, more: 1 };
    assert.deepEqual(withUrl(outputs, chosen, "http://192.168.1.217:8000/health"), {
      services: { stt: { namespace: "default", entries: [{ ...entry, url: "http://192.168.1.217:8000/health" }, other] } },
      more: 1,
    });
  });

  it("is not taken through an address behind which there is one pod", () => {
    for (const url of ["http://localhost:8000/docs", "http://127.0.0.1:8000", "http://[::1]:8000"]) {
      assert.throws(
        () => requireRealAddress(url),
        /an address of this machine itself, most likely kubectl port-forward: it opens one connection to one pod.*npm run get-service-url/,
      );
    }
    requireRealAddress("http://192.168.1.217:8000/docs");
  });
});

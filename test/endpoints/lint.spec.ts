import assert from "node:assert/strict";
import * as fc from "fast-check";
import { knownAddresses, lintText } from "../../endpoints";
import { parsed, rawStackWith, type Block } from "../compile/stacks";
import { platformStack } from "./stack";

const known = knownAddresses(parsed(platformStack()).stack);
const found = (text: string, stack: Block | undefined = undefined) =>
  lintText(text, stack === undefined ? known : knownAddresses(parsed(stack).stack));
const kinds = (text: string, stack?: Block) => found(text, stack).map(({ kind }) => kind);

/** Files as people write them, each with the lines that are stale. */
const FILES: Record<string, { text: string; lines: number[] }> = {
  "the lines that went stale every few weeks": {
    text: [
      "# This would become stale frequently",
      "MLFLOW_TRACKING_URI: http://192.168.1.105:30800  # Node IP + NodePort",
      "MLFLOW_S3_ENDPOINT_URL: http://192.168.1.107:30900  # Different node, different port",
    ].join("\n"),
    lines: [2, 3],
  },
  "a pod's environment": {
    text: [
      "env:",
      "  - name: MLFLOW_TRACKING_URI",
      '    value: "http://192.168.1.105:30800"',
      "  - name: AWS_S3_ENDPOINT",
      "    value: 192.168.1.200:9000",
    ].join("\n"),
    lines: [3],
  },
  "an env file with Windows line ends": {
    text: "A=1\r\nexport S3=http://192.168.1.217:9000\r\nB=192.168.1.207:5000\r\n",
    lines: [2],
  },
  "a notebook": {
    text: JSON.stringify(
      { cells: [{ source: ['mlflow.set_tracking_uri("http://192.168.1.105:30800")\n', 'print("a\n192.168.1.218")'] }] },
      null,
      1,
    ),
    lines: [5, 6],
  },
  TOML: { text: '[mlflow]\nuri = "http://192.168.1.207"\nport = 5000\n', lines: [2] },
  Python: { text: 'uri = os.environ.get("MLFLOW_TRACKING_URI", "http://10.0.0.4:31234")\n', lines: [1] },
  "a shell script": {
    text: 'curl "http://${MLFLOW_HOST:-192.168.1.105:30800}/health" && nc -z 192.168.1.207 5000\n',
    lines: [1],
  },
  Go: { text: 'const addr = "192.168.1.200:9001"\n', lines: [1] },
  "names inside the cluster": {
    text: "a: http://minio.minio.svc.cluster.local:9000\nb: http://minio.minio.svc\nc: minio.minio.svc:80\n",
    lines: [1],
  },
  IPv6: { text: "a: http://[fd00::15]:80\nb: fd00::16\nc: '[::1]:30800'\nd: fd00::/64\n", lines: [1, 2] },
};

describe("lint-endpoints, on a text", () => {
  for (const [name, { text, lines }] of Object.entries(FILES)) {
    it(`finds what is stale in ${name}, and nothing else`, () => {
      assert.deepEqual(
        found(text).map(({ line }) => line),
        lines,
      );
    });
  }

  it("tells the four kinds apart", () => {
    assert.deepEqual(kinds("192.168.1.105:30800 192.168.1.207:80 10.0.0.4:30900 192.168.1.219"), [
      "former",
      "wrong-port",
      "node-port",
      "unassigned",
    ]);
  });

  it("gives the place, what was found, and what to write", () => {
    const [finding] = found("x: 1\n  MLFLOW_TRACKING_URI: http://192.168.1.105:30800 # old\n");
    assert.deepEqual(finding, {
      line: 2,
      column: 31,
      kind: "former",
      found: "192.168.1.105:30800",
      message: "192.168.1.105:30800 is where mlflow was before",
      wayOut:
        "Endpoint mlflow: take MLFLOW_TRACKING_URI from ConfigMap trainer-endpoints or seldon-endpoints; else write http://192.168.1.207:5000, or inside the cluster http://mlflow.mlflow.svc.",
      endpoint: "mlflow",
    });
  });

  it("knows the endpoint by the variable, by what it was before, by the node port, and by a port that only one has", () => {
    const nodePort = rawStackWith({ entries: [{ kind: "node-port", nodePort: 30800 }], protocol: "http-stream" });
    assert.equal(found("MLFLOW_S3_ENDPOINT_URL=http://192.168.1.107:30900")[0]!.endpoint, "minio");
    assert.equal(found("x=192.168.1.105:30800")[0]!.endpoint, "mlflow");
    assert.equal(found("x=10.1.1.1:30800", nodePort)[0]!.endpoint, "chat");
    assert.equal(found("x=192.168.1.219:9000")[0]!.endpoint, "minio");
    const unknown = found("x=192.168.1.107:30900")[0]!;
    assert.equal(unknown.endpoint, undefined);
    assert.match(unknown.wayOut, /^No endpoint of this stack is known for it/);
  });

  const harmless = [
    "version: 192.168.1.219",
    "image: tool:1.2.3.4",
    "User-Agent: Chrome/192.168.1.219",
    "lib-192.168.1.219.tar.gz v192.168.1.219 192.168.1.219-rc1 1.192.168.1.219",
    "netmask 255.255.255.0 wildcard 0.0.0.255",
    "bind 0.0.0.0:30800 and 127.0.0.1:30800 and localhost:30800",
    "range 192.168.1.200-192.168.1.220, block 192.168.1.208/29",
    "http://192.168.1.207:5000/api 192.168.1.207 192.168.1.200:9000",
    "8.8.8.8 and 10.20.30.40:8080 are somebody else's",
    "300.168.1.219 192.168.1.999:30800 192.168.01.219",
    "at 12:34:56 from ab:cd:ef:01:23:45",
    "sha256:192168001219",
  ];
  for (const line of harmless) it(`finds nothing in: ${line}`, () => assert.deepEqual(found(line), []));

  it("takes a current node port for what it is, and any other for stale", () => {
    const stack = rawStackWith({ entries: [{ kind: "node-port", nodePort: 30800, node: "192.168.1.105" }] });
    assert.deepEqual(kinds("ws://192.168.1.105:30800 ws://192.168.1.106:30800 ws://192.168.1.105:30801", stack), [
      "node-port",
      "wrong-port",
    ]);
  });

  it("lets port 80 be where TLS answers at the same name", () => {
    const entries = [{ kind: "ingress-nginx", host: "chat.example.com", tls: { secretName: "chat" } }];
    assert.deepEqual(
      kinds(
        "http://chat.example.com/ chat.example.com wss://chat.example.com http://CHAT.example.com:8080",
        rawStackWith({ entries }),
      ),
      ["wrong-port"],
    );
  });

  describe("waivers", () => {
    const line = "x: 192.168.1.219";
    it("let a line stay with a reason, on it or above it", () => {
      assert.equal(found(`${line} # holdfast/waive.endpoints: a printer`)[0]!.waived, "a printer");
      assert.equal(found(`// holdfast/waive.endpoints: a printer\n${line}`)[0]!.waived, "a printer");
      assert.equal(found(`{ "holdfast/waive.endpoints": "a printer", "a": "192.168.1.219" }`)[0]!.waived, "a printer");
    });
    it("waive nothing without a reason, or from further away", () => {
      assert.equal(found(`${line} # holdfast/waive.endpoints:`)[0]!.waived, undefined);
      assert.equal(found(`# holdfast/waive.endpoints: a printer\n\n${line}`)[0]!.waived, undefined);
      const [first, second] = found(`${line} # holdfast/waive.endpoints: a printer\n${line}`);
      assert.deepEqual([first!.waived, second!.waived], ["a printer", undefined]);
    });
  });

  it("never fails, whatever the text", () => {
    const bits = fc.constantFrom(
      "192.168.1.219",
      ":",
      "/",
      ".",
      "[",
      "]",
      "\n",
      "\r",
      "1",
      "fd00::15",
      "http://",
      "value",
      "\u0000",
      "holdfast/waive.endpoints:",
      "𝒳",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.array(bits).map((parts) => parts.join("")),
        ),
        (text) => {
          for (const { line, column, found: what } of lintText(text, known)) {
            assert.ok(text.split(/\r\n|\n|\r/)[line - 1]!.startsWith(what, column - 1));
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("always finds an address that was planted, at its line and column", () => {
    const stale = fc.constantFrom(
      "192.168.1.105:30800",
      "192.168.1.219",
      "10.3.2.1:32767",
      "192.168.1.207:5001",
      "[fd00::15]:80",
    );
    const before = fc.constantFrom(
      "",
      " ",
      "x=",
      "x: ",
      '"',
      "'",
      "http://",
      "(",
      "`",
      "uri: tcp://",
      "a,",
      "\t- ",
      "@",
      "=>",
      "𝒳 ",
    );
    const after = fc.constantFrom("", " ", '"', "/path", ",", ")", ".", "; y", "\\n", "?q=1", "#f", "'");
    const lines = fc.array(
      fc.string().filter((line) => !/[\r\n]/.test(line) && lintText(line, known).length === 0 && !/waive/.test(line)),
    );
    fc.assert(
      fc.property(lines, lines, before, stale, after, (above, below, left, address, right) => {
        const text = [...above, left + address + right, ...below].join("\n");
        const places = lintText(text, known).map(({ line, column, found: what }) => ({ line, column, what }));
        assert.deepEqual(places, [{ line: above.length + 1, column: left.length + 1, what: address }]);
      }),
      { numRuns: 2000 },
    );
  });

  it("takes time in proportion to the text, also where a line has no end", () => {
    const seconds = (text: string) => {
      const start = process.hrtime.bigint();
      lintText(text, known);
      return Number(process.hrtime.bigint() - start) / 1e9;
    };
    for (const part of ["1.1.1.", "a.", "f:", "192.168.1.219 ", "holdfast/waive.endpoints: ", "1".repeat(9), "value "]) {
      const text = part.repeat(Math.ceil(1_000_000 / part.length));
      assert.ok(seconds(text) < 10, `${part}: ${seconds(text)} s for a megabyte`);
    }
  }).timeout(60_000);
});

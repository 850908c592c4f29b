import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import type { Block } from "../compile/stacks";
import { cloudStack, platformStack } from "../endpoints/stack";

const ROOT = path.join(__dirname, "..", "..");

describe("holdfast endpoints and lint-endpoints", function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-endpoints-"));
    writeStack("lan", platformStack());
    writeStack("cloud", cloudStack());
    writeStack("clash", platformStack({ mlflow: { consumes: { AWS_S3_ENDPOINT: "minio" } } }));
    writeStack("silent", platformStack({ trainer: { consumes: {} }, top: { consumers: [] } }));
    writeStack("bad", platformStack({ trainer: { consumes: { S3: "mino" } } }));
    write("Pulumi.yaml", "name: shop\nruntime: nodejs\n");
    write("outputs.json", JSON.stringify({ endpoints: { minio: { host: "lb.example.com" }, trainer: { host: "pending" } } }));
    write("empty.json", "[]");
    write("stale/train.py", 'uri = "http://192.168.1.105:30800"\n');
    write("stale/node_modules/a.py", 'uri = "http://192.168.1.105:30800"\n');
    write("stale/model.bin", "\0 192.168.1.105:30800");
    write("clean/train.py", 'uri = "http://192.168.1.207:5000"\n');
    write("waived/train.py", '# holdfast/waive.endpoints: a printer\nprinter = "192.168.1.219"\n');
    write("large/data.json", `${" ".repeat(4 * 1024 * 1024)}192.168.1.219`);
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  function write(file: string, text: string): void {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  }

  function writeStack(name: string, raw: Block): void {
    const config = Object.fromEntries(Object.entries(raw).map(([key, value]) => [`holdfast:${key}`, value]));
    write(`Pulumi.${name}.yaml`, stringify({ config }));
  }

  const run = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(ROOT, "bin", "holdfast.js"), ...args], {
      encoding: "utf8",
      cwd: folder,
      env: { ...process.env, HOLDFAST_STATE_DIR: path.join(folder, "state") },
    });

  describe("endpoints", () => {
    it("shows the table and ends with 0", () => {
      const { status, stdout } = run("endpoints", "-s", "lan");
      assert.equal(status, 0);
      assert.match(stdout, /^mlflow +http:\/\/192\.168\.1\.207:5000 +mlflow\/metallb +trainer \(MLFLOW_TRACKING_URI\), seldon/m);
    });

    it("prints lines for an env file, of all or of one consumer", () => {
      assert.match(run("endpoints", "-s", "lan", "--env").stdout, /^MLFLOW_TRACKING_URI=http:\/\/192\.168\.1\.207:5000$/m);
      const { status, stdout } = run("endpoints", "-s", "lan", "--env", "--consumer", "seldon");
      assert.deepEqual([status, stdout], [0, "MLFLOW_TRACKING_URI=http://192.168.1.207:5000\n"]);
    });

    it("ends with 1 where a line is known only later, and with 0 once the outputs tell", () => {
      const { status, stdout, stderr } = run("endpoints", "-s", "cloud", "--env");
      assert.deepEqual([status, stdout], [1, "# S3: minio, known after pulumi up\nS3_PORT=9000\n"]);
      assert.match(stderr, /^S3: known only after pulumi up\./m);
      const later = run("endpoints", "-s", "cloud", "--env", "--outputs", "outputs.json");
      assert.deepEqual([later.status, later.stdout], [0, "S3=http://lb.example.com:9000\nS3_PORT=9000\n"]);
    });

    it("reads the outputs of the private workspace where there are some", () => {
      const resources = [{ type: "pulumi:pulumi:Stack", outputs: { endpoints: { minio: { host: "10.0.0.9" } } } }];
      const file = "state/backends/any/.pulumi/stacks/shop/cloud.json";
      write(file, JSON.stringify({ version: 3, checkpoint: { latest: { resources } } }));
      try {
        assert.match(run("endpoints", "-s", "cloud").stdout, /^minio +http:\/\/10\.0\.0\.9:9000/m);
        write(file, "half a fi");
        assert.match(run("endpoints", "-s", "cloud").stdout, /^minio +\(known after pulumi up\)/m);
      } finally {
        fs.rmSync(path.join(folder, "state"), { recursive: true });
      }
    });

    it("says so where nothing is consumed", () => {
      const { status, stdout, stderr } = run("endpoints", "-s", "silent", "--env");
      assert.deepEqual([status, stdout], [0, ""]);
      assert.match(stderr, /^warning: nothing in this stack consumes an endpoint/m);
    });

    const refused: [string[], RegExp][] = [
      [
        ["-s", "clash", "--env"],
        /^--env: AWS_S3_ENDPOINT has different values for trainer, mlflow\. Choose one with --consumer\.$/m,
      ],
      [
        ["-s", "lan", "--env", "--consumer", "trainr"],
        /^--consumer: found trainr; consumers in Pulumi\.lan\.yaml: trainer, seldon\. Did you mean trainer\?$/m,
      ],
      [["-s", "lan", "--consumer", "trainer"], /^--consumer: the table shows all of them/m],
      [["-s", "lan", "--env", "--json"], /cannot be used with option '--json'/],
      [
        ["-s", "lan", "--outputs", "none.json"],
        /^--outputs: none\.json cannot be used: .* Write it with: pulumi stack output --json -s lan/m,
      ],
      [["-s", "lan", "--outputs", "empty.json"], /^--outputs: empty\.json cannot be used: it has no endpoints\. Write it with/m],
      [["-s", "bad"], /services\[0\]\.consumes\.S3\.endpoint: found mino.*Did you mean minio\?/],
    ];
    for (const [args, message] of refused) {
      it(`refuses ${args.join(" ")} with exit code 2`, () => {
        const { status, stdout, stderr } = run("endpoints", ...args);
        assert.deepEqual([status, stdout], [2, ""]);
        assert.match(stderr, message);
        assert.doesNotMatch(stderr, /^\s+at /m);
      });
    }
  });

  describe("lint-endpoints", () => {
    it("names the place and what to write, passes over what is fetched or binary, and ends with 1", () => {
      const { status, stdout } = run("lint-endpoints", "stale", "-s", "lan");
      assert.equal(status, 1);
      assert.equal(
        stdout,
        [
          "stale/train.py:1:15: 192.168.1.105:30800 is where mlflow was before.",
          "    Endpoint mlflow: take it from a variable (consumes, or holdfast:consumers); else write http://192.168.1.207:5000, or inside the cluster http://mlflow.mlflow.svc.",
          "1 finding, in 1 file; not looked into: 1 binary (stale/model.bin).",
          "",
        ].join("\n"),
      );
    });

    it("ends with 0 where nothing is stale, or a comment says why it may stay", () => {
      const clean = run("lint-endpoints", "clean", "-s", "lan");
      assert.deepEqual([clean.status, clean.stdout], [0, "0 findings, in 1 file.\n"]);
      const waived = run("lint-endpoints", "waived", "-s", "lan");
      assert.equal(waived.status, 0);
      assert.match(waived.stdout, /train\.py:2:12: .*\(waived: a printer\)\n0 findings, 1 waived, in 1 file\.\n$/);
    });

    it("says what is too large, looks once at what is named twice, and follows no link", () => {
      assert.match(
        run("lint-endpoints", "large", "-s", "lan").stdout,
        /^0 findings, in 0 files; not looked into: 1 larger than 4 MiB/,
      );
      assert.match(run("lint-endpoints", "stale", "stale/train.py", "-s", "lan").stdout, /^1 finding, in 1 file/m);
      fs.symlinkSync(path.join(folder, "clean"), path.join(folder, "clean", "again"));
      assert.match(run("lint-endpoints", "clean", "-s", "lan").stdout, /in 1 file\.$/m);
    });

    it("leaves out the stack files themselves, which say where everything is and was", () => {
      const { status, stdout } = run("lint-endpoints", "Pulumi.lan.yaml", "Pulumi.cloud.yaml", "-s", "lan");
      assert.deepEqual([status, stdout], [0, "0 findings, in 0 files.\n"]);
    });

    it("tells programs the same", () => {
      const { status, stdout } = run("lint-endpoints", "stale", "waived", "-s", "lan", "--json");
      assert.equal(status, 1);
      const { schemaVersion, findings, files, skipped } = JSON.parse(stdout) as {
        schemaVersion: number;
        findings: Block[];
        files: number;
        skipped: Block[];
      };
      assert.deepEqual([schemaVersion, files, skipped], [1, 2, [{ file: "stale/model.bin", why: "binary" }]]);
      assert.deepEqual(
        findings.map(({ file, line, column, kind, endpoint, waived }) => [file, line, column, kind, endpoint, waived]),
        [
          ["stale/train.py", 1, 15, "former", "mlflow", null],
          ["waived/train.py", 2, 12, "unassigned", null, "a printer"],
        ],
      );
    });

    it("refuses places that are not there, all at once, and a stack that is not, with exit code 2", () => {
      const places = run("lint-endpoints", "here", "there", "-s", "lan");
      assert.deepEqual([places.status, places.stdout], [2, ""]);
      assert.match(places.stderr, /^here: no such file or folder\.\nthere: no such file or folder\.$/m);
      const stack = run("lint-endpoints", "clean", "-s", "none");
      assert.equal(stack.status, 2);
      assert.match(stack.stderr, /^No Pulumi\.none\.yaml/m);
    });
  });
});

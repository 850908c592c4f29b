import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import {
  clashingVariables,
  endpointRows,
  endpointsAsEnvironment,
  endpointsAsJson,
  endpointsAsText,
  variableRows,
} from "../../endpoints";
import { parsed, type Block } from "../compile/stacks";
import { cloudStack, platformStack } from "./stack";

const stackOf = (raw: Block) => parsed(raw).stack;

describe("the table of endpoints", () => {
  it("has every endpoint with its URL, where it comes from and who consumes it", () => {
    assert.equal(
      endpointsAsText(endpointRows(stackOf(platformStack()))),
      [
        "ENDPOINT  URL                                 FROM                         CONSUMERS",
        "archive   https://archive.example.com/models  outside the stack            trainer (ARCHIVE_HOST)",
        "minio     http://192.168.1.200:9000           minio/metallb                trainer (MLFLOW_S3_ENDPOINT_URL), trainer (AWS_S3_ENDPOINT)",
        "mlflow    http://192.168.1.207:5000           mlflow/metallb               trainer (MLFLOW_TRACKING_URI), seldon (MLFLOW_TRACKING_URI)",
        "trainer   ws://trainer.trainer.svc            trainer, inside the cluster  -",
        "",
      ].join("\n"),
    );
  });

  it("says why a URL is not there, and has it once an earlier run told the host", () => {
    const stack = stackOf(cloudStack());
    assert.match(endpointsAsText(endpointRows(stack)), /^minio +\(known after pulumi up\) +minio\/aws-nlb/m);
    assert.match(endpointsAsText(endpointRows(stack, { minio: "lb.example.com" })), /^minio +http:\/\/lb\.example\.com:9000 /m);
    const nodePort = stackOf(
      platformStack({ minio: { entries: [{ kind: "node-port", nodePort: 30900 }] }, trainer: { consumes: {} } }),
    );
    assert.match(endpointsAsText(endpointRows(nodePort)), /^minio +\(its entry names no node\)/m);
  });

  it("never lets what an earlier run told stand for an address that the stack file gives", () => {
    const [, minio] = endpointRows(stackOf(platformStack()), { minio: "old.example.com" });
    assert.equal(minio!.url, "http://192.168.1.200:9000");
  });

  it("is for programs too, with null for what is not known", () => {
    const stack = stackOf(cloudStack());
    const { schemaVersion, endpoints, environment } = JSON.parse(endpointsAsJson(endpointRows(stack), variableRows(stack))) as {
      schemaVersion: number;
      endpoints: Block[];
      environment: Block[];
    };
    assert.equal(schemaVersion, 1);
    assert.deepEqual(endpoints[0], {
      name: "minio",
      url: null,
      pending: "after-up",
      clusterUrl: "http://minio.minio.svc",
      service: "minio",
      entry: "aws-nlb",
      consumers: [
        { name: "trainer", variable: "S3" },
        { name: "trainer", variable: "S3_PORT" },
      ],
    });
    assert.deepEqual(environment, [
      { consumer: "trainer", variable: "S3", endpoint: "minio", value: null },
      { consumer: "trainer", variable: "S3_PORT", endpoint: "minio", value: "9000" },
    ]);
  });
});

describe("the lines for an env file", () => {
  it("have each variable once, and what is not known yet as a comment", () => {
    const rows = variableRows(stackOf(cloudStack()));
    assert.equal(endpointsAsEnvironment([...rows, ...rows]), "# S3: minio, known after pulumi up\nS3_PORT=9000\n");
  });

  it("name variables that two consumers fill differently", () => {
    const differing = platformStack({
      mlflow: { consumes: { AWS_S3_ENDPOINT: { endpoint: "minio", via: "cluster", format: "host-port" } } },
    });
    assert.deepEqual(clashingVariables(variableRows(stackOf(differing))), ["AWS_S3_ENDPOINT"]);
    assert.deepEqual(clashingVariables(variableRows(stackOf(differing), {}, "trainer")), []);
    assert.deepEqual(clashingVariables(variableRows(stackOf(platformStack()))), []);
  });

  it("mean to a shell the value and nothing else, whatever stands in it", () => {
    const line = (value: string) => endpointsAsEnvironment([{ consumer: "a", variable: "URL", endpoint: "b", value }]);
    const read = (value: string) => {
      const script = `${line(value)}printf %s "$URL"`;
      return spawnSync("sh", ["-c", script], { encoding: "utf8" }).stdout;
    };
    assert.equal(line("http://192.168.1.207:5000"), "URL=http://192.168.1.207:5000\n");
    for (const value of [
      "http://h/$HOME",
      "http://h/`id`",
      "http://h/it's",
      "http://h/a;b&c|d",
      'http://h/"q"',
      "http://h/\\x",
      "http://h/#f",
      "http://h/*",
    ]) {
      assert.equal(read(value), value);
    }
    fc.assert(
      fc.property(fc.stringMatching(/^http:\/\/h\/[!-~]{0,20}$/), (value) => assert.equal(read(value), value)),
      { numRuns: 40 },
    );
  });
});

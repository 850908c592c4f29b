import assert from "node:assert/strict";
import * as fc from "fast-check";
import { compileStack } from "../../compile";
import { CHECKSUM_ANNOTATION } from "../../compile/checksum";
import { formatted, type Location, type NamedEndpoint } from "../../compile/endpoints";
import { Hole, Later } from "../../compile/model";
import { parsed, problemsOf, rawStackWith, type Block } from "../compile/stacks";
import { cloudStack, platformStack } from "./stack";

const ANNOTATION = `${CHECKSUM_ANNOTATION}.endpoints`;
const endpointsOf = (raw: Block) => parsed(raw).stack.endpoints;
const url = ({ outside, cluster }: NamedEndpoint) => formatted((outside ?? cluster)!, "url");

/** The endpoints of one service, with their URLs. */
function named(service: Block, top: Block = {}): Record<string, unknown> {
  const { endpoints } = parsed(rawStackWith(service, {}, top)).stack;
  return Object.fromEntries(Object.entries(endpoints).map(([name, endpoint]) => [name, url(endpoint)]));
}

function trainer(raw: Block) {
  const { stack } = parsed(raw);
  const { objects } = compileStack(stack).services.find(({ name }) => name === "trainer")!;
  const find = (logicalName: string) => objects.find((each) => each.logicalName === logicalName);
  const { template } = find("deployment")!.object.spec as { template: { metadata: Block; spec: { containers: Block[] } } };
  return {
    data: find("endpoints")?.object.data as Record<string, unknown> | undefined,
    checksum: (template.metadata.annotations as Block | undefined)?.[ANNOTATION],
    envFrom: template.spec.containers[0]!.envFrom,
    after: find("deployment")!.after,
  };
}

describe("the names of a stack's endpoints", () => {
  const pinned = (address: string, more: Block = {}) => ({ kind: "metallb", pool: "lan", address, ...more });

  it("are the service's for its first entry, and with the entry's behind it for each further one", () => {
    const entries = [pinned("192.168.1.207"), { kind: "ingress-nginx", host: "chat.example.com", path: "/chat" }];
    assert.deepEqual(named({ entries, connectPath: "/chat/ws" }), {
      chat: "ws://192.168.1.207/chat/ws",
      "chat-ingress-nginx": "ws://chat.example.com/chat/ws",
    });
  });

  it("stay what they are when an entry is added", () => {
    const first = named({ entries: [pinned("192.168.1.207")] });
    const both = named({ entries: [pinned("192.168.1.207"), pinned("192.168.1.208", { name: "other" })] });
    assert.equal(both.chat, first.chat);
  });

  it("are those that are written, entry by entry", () => {
    const entries = [
      pinned("192.168.1.200", { name: "api", port: 9000, sharingKey: "minio" }),
      pinned("192.168.1.200", { name: "console", port: 9001, sharingKey: "minio" }),
    ];
    assert.deepEqual(
      named({ protocol: "http-stream", entries, endpoints: { s3: "api", ui: { entry: "console", path: "/login" } } }),
      {
        s3: "http://192.168.1.200:9000",
        ui: "http://192.168.1.200:9001/login",
      },
    );
  });

  it("are inside the cluster only where there is no entry", () => {
    assert.deepEqual(named({ entries: [] }), { chat: "ws://chat.chat.svc" });
    assert.deepEqual(named({ entries: [], protocol: "grpc" }), { chat: "grpc://chat.chat.svc:80" });
    assert.deepEqual(named({ entries: [], endpoints: { talk: {} } }), { talk: "ws://chat.chat.svc" });
  });

  it("keep their scheme plain where TLS ends before the pod, and not where it ends there", () => {
    const of = (service: Block) => {
      const { chat } = endpointsOf({
        ...cloudStack(),
        services: [
          {
            name: "chat",
            image: "a/b:1",
            port: 80,
            promise: { affinity: { mode: "none" } },
            entries: [{ kind: "aws-nlb", port: 443 }],
            ...service,
          },
        ],
      });
      return [chat!.outside!.scheme, chat!.cluster!.scheme];
    };
    assert.deepEqual(of({}), ["ws", "ws"]);
    assert.deepEqual(of({ tls: { secretName: "chat-tls" } }), ["wss", "wss"]);
  });

  it("lead to the port of their entry, inside the cluster too", () => {
    const service = {
      ports: [{ name: "console", port: 9001, protocol: "http-stream" }],
      entries: [pinned("192.168.1.207"), pinned("192.168.1.208", { name: "ui", targetPort: "console" })],
    };
    const { endpoints } = parsed(rawStackWith(service)).stack;
    const inside = Object.values(endpoints).map(({ cluster }) => formatted(cluster!, "host-port"));
    assert.deepEqual(inside, ["chat.chat.svc:80", "chat.chat.svc:9001"]);
  });

  it("take another scheme that the protocol can carry", () => {
    const entries = [pinned("192.168.1.207")];
    assert.equal(named({ entries, endpoints: { api: { scheme: "http", path: "/" } } }).api, "http://192.168.1.207");
    assert.equal(
      named({ protocol: "tcp", entries, endpoints: { cache: { scheme: "redis", path: "/0" } } }).cache,
      "redis://192.168.1.207:80/0",
    );
  });
});

describe("a location", () => {
  const forms = (location: Location) =>
    (["url", "host", "host-port", "port"] as const).map((format) => formatted(location, format));

  it("has four forms, with brackets where an IPv6 address needs them", () => {
    assert.deepEqual(forms({ scheme: "http", host: "fd00::10", port: 9000, path: "/a" }), [
      "http://[fd00::10]:9000/a",
      "fd00::10",
      "[fd00::10]:9000",
      "9000",
    ]);
    assert.deepEqual(forms({ scheme: "https", host: "s3.example.com", port: 443, path: "" }), [
      "https://s3.example.com",
      "s3.example.com",
      "s3.example.com:443",
      "443",
    ]);
  });

  it("is known later but for its port where a load balancer gives the address", () => {
    const [asUrl, , , port] = forms({ scheme: "http", host: new Hole("address", "minio", "aws-nlb"), port: 9000, path: "" });
    assert.ok(asUrl instanceof Later);
    assert.equal(asUrl.make(["lb.example.com"]), "http://lb.example.com:9000");
    assert.equal(asUrl.make(["2001:db8::1"]), "http://[2001:db8::1]:9000");
    assert.equal(port, "9000");
  });

  it("given as a URL is given back as it was", () => {
    const outside = fc.record({
      host: fc.stringMatching(/^[a-z]{1,9}(\.[a-z]{2,5}){1,2}$/),
      port: fc.integer({ min: 1, max: 65_535 }),
      path: fc.stringMatching(/^(\/[a-z0-9-]{1,8}){0,3}$/),
    });
    fc.assert(
      fc.property(outside, ({ host, port, path }) => {
        const written = `https://${host}:${port}${path}`;
        const expected = port === 443 ? `https://${host}${path}` : written;
        assert.equal(named({}, { endpoints: { there: written } }).there, expected);
      }),
    );
  });
});

describe("a consumer of the stack", () => {
  it("gets a ConfigMap with each variable in the form it asks for, and reads it", () => {
    const { data, envFrom, after } = trainer(platformStack());
    assert.deepEqual(data, {
      MLFLOW_TRACKING_URI: "http://192.168.1.207:5000",
      MLFLOW_S3_ENDPOINT_URL: "http://192.168.1.200:9000",
      AWS_S3_ENDPOINT: "192.168.1.200:9000",
      ARCHIVE_HOST: "archive.example.com",
    });
    assert.deepEqual(envFrom, [{ configMapRef: { name: "trainer-endpoints" } }]);
    assert.ok(after.includes("endpoints"));
  });

  it("has neither where it consumes nothing", () => {
    const { data, checksum, envFrom } = trainer(platformStack({ trainer: { consumes: {} } }));
    assert.deepEqual([data, checksum, envFrom], [undefined, undefined, undefined]);
  });

  it("goes through the cluster where it asks to, and where there is no other way", () => {
    const { data } = trainer(
      platformStack({
        trainer: { consumes: { A: { endpoint: "minio", via: "cluster" }, B: "lonely" } },
        mlflow: { name: "lonely", entries: [], endpoints: {} },
        top: { consumers: [] },
      }),
    );
    assert.deepEqual(data, { A: "http://minio.minio.svc", B: "http://lonely.lonely.svc" });
  });

  it("rolls when an address moves, and when nothing moves does not", () => {
    const before = trainer(platformStack()).checksum;
    const entries = [{ kind: "metallb", pool: "lan", address: "192.168.1.208", port: 5000 }];
    const moved = trainer(platformStack({ mlflow: { entries } })).checksum;
    assert.match(String(before), /^[0-9a-f]{64}$/);
    assert.notEqual(moved, before);
    assert.equal(trainer(platformStack({ mlflow: { image: "registry.example.com/app:2" } })).checksum, before);
  });

  it("waits for an address that a load balancer gives, its checksum too", () => {
    const { data, checksum } = trainer(cloudStack());
    assert.ok(data!.S3 instanceof Later);
    assert.deepEqual(data!.S3.holes, [new Hole("address", "minio", "aws-nlb")]);
    assert.equal(data!.S3_PORT, "9000");
    assert.ok(checksum instanceof Later);
    assert.notEqual(checksum.make(["a.example.com"]), checksum.make(["b.example.com"]));
    assert.equal(checksum.make(["a.example.com"]), checksum.make(["a.example.com"]));
  });

  it("knows the address before `up` where the entry has a host", () => {
    const entries = [{ kind: "aws-nlb", port: 9000, host: "s3.example.com" }];
    assert.equal(trainer(cloudStack({ second: { entries } })).data!.S3, "http://s3.example.com:9000");
  });
});

describe("a consumer that this stack does not run", () => {
  it("gets a ConfigMap in its namespace, which tells by a checksum that it changed", () => {
    const [object, ...others] = compileStack(parsed(platformStack()).stack).consumers;
    assert.equal(others.length, 0);
    const { metadata, data } = object!.object;
    assert.deepEqual([metadata.namespace, metadata.name], ["seldon-system", "seldon-endpoints"]);
    assert.deepEqual(data, { MLFLOW_TRACKING_URI: "http://192.168.1.207:5000" });
    assert.match(metadata.annotations![CHECKSUM_ANNOTATION]!, /^[0-9a-f]{64}$/);
  });
});

describe("a ring of addresses", () => {
  const back = {
    first: { entries: [{ kind: "aws-nlb", port: 80 }], promise: { affinity: { mode: "none" } } },
    second: { consumes: { TRAINER: "trainer" } },
  };

  it("is refused where one waits for the other's load balancer", () => {
    const problems = problemsOf(cloudStack(back));
    assert.equal(problems.length, 2);
    assert.match(problems[0]!, /^services\[0\]\.consumes: trainer would wait for an address/);
  });

  it("is none where one goes through the cluster, or asks only for the port", () => {
    const through = (consumed: Block) =>
      problemsOf(cloudStack({ ...back, second: { consumes: { TRAINER: { endpoint: "trainer", ...consumed } } } }));
    assert.deepEqual(through({ via: "cluster" }), []);
    assert.deepEqual(through({ format: "port" }), []);
  });

  it("is none where the addresses are pinned", () => {
    assert.deepEqual(
      problemsOf(platformStack({ mlflow: { consumes: { S3: "minio" } }, minio: { consumes: { MLFLOW: "mlflow" } } })),
      [],
    );
  });
});

describe("a consumer inside the cluster", () => {
  const service = (networkPolicy: Block | undefined, consumed: unknown, where: Block = {}) =>
    problemsOf(
      platformStack({
        minio: { entries: [], ...(networkPolicy === undefined ? {} : { networkPolicy }) },
        trainer: { consumes: { S3: consumed }, ...where },
      }),
    );

  it("is refused where the network policy of the service keeps its namespace out", () => {
    assert.deepEqual(service({ namespaces: ["other"] }, "minio"), [
      "services[0].consumes.S3: goes to minio inside the cluster, whose networkPolicy admits nobody from namespace trainer. Write networkPolicy.namespaces: [trainer] there.",
    ]);
    assert.match(
      service({ namespaces: ["other"] }, "minio", { namespace: "minio", createNamespace: false })[0]!,
      /Write networkPolicy\.sameNamespace: true there\.$/,
    );
  });

  it("is let in by name, by namespace, by addresses that may be its own, and where there is no policy", () => {
    assert.deepEqual(service({ namespaces: ["trainer"] }, "minio"), []);
    assert.deepEqual(service({ sameNamespace: true }, "minio", { namespace: "minio", createNamespace: false }), []);
    assert.deepEqual(service({ ranges: ["10.0.0.0/8"] }, "minio"), []);
    assert.deepEqual(service(undefined, "minio"), []);
  });
});

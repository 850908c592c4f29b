import assert from "node:assert/strict";
import { compilePools, compileStack } from "../../compile";
import { Hole } from "../../compile/model";
import { compiled, objectOf, parsed, problemsOf, rawStackWith, specOf, type Block } from "./stacks";

const podOf = (service: Block, cluster: Block = {}) => {
  const template = specOf(compiled(rawStackWith(service, cluster)), "deployment").template as Block;
  return template.spec as { containers: Block[]; terminationGracePeriodSeconds: number; volumes?: unknown };
};

describe("secrets", () => {
  const secretOf = (secrets: Block) => objectOf(compiled(rawStackWith({ secrets })), "secret").object;
  const environmentOf = (service: Block) => podOf(service).containers[0]!.envFrom;

  it("of the stack's own configuration are a Secret with holes for the values", () => {
    const { stringData } = secretOf({ source: "pulumi", keys: ["A", "B"] }) as unknown as { stringData: Record<string, Hole> };
    assert.deepEqual(stringData, { A: new Hole("secret", "chat", "A"), B: new Hole("secret", "chat", "B") });
  });

  it("that exist are only referred to, and needed", () => {
    const service = compiled(rawStackWith({ secrets: { source: "existing", name: "shared" } }));
    assert.ok(service.objects.every(({ logicalName }) => logicalName !== "secret"));
    assert.deepEqual(environmentOf({ secrets: { source: "existing", name: "shared" } }), [{ secretRef: { name: "shared" } }]);
    assert.ok(service.needs.some(({ kind, name }) => kind === "Secret" && name === "chat/shared"));
  });

  it("in a store are an ExternalSecret", () => {
    const remoteKeys = { A: { key: "prod/chat", property: "a" }, B: { key: "prod/b" } };
    const object = secretOf({ source: "external-secret", store: { name: "vault" }, remoteKeys, refreshSeconds: 600 });
    assert.equal(object.apiVersion, "external-secrets.io/v1");
    assert.deepEqual(object.spec, {
      refreshInterval: "600s",
      secretStoreRef: { kind: "ClusterSecretStore", name: "vault" },
      target: { name: "chat-secrets", creationPolicy: "Owner" },
      data: [
        { secretKey: "A", remoteRef: { key: "prod/chat", property: "a" } },
        { secretKey: "B", remoteRef: { key: "prod/b" } },
      ],
    });
  });

  it("that are sealed are a SealedSecret of the same name, as sealing binds it to that", () => {
    const encryptedData = { A: "AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq" };
    const object = secretOf({ source: "sealed-secret", encryptedData });
    assert.equal(object.metadata.name, "chat-secrets");
    assert.deepEqual((object.spec as Block).encryptedData, encryptedData);
  });

  it("are waited for by the pods", () => {
    const service = compiled(rawStackWith({ secrets: { source: "pulumi", keys: ["A"] }, config: { B: "b" } }));
    assert.deepEqual(objectOf(service, "deployment").after, ["namespace", "config-map", "secret"]);
  });

  it("and configuration may both be missing", () => assert.equal(environmentOf({}), undefined));
});

describe("TLS that the pods speak", () => {
  const address = { kind: "metallb", pool: "lan", address: "192.168.1.207", port: 443 };
  const service = (more: Block = {}) => compiled(rawStackWith({ tls: { secretName: "mine" }, entries: [address], ...more }));
  const containerOf = (more: Block = {}) => {
    const { spec } = specOf(service(more), "deployment").template as { spec: { containers: Block[]; volumes: unknown[] } };
    return { ...spec.containers[0]!, volumes: spec.volumes } as Block;
  };

  it("comes from a Secret that is mounted, beside the files", () => {
    const files = { mountPath: "/app", contents: { "a.txt": "a" } };
    const { volumes, volumeMounts } = containerOf({ files, tls: { secretName: "mine", mountPath: "/certs" } });
    assert.deepEqual(volumes, [
      { name: "files", configMap: { name: "chat-files" } },
      { name: "tls", secret: { secretName: "mine" } },
    ]);
    assert.deepEqual(volumeMounts, [
      { name: "files", mountPath: "/app", readOnly: true },
      { name: "tls", mountPath: "/certs", readOnly: true },
    ]);
    assert.ok(service().needs.some(({ kind, name }) => kind === "Secret" && name === "chat/mine"));
  });

  it("is waited for where cert-manager keeps it", () => {
    const entries = [{ kind: "aws-nlb", port: 443, host: "chat.example.com" }];
    const aws = { platform: "aws", bareMetal: undefined };
    const built = compiled(rawStackWith({ tls: { issuer: "lab" }, entries }, { controllers: {} }, aws));
    assert.deepEqual(objectOf(built, "deployment").after, ["namespace", "certificate"]);
    assert.deepEqual(specOf(built, "certificate"), {
      secretName: "chat-tls",
      dnsNames: ["chat.example.com"],
      issuerRef: { group: "cert-manager.io", kind: "Issuer", name: "lab" },
    });
    assert.ok(built.needs.some(({ kind, name }) => kind === "Issuer" && name === "lab"));
  });

  it("is what the kubelet, Prometheus and clients speak too", () => {
    const { readinessProbe } = containerOf() as { readinessProbe: { httpGet: Block } };
    assert.equal(readinessProbe.httpGet.scheme, "HTTPS");
    assert.equal(service().endpoints[0]!.url, "wss://192.168.1.207/");
    const [endpoint] = specOf(service(), "service-monitor").endpoints as [Block];
    assert.deepEqual([endpoint.scheme, endpoint.tlsConfig], ["https", { insecureSkipVerify: true }]);
    const { template } = specOf(service({ metrics: { via: "annotations" } }), "deployment") as { template: { metadata: Block } };
    assert.equal((template.metadata.annotations as Block)["prometheus.io/scheme"], "https");
    const [port] = specOf(service(), "metallb-service").ports as [Block];
    assert.equal(port.appProtocol, "kubernetes.io/wss");
  });

  it("is not what the kubelet's gRPC probe speaks, so it only connects", () => {
    const { readinessProbe } = containerOf({ protocol: "grpc" }) as { readinessProbe: Block };
    assert.deepEqual(readinessProbe.tcpSocket, { port: "grpc" });
  });

  it("leaves no trace where nobody asked for it", () => {
    const plain = JSON.stringify(compiled(rawStackWith({ entries: [address] })));
    assert.doesNotMatch(plain, /HTTPS|"https"|wss|certificate|volumes/);
  });
});

describe("the pod's goodbye", () => {
  const lifecycle = (cluster: Block) => podOf({}, cluster).containers[0]!.lifecycle;

  it("is the kubelet's own sleep where the version has it or is not declared", () => {
    assert.deepEqual(lifecycle({ kubernetesVersion: "1.30" }), { preStop: { sleep: { seconds: 15 } } });
    assert.deepEqual(lifecycle({ kubernetesVersion: undefined }), { preStop: { sleep: { seconds: 15 } } });
  });

  it("is the image's sleep on older versions", () => {
    assert.deepEqual(lifecycle({ kubernetesVersion: "1.29.3" }), { preStop: { exec: { command: ["sleep", "15"] } } });
  });

  it("has a grace period that follows from the promise", () => {
    assert.equal(podOf({ promise: { drainSeconds: 120 } }).terminationGracePeriodSeconds, 140);
    assert.equal(podOf({ promise: { drainSeconds: 0 } }).terminationGracePeriodSeconds, 20);
  });

  it("can be made longer", () => {
    const pod = podOf({ drain: { preStopSeconds: 90 } });
    assert.equal(pod.terminationGracePeriodSeconds, 135);
    assert.equal(podOf({ drain: { gracePeriodSeconds: 300 } }).terminationGracePeriodSeconds, 300);
  });
});

describe("the number of pods", () => {
  it("is fixed, without an autoscaler, where the floor is the ceiling", () => {
    const service = compiled(rawStackWith({ scaling: { min: 2, max: 2 } }));
    assert.equal(specOf(service, "deployment").replicas, 2);
    assert.equal(objectOf(service, "deployment").ignoreChanges, undefined);
    assert.ok(service.objects.every(({ object }) => object.kind !== "HorizontalPodAutoscaler"));
    assert.equal(specOf(service, "pod-disruption-budget").minAvailable, 1);
  });

  it("of one lets nodes be emptied", () => {
    const budget = specOf(compiled(rawStackWith({ scaling: { min: 1, max: 1 } })), "pod-disruption-budget");
    assert.equal(budget.maxUnavailable, 1);
    assert.equal(budget.minAvailable, undefined);
  });

  it("goes up and down as asked", () => {
    const scaleDown = { stabilizationWindowSeconds: 1800, policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] };
    const service = compiled(rawStackWith({ scaling: { behavior: { scaleDown } } }));
    const behavior = specOf(service, "horizontal-pod-autoscaler").behavior as Block;
    assert.deepEqual(behavior.scaleDown, scaleDown);
    assert.equal((behavior.scaleUp as Block).stabilizationWindowSeconds, 60);
  });
});

describe("metrics", () => {
  const annotationsOf = (metrics: Block) => {
    const template = specOf(compiled(rawStackWith({ metrics })), "deployment").template as { metadata: Block };
    return template.metadata.annotations;
  };
  const kindsOf = (metrics: Block) => compiled(rawStackWith({ metrics })).objects.map(({ object }) => object.kind);

  it("are read one way only", () => {
    assert.equal(annotationsOf({}), undefined);
    assert.ok(kindsOf({}).includes("ServiceMonitor"));
    assert.deepEqual(annotationsOf({ via: "annotations", path: "/numbers" }), {
      "prometheus.io/scrape": "true",
      "prometheus.io/port": "8080",
      "prometheus.io/path": "/numbers",
    });
    assert.ok(!kindsOf({ via: "annotations" }).includes("ServiceMonitor"));
    assert.equal(annotationsOf({ via: "none" }), undefined);
    assert.ok(!kindsOf({ via: "none" }).includes("ServiceMonitor"));
  });

  it("are found by an operator that selects monitors by label", () => {
    const service = compiled(rawStackWith({ metrics: { labels: { release: "prometheus" } } }));
    assert.equal(objectOf(service, "service-monitor").object.metadata.labels?.release, "prometheus");
  });
});

describe("address pools", () => {
  const pools = (pool: Block) => {
    const bareMetal = { addressPools: [{ name: "lan", addresses: ["10.0.0.0/28"], ...pool }] };
    return compilePools(parsed(rawStackWith({}, {}, { bareMetal })).stack).map(({ object }) => object);
  };

  it("come with their announcement", () => {
    assert.deepEqual(
      pools({}).map(({ kind }) => kind),
      ["IPAddressPool", "L2Advertisement"],
    );
    assert.deepEqual(
      pools({ advertise: "bgp" }).map(({ kind }) => kind),
      ["IPAddressPool", "BGPAdvertisement"],
    );
    assert.deepEqual(pools({})[0]!.spec, { addresses: ["10.0.0.0/28"], autoAssign: false });
    assert.deepEqual(pools({ autoAssign: true })[0]!.spec, { addresses: ["10.0.0.0/28"], autoAssign: true });
    assert.equal(pools({})[1]!.metadata.namespace, "metallb-system");
  });

  it("that are there already are not created, and their addresses still checked", () => {
    assert.deepEqual(pools({ create: false }), []);
    const bareMetal = { addressPools: [{ name: "lan", addresses: ["10.0.0.0/28"], create: false }] };
    const entries = [{ kind: "metallb", pool: "lan", address: "10.0.0.16" }];
    assert.match(problemsOf(rawStackWith({ entries }, {}, { bareMetal }))[0]!, /^services\[0\]\.entries\[0\]\.address: /);
  });
});

describe("a namespace", () => {
  it("carries what is declared about the cluster", () => {
    const { annotations } = objectOf(compiled(rawStackWith()), "namespace").object.metadata;
    const declared = JSON.parse(annotations!["holdfast/cluster"]!) as Block;
    assert.equal(declared.kubeProxyMode, "nftables");
    assert.deepEqual(
      Object.keys(declared).filter((key) => ["context", "uid", "kubeconfig"].includes(key)),
      [],
    );
  });

  it("of somebody else is neither created nor waited for", () => {
    const service = compiled(rawStackWith({ namespace: "apps", createNamespace: false }));
    assert.ok(service.objects.every(({ object, after }) => object.kind !== "Namespace" && !after.includes("namespace")));
    assert.ok(service.objects.every(({ object }) => object.metadata.namespace === "apps"));
  });
});

describe("entries", () => {
  const metallb = (entry: Block, service: Block = {}) =>
    compiled(rawStackWith({ entries: [{ kind: "metallb", pool: "lan", address: "192.168.1.207", ...entry }], ...service }));
  const ingress = (entry: Block, service: Block = {}, cluster: Block = {}) =>
    compiled(rawStackWith({ entries: [{ kind: "ingress-nginx", host: "chat.example.com", ...entry }], ...service }, cluster));
  const nginx = (service: ReturnType<typeof compiled>, name = "ingress-nginx-ingress") =>
    objectOf(service, name).object.metadata.annotations!;

  it("of metallb pin the address and open no node port", () => {
    const service = metallb({ port: 9000, sharingKey: "lan-207" });
    const { metadata } = objectOf(service, "metallb-service").object;
    assert.equal(metadata.annotations!["metallb.io/loadBalancerIPs"], "192.168.1.207");
    assert.equal(metadata.annotations!["metallb.io/allow-shared-ip"], "lan-207");
    assert.equal(specOf(service, "metallb-service").allocateLoadBalancerNodePorts, false);
    assert.equal(specOf(service, "metallb-service").loadBalancerIP, undefined);
    assert.equal(service.endpoints[0]!.url, "ws://192.168.1.207:9000/");
  });

  it("of metallb take IPv6", () => {
    assert.equal(metallb({ address: "fd00::11" }).endpoints[0]!.url, "ws://[fd00::11]/");
  });

  it("of metallb carry plain TCP", () => {
    const service = metallb({ port: 1883 }, { protocol: "tcp" });
    assert.deepEqual(specOf(service, "metallb-service").ports, [{ name: "tcp", port: 1883, targetPort: "tcp", protocol: "TCP" }]);
    assert.equal(service.endpoints[0]!.url, "tcp://192.168.1.207:1883");
    const [container] = podOf({ protocol: "tcp" }).containers;
    assert.deepEqual((container!.readinessProbe as Block).tcpSocket, { port: "tcp" });
  });

  it("of ingress-nginx write the promise and a margin", () => {
    const annotations = nginx(ingress({}, { promise: { idleSeconds: 600, affinity: { ttlSeconds: 1200 } } }));
    assert.equal(annotations["nginx.ingress.kubernetes.io/proxy-read-timeout"], "660");
    assert.equal(annotations["nginx.ingress.kubernetes.io/session-cookie-max-age"], "1200");
    assert.equal(annotations["nginx.ingress.kubernetes.io/session-cookie-name"], "chat-route");
  });

  it("of ingress-nginx stick to nothing where nothing is asked", () => {
    const service = ingress({}, { promise: { affinity: { mode: "none" } } });
    assert.deepEqual(
      Object.keys(nginx(service)).filter((key) => /affinity|cookie/.test(key)),
      [],
    );
    assert.equal(specOf(service, "service").sessionAffinity, "None");
    assert.equal(specOf(service, "service").sessionAffinityConfig, undefined);
  });

  it("of ingress-nginx speak TLS and gRPC", () => {
    const service = ingress({ tls: { issuer: "lab" } }, { protocol: "grpc" });
    assert.equal(nginx(service)["cert-manager.io/issuer"], "lab");
    assert.equal(nginx(service)["nginx.ingress.kubernetes.io/backend-protocol"], "GRPC");
    assert.deepEqual(specOf(service, "ingress-nginx-ingress").tls, [{ hosts: ["chat.example.com"], secretName: "chat-tls" }]);
    assert.equal(service.endpoints[0]!.url, "https://chat.example.com/");
  });

  it("that are named have names of their own", () => {
    const entries = [
      { kind: "ingress-nginx", host: "a.example.com" },
      { kind: "ingress-nginx", name: "second", host: "b.example.com" },
    ];
    const service = compiled(rawStackWith({ entries }));
    assert.equal(objectOf(service, "ingress-nginx-ingress").object.metadata.name, "chat");
    assert.equal(objectOf(service, "second-ingress").object.metadata.name, "chat-second");
  });

  it("say when Traefik does not read what is written for ingress-nginx", () => {
    const why = (cluster: Block) => objectOf(ingress({}, {}, cluster), "ingress-nginx-ingress").why!.join(" ");
    const traefik = (version: string) => ({ ingressClasses: { nginx: "traefik" }, controllers: { traefik: version } });
    assert.match(
      why(traefik("3.6.1")),
      /does not read proxy-read-timeout, proxy-send-timeout, proxy-connect-timeout, affinity-mode/,
    );
    assert.doesNotMatch(why(traefik("3.7.9")), /does not read proxy-read-timeout/);
    assert.doesNotMatch(why({}), /does not read/);
  });

  it("warn of what is retired", () => {
    const raw = rawStackWith({ entries: [{ kind: "ingress-nginx", host: "chat.example.com" }] });
    assert.match(parsed(raw).warnings.join("\n"), /ingress-nginx is retired/);
    const byTraefik = { ingressClasses: { nginx: "traefik" }, controllers: { metallb: "0.15.2", traefik: "3.6.1" } };
    const served = rawStackWith({ entries: [{ kind: "ingress-nginx", host: "chat.example.com" }] }, byTraefik);
    assert.deepEqual(parsed(served).warnings, []);
  });

  it("warn of what nothing decides", () => {
    const cluster = { controllers: {} };
    const raw = rawStackWith({ entries: [{ kind: "ingress-nginx", host: "chat.example.com" }] }, cluster);
    assert.match(parsed(raw).warnings.join("\n"), /entries\[0\]: nothing shows whether the promise is kept.*To settle it: /);
  });
});

describe("files", () => {
  it("are mounted read-only from a ConfigMap of their own", () => {
    const files = { mountPath: "/app", contents: { "server.js": "console.log(1)" } };
    const service = { files, command: ["node"], args: ["/app/server.js"] };
    const pod = podOf(service);
    assert.deepEqual(pod.volumes, [{ name: "files", configMap: { name: "chat-files" } }]);
    assert.deepEqual(pod.containers[0]!.volumeMounts, [{ name: "files", mountPath: "/app", readOnly: true }]);
    assert.deepEqual([pod.containers[0]!.command, pod.containers[0]!.args], [["node"], ["/app/server.js"]]);
    assert.deepEqual(objectOf(compiled(rawStackWith(service)), "files").object.data, files.contents);
  });

  it("have to fit into one ConfigMap", () => {
    const contents = { "server.js": "x".repeat(1024 * 1024 + 1) };
    assert.match(
      problemsOf(rawStackWith({ files: { mountPath: "/app", contents } }))[0]!,
      /files\.contents: found 1048577 bytes/,
    );
    assert.deepEqual(problemsOf(rawStackWith({ files: { mountPath: "/app", contents: { "server.js": "x" } } })), []);
  });
});

describe("a whole stack", () => {
  it("is its pools and its services in the order of the file", () => {
    const services = [
      { name: "chat", image: "a:1", port: 1, entries: [] },
      { name: "voice", image: "b:1", port: 2, entries: [] },
    ];
    const { pools, services: found } = compileStack(parsed(rawStackWith({}, {}, { services })).stack);
    assert.deepEqual(
      pools.map(({ logicalName }) => logicalName),
      ["pool-lan", "pool-lan-advertisement"],
    );
    assert.deepEqual(
      found.map(({ name }) => name),
      ["chat", "voice"],
    );
  });
});

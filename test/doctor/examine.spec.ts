import assert from "node:assert/strict";
import { asJson, asText, examine, type Check } from "../../doctor";
import { cloudChecks } from "../../doctor/cloud";
import type { KubernetesObject } from "../../path/objects";
import { fakeServer, kubeconfigOf, type FakeCluster, type FakeServer } from "../cluster/fakeServer";
import { examined, healthyCluster, KINDS, UID } from "./healthy";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

describe("doctor before an up", () => {
  let server: FakeServer | undefined;
  const before = process.env.KUBECONFIG;
  afterEach(async () => {
    await server?.close();
    server = undefined;
    if (before === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = before;
  });

  /** What it says of everything but this machine, whose programs differ. */
  async function look(cluster: Partial<FakeCluster>, change?: (config: Record<string, unknown>) => void) {
    server = await fakeServer({ objects: healthyCluster(), kinds: KINDS, ...cluster });
    process.env.KUBECONFIG = server.kubeconfig;
    const examination = await examine(examined(change));
    return { ...examination, checks: examination.checks.filter(({ area }) => area !== "this machine") };
  }
  const stateOf = (checks: Check[], title: string): string | undefined => checks.find((check) => check.title === title)?.state;
  const without = (gone: (object: KubernetesObject) => boolean) => healthyCluster().filter((object) => !gone(object));

  it("finds nothing missing where nothing is, and proposes what it saw", async () => {
    const { checks, proposed } = await look({});
    assert.deepEqual(
      checks.filter(({ state }) => state !== "ok"),
      [],
    );
    assert.ok(checks.length > 10);
    assert.match(
      proposed ?? "",
      new RegExp(`uid: ${UID}[^]*kubeProxyMode: nftables[^]*cni: calico[^]*metallb: 0\\.15\\.2[^]*traefik: 3\\.6\\.1`),
    );
  });

  const BROKEN: Record<string, { cluster: Partial<FakeCluster>; title: string; state: string }> = {
    "another cluster": {
      cluster: { objects: healthyCluster().map((object) => ({ ...object, metadata: { ...object.metadata, uid: "another" } })) },
      title: "uid of kube-system",
      state: "wrong",
    },
    "no Ingress class": {
      cluster: {
        objects: without(({ kind }) => kind === "IngressClass"),
        kinds: [...KINDS, "networking.k8s.io/v1 IngressClass"],
      },
      title: "IngressClass nginx",
      state: "missing",
    },
    "no metrics server": {
      cluster: {
        objects: without(({ kind }) => kind === "APIService"),
        kinds: [...KINDS, "apiregistration.k8s.io/v1 APIService"],
      },
      title: "metrics API metrics.k8s.io",
      state: "missing",
    },
    "a metrics server that is down": {
      cluster: {
        objects: healthyCluster().map((object) =>
          object.kind === "APIService"
            ? { ...object, status: { conditions: [{ type: "Available", status: "False", message: "no endpoints" }] } }
            : object,
        ),
      },
      title: "metrics API metrics.k8s.io",
      state: "wrong",
    },
    "no controller": {
      cluster: { objects: without(({ metadata }) => metadata.namespace === "metallb-system") },
      title: "controller metallb",
      state: "missing",
    },
    "workloads that may not be listed": {
      cluster: { forbidden: ["Deployment", "DaemonSet"] },
      title: "controller metallb",
      state: "could-not-look",
    },
    "another version": {
      cluster: {
        objects: JSON.parse(JSON.stringify(healthyCluster()).replace("traefik:v3.6.1", "traefik:v3.7.0")) as KubernetesObject[],
      },
      title: "traefik",
      state: "wrong",
    },
    "another mode of kube-proxy": {
      cluster: {
        objects: JSON.parse(JSON.stringify(healthyCluster()).replace("mode: nftables", "mode: ipvs")) as KubernetesObject[],
      },
      title: "kube-proxy mode",
      state: "wrong",
    },
    "a kind that is not served": {
      cluster: {
        kinds: KINDS.filter((kind) => !kind.includes("metallb")).filter((kind) => !kind.includes("PodDisruptionBudget")),
      },
      title: "kinds of the stack's objects",
      state: "missing",
    },
    "no definition": {
      cluster: {
        objects: without(({ metadata }) => metadata.name.startsWith("servicemonitors")),
      },
      title: "kind servicemonitors.monitoring.coreos.com",
      state: "missing",
    },
  };
  for (const [what, { cluster, title, state }] of Object.entries(BROKEN)) {
    it(`says ${state} of ${what}`, async () => {
      const { checks } = await look(cluster);
      assert.equal(stateOf(checks, title), state, JSON.stringify(checks, undefined, 1));
      const check = checks.find((each) => each.title === title);
      assert.ok(check?.mend !== undefined, "it names the way out");
    });
  }

  it("says that nobody answers, and what it saw all the same", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-doctor-"));
    process.env.KUBECONFIG = path.join(folder, "kubeconfig");
    fs.writeFileSync(process.env.KUBECONFIG, kubeconfigOf("http://127.0.0.1:9"));
    const { checks, proposed } = await examine(examined());
    assert.equal(stateOf(checks, "context fake"), "missing");
    assert.equal(stateOf(checks, "chatpulse by metallb"), "ok");
    assert.equal(proposed, undefined);
    fs.rmSync(folder, { recursive: true });
    assert.equal(stateOf((await examine(examined())).checks, "context fake"), "missing", "also without a kubeconfig");
  });

  const ANSWERS: Record<string, { answers: FakeCluster["answers"]; state: string; found: RegExp }> = {
    "who may not": {
      answers: { "/version": [401, '{"message":"Unauthorized"}'] },
      state: "wrong",
      found: /does not take this user/,
    },
    "an error": { answers: { "/version": [500, "boom"] }, state: "wrong", found: /answers with an error: boom/ },
    "a page of a proxy": { answers: { "/version": [200, "<html>"] }, state: "wrong", found: /no API server: <html>/ },
  };
  for (const [what, { answers, state, found }] of Object.entries(ANSWERS)) {
    it(`tells ${what} from nobody who answers`, async () => {
      const { checks } = await look({ answers });
      const check = checks.find(({ title }) => title === "context fake");
      assert.equal(check?.state, state);
      assert.match(check.found, found);
    });
  }

  it("could not look where the kinds of the cluster cannot be asked for, and says missing of none", async () => {
    const { checks } = await look({ answers: { "/apis": [500, "boom"] } });
    assert.equal(stateOf(checks, "kinds of the stack's objects"), "could-not-look");
    const area = checks.filter((check) => check.area === "what the stack needs");
    assert.deepEqual(
      area.filter(({ state }) => state === "missing"),
      [],
    );
  });

  it("tells the stack's own broken promises", async () => {
    const { checks } = await look({}, (config) => {
      (config["holdfast:cluster"] as Record<string, unknown>).kubeProxyMode = "ipvs";
    });
    assert.equal(stateOf(checks, "chatpulse by metallb"), "wrong");
  });

  it("reads the same as text and as JSON, and never asks for a Secret", async () => {
    const examination = await look({});
    const text = asText(examination);
    for (const { title } of examination.checks) assert.ok(text.includes(title), title);
    assert.equal((JSON.parse(asJson(examination)) as { checks: Check[] }).checks.length, examination.checks.length);
    assert.ok(server!.asked.every((asked) => asked.startsWith("GET ") && !asked.includes("/secrets")));
  });

  describe("of a cloud", () => {
    let folder: string;
    beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-cloud-"))));
    afterEach(() => fs.rmSync(folder, { recursive: true }));
    const services = [{ entries: [{ kind: "aws-alb", subnets: ["subnet-1"] }] }] as never;

    function fakeCli(name: string, script: string): NodeJS.ProcessEnv {
      fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      return { PATH: `${folder}:/bin:/usr/bin` };
    }

    it("asks who is logged in, and refuses another account than the one that is named", async () => {
      const environment = fakeCli(
        "aws",
        'case "$1" in sts) echo 123456789012;; ec2) echo \'{"Subnets":[{"SubnetId":"subnet-1"}]}\';; esac',
      );
      const good = await cloudChecks({ platform: "aws", services }, { wanted: "123456789012" }, environment);
      assert.deepEqual([stateOf(good, "AWS account"), stateOf(good, "subnets")], ["ok", "ok"]);
      const bad = await cloudChecks({ platform: "aws", services }, { wanted: "999999999999" }, environment);
      assert.deepEqual([stateOf(bad, "AWS account"), stateOf(bad, "subnets")], ["wrong", undefined]);
    });

    it("says whether the zone is there that the stack finds by its name", async () => {
      const zone = { name: "example.com", mode: "lookup" } as const;
      const cli = (names: string) => fakeCli("aws", `case "$1" in sts) echo 123456789012;; route53) echo "${names}";; esac`);
      const stateIn = async (names: string, mode: "lookup" | "create" = "lookup") =>
        stateOf(
          await cloudChecks({ platform: "aws", services: [], zone: { ...zone, mode } }, {}, cli(names)),
          "DNS zone example.com",
        );
      assert.equal(await stateIn("example.com."), "ok");
      assert.equal(await stateIn("example.com.evil. notexample.com."), "missing");
      assert.equal(await stateIn("", "create"), "ok");
    });

    it("compares the account with the one that the stack file names", async () => {
      const { PATH } = process.env;
      process.env.PATH = fakeCli("aws", 'case "$1" in sts) echo 000000000000;; *) exit 254;; esac').PATH;
      process.env.KUBECONFIG = path.join(folder, "none");
      try {
        const { checks } = await examine(
          examined((config) => {
            const [service] = config["holdfast:services"] as Record<string, unknown>[];
            Object.assign(service!, { entries: [], promise: { idleSeconds: 3600 } });
            delete config["holdfast:bareMetal"];
            config["holdfast:platform"] = "aws";
            config["holdfast:aws"] = { accountId: "123456789012", region: "us-east-1" };
          }),
        );
        const account = checks.find(({ title }) => title === "AWS account");
        assert.deepEqual([account?.state, account?.found], ["wrong", "000000000000; the stack names 123456789012"]);
      } finally {
        process.env.PATH = PATH;
      }
    });

    it("says which subnets are not there, and that it could not look where there is no CLI", async () => {
      const environment = fakeCli("aws", 'case "$1" in sts) echo 123456789012;; *) exit 254;; esac');
      assert.equal(stateOf(await cloudChecks({ platform: "aws", services }, {}, environment), "subnets"), "wrong");
      const nothing = await cloudChecks({ platform: "gcp", services: [] }, {}, { PATH: folder });
      assert.equal(stateOf(nothing, "Google Cloud project"), "could-not-look");
      assert.deepEqual(await cloudChecks({ platform: "bare-metal", services: [] }, {}), []);
    });
  });
});

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { readStack } from "../../cli/stackFile";
import { compileStack } from "../../compile";
import type { KubernetesObject } from "../../path/objects";
import { ApiServer, definitionsIn, kindOf } from "../support/apiServer";
import { SANDBOX_HOOK_MILLISECONDS, sharedSandbox } from "../support/sandbox";
import { PROJECT } from "./support";

const FOLDER = path.join(PROJECT, "examples", "operator");
const STACKS = ["dev", "prod"];

/** Definitions of the operator's kinds, where a machine has them; no module holds them. */
const folder = process.env.HOLDFAST_CRDS;

interface Reference {
  type: string;
  literal?: { value: string };
  secret?: { name: string; key: string };
}

interface StackSpec {
  serviceAccountName: string;
  stack: string;
  envRefs: Record<string, Reference>;
  secretsRef?: Record<string, Reference>;
  resyncFrequencySeconds: number;
  continueResyncOnCommitMatch: boolean;
  refresh: boolean;
  workspaceTemplate: { spec: Workspace };
}

interface Workspace {
  image: string;
  podTemplate: { spec: { containers: { volumeMounts: { mountPath: string }[] }[]; volumes: { configMap: { name: string } }[] } };
}

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

const objectsOf = (name: string): KubernetesObject[] =>
  parseAllDocuments(fs.readFileSync(path.join(FOLDER, `${name}.yaml`), "utf8")).map(
    (document) => document.toJS() as KubernetesObject,
  );

function only<Kind>(objects: KubernetesObject[], kind: string, name?: string): KubernetesObject & Kind {
  const found = objects.filter((object) => object.kind === kind && (name === undefined || object.metadata.name === name));
  assert.equal(found.length, 1, `${kind} ${name ?? ""}`);
  return found[0] as KubernetesObject & Kind;
}

/** `apps deployments`: what a right is about. The plural of every kind that is written ends as English does. */
const resourceOf = ({ apiVersion, kind }: KubernetesObject): string => {
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0]! : "";
  const name = kind.toLowerCase();
  return `${group} ${name.endsWith("s") ? `${name}es` : name.replace(/y$/, "ie") + "s"}`;
};

const WRITE = ["get", "list", "watch", "create", "update", "patch", "delete"];

/** What a role may write, one `group resource` each. */
const writable = (rules: Rule[]): string[] =>
  rules
    .filter(({ verbs }) => WRITE.every((verb) => verbs.includes(verb)))
    .flatMap(({ apiGroups, resources }) => apiGroups.flatMap((group) => resources.map((name) => `${group} ${name}`)))
    .sort();

/** What a stack of this project makes in the cluster, one `group resource` each. */
function madeBy(stack: string): string[] {
  const { pools, services, consumers } = compileStack(readStack(PROJECT, stack).stack);
  const objects = [...pools, ...services.flatMap((service) => service.objects), ...consumers];
  return [...new Set(objects.map(({ object }) => resourceOf(object)))].sort();
}

describe("the operator's objects", () => {
  for (const name of STACKS) {
    const objects = objectsOf(name);
    const { spec } = only<{ spec: StackSpec }>(objects, "Stack");

    it(`${name}: run the stack of that name under a ServiceAccount of their own`, () => {
      assert.equal(spec.stack, name);
      const account = only(objects, "ServiceAccount");
      assert.equal(spec.serviceAccountName, account.metadata.name);
      const bindings = objects.filter(({ kind }) => kind === "ClusterRoleBinding");
      const roles = bindings.map((binding) => {
        const { roleRef, subjects } = binding as unknown as { roleRef: { name: string }; subjects: object[] };
        const { name: of, namespace } = account.metadata;
        assert.deepEqual(subjects, [{ kind: "ServiceAccount", name: of, namespace }]);
        return roleRef.name;
      });
      assert.deepEqual(roles.sort(), [`holdfast-${name}`, "system:auth-delegator"]);
    });

    it(`${name}: may write what the stack makes, and nothing else`, () => {
      const { rules } = only<{ rules: Rule[] }>(objects, "ClusterRole");
      assert.deepEqual(writable(rules), madeBy(name));
      for (const { verbs } of rules) assert.ok(verbs.length === 3 || verbs.length === WRITE.length);
    });

    it(`${name}: see the context that the stack file names`, () => {
      const { "holdfast:cluster": cluster } = (
        parse(fs.readFileSync(path.join(PROJECT, `Pulumi.${name}.yaml`), "utf8")) as {
          config: { "holdfast:cluster": { context: string } };
        }
      ).config;
      const { data, metadata } = only<{ data: { config: string } }>(objects, "ConfigMap");
      // As the program looks for it before it asks anybody.
      assert.ok(data.config.includes(`name: ${cluster.context}\n`));
      const kubeconfig = parse(data.config) as { "current-context": string; users: { user: object }[] };
      assert.equal(kubeconfig["current-context"], cluster.context);
      assert.deepEqual(
        kubeconfig.users.map(({ user }) => Object.keys(user)),
        [["tokenFile"]],
      );
      const { containers, volumes } = spec.workspaceTemplate.spec.podTemplate.spec;
      assert.equal(volumes[0]!.configMap.name, metadata.name);
      assert.equal(spec.envRefs.KUBECONFIG!.literal!.value, `${containers[0]!.volumeMounts[0]!.mountPath}/config`);
    });

    it(`${name}: look for drift and put it back`, () => {
      assert.ok(spec.refresh && spec.continueResyncOnCommitMatch);
      assert.ok(spec.resyncFrequencySeconds >= 60, "the operator takes less for 60");
    });

    it(`${name}: hold no secret, only where each is`, () => {
      assert.ok(!objects.some(({ kind }) => kind === "Secret"));
      for (const [key, { type, secret }] of Object.entries({ ...spec.envRefs, ...spec.secretsRef })) {
        const secretive = /secret|passphrase|token|access/i.test(key);
        assert.equal(type, secretive ? "Secret" : "Literal", key);
        assert.equal(secret !== undefined, secretive, key);
      }
    });

    it(`${name}: run the version of the CLI that the project is tested with`, () => {
      const { devDependencies } = JSON.parse(fs.readFileSync(path.join(PROJECT, "package.json"), "utf8")) as {
        devDependencies: Record<string, string>;
      };
      assert.equal(spec.workspaceTemplate.spec.image, `pulumi/pulumi:${devDependencies.pulumi}-nonroot`);
    });
  }

  it("would be found to lack a right", () => {
    const { rules } = only<{ rules: Rule[] }>(objectsOf("prod"), "ClusterRole");
    assert.notDeepEqual(writable(rules.slice(1)), madeBy("prod"));
    assert.notDeepEqual(writable(rules), madeBy("dev"));
  });
});

/** As an API server can try it: in a namespace that is there. */
const tryable = (object: KubernetesObject): KubernetesObject =>
  object.metadata.namespace === undefined ? object : { ...object, metadata: { ...object.metadata, namespace: "default" } };

if (folder !== undefined) {
  describe("the operator's objects, given to a real API server under its definitions", function () {
    this.timeout(60_000);
    let server: ApiServer;

    before(async function () {
      this.timeout(SANDBOX_HOOK_MILLISECONDS);
      server = new ApiServer((await sharedSandbox()).kubeconfig);
      await server.install(definitionsIn(folder), new Set(STACKS.flatMap(objectsOf).map(kindOf)));
    });
    after(() => server?.close());

    for (const name of STACKS) {
      it(`${name}: are taken, every field of them`, async () => {
        for (const object of objectsOf(name).map(tryable)) {
          const { status, text } = await server.dryRun(object);
          assert.ok(status < 300, `${object.kind} ${object.metadata.name}: ${status} ${text}`);
        }
      });

      it(`${name}: are refused with a field that does not exist, wherever it stands, and with a value that is none`, async () => {
        const stack = tryable(only<{ spec: StackSpec }>(objectsOf(name), "Stack"));
        const spoilt: [change: (spec: StackSpec) => void, told: RegExp][] = [
          [(spec) => Object.assign(spec, { resyncSeconds: 60 }), /resyncSeconds.*field not declared in schema/],
          [(spec) => Object.assign(spec.workspaceTemplate.spec, { pull: "Always" }), /pull.*field not declared in schema/],
          [(spec) => Object.assign(spec, { refresh: "yes" }), /spec\.refresh/],
          [(spec) => Reflect.deleteProperty(spec, "stack"), /spec\.stack: Required value/],
        ];
        for (const [change, told] of spoilt) {
          const copy = structuredClone(stack);
          change(copy.spec as unknown as StackSpec);
          const { status, text } = await server.dryRun(copy);
          assert.ok(status >= 400, `${status}`);
          assert.match(text, told);
        }
      });
    }
  });
}

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { compileStack } from "../../compile";
import type { CompiledStack } from "../../compile/model";
import { readStack } from "../../cli/stackFile";
import { renderHelm, renderKustomize, renderObjects, type Files } from "../../render";
import { parsed, rawStackWith, type Block } from "../compile/stacks";
import { fillTemplate } from "./template";

const ROOT = path.join(__dirname, "..", "..");
const CHART = { name: "holdfast-test", version: "0.1.0" };

const compiledFile = (stack: string) => compileStack(readStack(ROOT, stack).stack);
const compiled = (service: Block) => compileStack(parsed(rawStackWith(service)).stack);

type Plain = { kind: string; metadata: { name: string; namespace?: string }; [key: string]: unknown };

/** What `holdfast render` prints, which other tests hold against what `pulumi up` applies. */
function printed({ pools, services }: CompiledStack): Plain[] {
  return objectsOf(renderObjects([...pools, ...services.flatMap(({ objects }) => objects)]));
}

const objectsOf = (text: string) => parseAllDocuments(text).map((document) => document.toJS() as Plain);
const sorted = (objects: Plain[]) => [...objects].sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
const keyOf = ({ kind, metadata: { name, namespace } }: Plain) => `${kind}/${namespace}/${name}`;

function filled(files: Files, change: (values: Block) => Block = (values) => values): Plain[] {
  const values = change(parse(files["values.yaml"]!) as Block);
  return Object.entries(files)
    .filter(([file]) => file.startsWith("templates/"))
    .flatMap(([, text]) => objectsOf(fillTemplate(text, values)));
}

/** Every awkward text at once: braces of the templates' own language, text that looks like another type, secrets, fixed pods. */
const AWKWARD: Block = {
  name: "stt-service",
  scaling: { min: 2, max: 2 },
  config: {
    PORT: "8080",
    FLAG: "true",
    EMPTY: "",
    TEMPLATE: "{{ .Values.a }} {{- end }} }}",
    QUOTES: `"a" 'b' \\ #`,
    LINES: "one\ntwo\n",
  },
  files: { mountPath: "/etc/app", contents: { "rules.yaml": "a: {{ $labels.pod }}\nb: {{{ x }}}\n", "one.txt": "{{" } },
  entries: [{ kind: "metallb", pool: "lan", address: "192.168.1.207" }],
};

describe("render --format kustomize", () => {
  for (const stack of ["dev", "prod"]) {
    it(`lists files that together are the objects of ${stack}, in the same order`, () => {
      const files = renderKustomize(compiledFile(stack));
      const { resources } = parse(files["kustomization.yaml"]!) as { resources: string[] };
      assert.deepEqual(resources, Object.keys(files).slice(1));
      assert.deepEqual(
        resources.flatMap((file) => objectsOf(files[file]!)),
        printed(compiledFile(stack)),
      );
    });
  }

  it("changes one file where one object changes", () => {
    const [before, after] = ["1.8.2", "1.8.3"].map((tag) =>
      renderKustomize(compiled({ image: `registry.example.com/chat:${tag}` })),
    );
    const changed = Object.keys(before!).filter((file) => before![file] !== after![file]);
    assert.deepEqual(changed, ["chat/deployment.yaml"]);
  });
});

describe("render --format helm", () => {
  for (const stack of ["dev", "prod"]) {
    it(`is a chart that gives the objects of ${stack}`, () => {
      assert.deepEqual(sorted(filled(renderHelm(compiledFile(stack), CHART))), sorted(printed(compiledFile(stack))));
    });
  }

  it("gives the same objects whatever text is in them", () => {
    assert.deepEqual(sorted(filled(renderHelm(compiled(AWKWARD), CHART))), sorted(printed(compiled(AWKWARD))));
  });

  it("is caught when a template is not escaped", () => {
    assert.throws(() => fillTemplate(renderObjects(compiled(AWKWARD).services[0]!.objects), {}), /no expression of our charts/);
  });

  it("has a Chart.yaml that Helm 3 takes", () => {
    const chart = parse(renderHelm(compiled({}), CHART)["Chart.yaml"]!) as Block;
    assert.equal(chart.apiVersion, "v2");
    assert.equal(chart.name, CHART.name);
    assert.equal(chart.version, CHART.version);
  });

  it("puts nothing but a value or a literal between braces", () => {
    const files = renderHelm(compiledFile("dev"), CHART);
    const inner = Object.values(files).flatMap((text) => [...text.matchAll(/\{\{([^]*?)\}\}/g)].map(([, found]) => found!));
    assert.ok(inner.length > 10);
    for (const found of inner) assert.match(found, /^ (?:"\{\{"|index \.Values .* \| (?:int|quote)) $/);
  });

  it("takes the image, the resources, the number of pods and the environment from its values", () => {
    const objects = filled(renderHelm(compiled(AWKWARD), CHART), (values) => {
      const service = (values.services as Record<string, Block>)["stt-service"]!;
      const resources = { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "2", memory: "2Gi" } };
      return {
        services: {
          "stt-service": {
            ...service,
            image: "other:2",
            replicas: 5,
            resources,
            config: { ...(service.config as Block), FLAG: "no" },
          },
        },
      };
    });
    const deployment = objects.find(({ kind }) => kind === "Deployment")!.spec as Block;
    const [container] = ((deployment.template as Block).spec as { containers: Block[] }).containers;
    assert.equal(deployment.replicas, 5);
    assert.equal(container!.image, "other:2");
    assert.deepEqual(container!.resources, { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "2", memory: "2Gi" } });
    const map = objects.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name.endsWith("-config"))!;
    assert.equal((map.data as Block).FLAG, "no");
  });

  it("lets the autoscaler alone own the number of pods where there is one", () => {
    const { services } = parse(renderHelm(compiled({}), CHART)["values.yaml"]!) as { services: Record<string, Block> };
    assert.deepEqual(services.chat!.scaling, { min: 3, max: 10 });
    assert.ok(!("replicas" in services.chat!));
  });

  it("has no value for what a promise depends on", () => {
    const values = renderHelm(compiledFile("dev"), CHART)["values.yaml"]!;
    assert.doesNotMatch(values, /timeout|idle|drain|affinity|cookie|grace|preStop/i);
    assert.match(values, /DATABASE_URL: <secret holdfast:secrets\.chatpulse\.DATABASE_URL>/);
  });

  it("is what its golden files say", () => {
    const files = renderHelm(compiledFile("dev"), CHART);
    const text = ["Chart.yaml", "values.yaml", "templates/chatpulse/deployment.yaml", "templates/chatpulse/secret.yaml"]
      .map((file) => `# ---- ${file}\n${files[file]}`)
      .join("\n");
    const golden = path.join(ROOT, "test", "golden", "chart.txt");
    if (process.env.UPDATE_GOLDEN) fs.writeFileSync(golden, text);
    assert.equal(text, fs.readFileSync(golden, "utf8"));
  });
});

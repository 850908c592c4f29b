import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { manifestsAt, readPlace, type Told } from "../../lint/places";
import { linesOf, namesOf, settings } from "./fixture";
import { lintGroups } from "../../lint/run";
import type { Source } from "../../lint/model";

const object = (name: string, kind = "ConfigMap"): string => `apiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name} }\n`;

const FILES: Record<string, string> = {
  "b.yml": object("b"),
  "a.yaml": object("a"),
  "c.json": JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } }),
  "README.md": object("other"),
  "node_modules/x.yaml": object("other"),
  ".git/x.yaml": object("other"),
  "compose.yaml": "services: { web: { image: x } }\n",
  "package.json": "{}",
  "broken-but-of-others.yaml": "a: [\n",
  "kind.yaml": "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: []\n",
  "chart/Chart.yaml": "apiVersion: v2\nname: chart\n",
  "chart/values.yaml": "a: 1\n",
  "chart/templates/service.yaml": object("{{ .Release.Name }}"),
  "templates/service.yaml": object("plain", "Service"),
  "overlay/kustomization.yaml":
    "resources: [base.yaml]\npatches: [{ path: patch.yaml }, { patch: 'x: 1' }]\npatchesStrategicMerge: [old.yaml]\n",
  "overlay/base.yaml": object("base"),
  "overlay/patch.yaml": object("base"),
  "overlay/old.yaml": object("base"),
  "kubelet.yaml": "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nshutdownGracePeriod: 60s\n",
  "nameless.yaml": "apiVersion: v1\nkind: Service\nspec: {}\n",
  "latin.yaml": object("latin"),
};

describe("places that are linted", () => {
  let folder: string;
  let told: Told;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-places-"));
    for (const [file, text] of Object.entries(FILES)) {
      fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), text);
    }
    fs.writeFileSync(path.join(folder, "bytes.yaml"), Buffer.from([0x61, 0, 1, 2]));
    fs.appendFileSync(path.join(folder, "latin.yaml"), Buffer.from([0x23, 0xe4, 0x0a]));
    fs.symlinkSync(path.join(folder, "a.yaml"), path.join(folder, "link.yaml"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));
  beforeEach(() => (told = { problems: [], notes: [] }));

  const short = (text: string): string => text.replaceAll(`${folder}/`, "").replaceAll(folder, ".");
  const read = (files: string[], named = false) => {
    const sources = files.map((file) => readPlace(file, named, told)).filter((source): source is Source => source !== undefined);
    return lintGroups([{ name: "", sources }], settings());
  };

  it("reads the manifests of a folder, and says what it leaves out and why", () => {
    const files = manifestsAt(folder, (file) => path.basename(file) === "b.yml", told);
    const linted = read(files);
    assert.deepEqual(namesOf(linted), ["ConfigMap/a", "ConfigMap/base", "ConfigMap/c", "ConfigMap/latin", "Service/plain"]);
    assert.deepEqual([...told.notes, ...linted.notes].map(short), [
      "chart/templates: not looked into: templates of a Helm chart. Give what they become: helm template chart | holdfast lint -",
      "overlay/kustomization.yaml: 2 patches not looked into. Give what Kustomize makes of them: kubectl kustomize overlay | holdfast lint -",
      "chart/Chart.yaml: not looked into: it holds no Kubernetes object.",
      "chart/values.yaml: not looked into: it holds no Kubernetes object.",
      "compose.yaml: not looked into: it holds no Kubernetes object.",
      "kind.yaml: not looked into: it holds no Kubernetes object.",
      "kubelet.yaml: not looked into: it holds no Kubernetes object.",
      "package.json: not looked into: it holds no Kubernetes object.",
    ]);
    assert.deepEqual(linesOf([...told.problems, ...linted.problems]).map(short), [
      "bytes.yaml: not YAML: it holds bytes of zero, as only binary files do. Give YAML or JSON as text.",
      "latin.yaml:4:2: the byte 0xE4 is no UTF-8 (in Windows-1252 it is ä), and the API server refuses the document. Save the file as UTF-8.",
      "nameless.yaml:1: no Kubernetes object: metadata.name missing. Every object has apiVersion, kind and metadata.name.",
    ]);
  });

  it("reads a file that is named whatever it is called", () => {
    const file = path.join(folder, "README.md");
    assert.deepEqual(
      manifestsAt(file, () => false, told),
      [file],
    );
    assert.deepEqual(namesOf(read([file], true)), ["ConfigMap/other"]);
  });

  it("says what cannot be read", () => {
    assert.equal(readPlace(path.join(folder, "gone.yaml"), true, told), undefined);
    assert.equal(readPlace(folder, true, told), undefined);
    assert.deepEqual(linesOf(told.problems).map(short), [
      "gone.yaml: cannot be read: no such file or directory.",
      ".: cannot be read: illegal operation on a directory, read.",
    ]);
  });
});

import assert from "node:assert/strict";
import { noDocuments, readSource } from "../../lint/documents";

const TEMPLATE = `apiVersion: template.openshift.io/v1
kind: Template
metadata: { name: web }
objects:
  - apiVersion: apps.openshift.io/v1
    kind: DeploymentConfig
    metadata: { name: "\${NAME}-a", namespace: "\${SPACE}" }
    spec: { replicas: "\${{REPLICAS}}", test: "\${{FLAG}}", selector: { "\${NAME}": "x-\${NAME}-\${NAME}" } }
  - kind: Service
parameters:
  - { name: NAME, value: web }
  - { name: REPLICAS, value: "3" }
  - { name: FLAG, value: true }
  - { name: SPACE, generate: expression }
`;

function read(text: string) {
  const documents = noDocuments();
  readSource({ file: "web.yaml", text, named: false }, documents);
  return documents;
}

describe("a Template of OpenShift", () => {
  it("is read as its objects, with what its own parameters say", () => {
    const { objects, problems, origins } = read(TEMPLATE);
    assert.deepEqual(objects, [
      {
        apiVersion: "apps.openshift.io/v1",
        kind: "DeploymentConfig",
        metadata: { name: "web-a", namespace: "${SPACE}" },
        spec: { replicas: 3, test: true, selector: { web: "x-web-web" } },
      },
    ]);
    assert.deepEqual(origins.get(objects[0]!)?.at, ["objects", 0]);
    assert.match(
      problems.map(({ message }) => message).join(),
      /objects\.1: no Kubernetes object: apiVersion, metadata\.name missing/,
    );
  });

  it("is none where another group has the kind, or where it holds no objects", () => {
    const other = read(TEMPLATE.replace("template.openshift.io/v1", "example.test/v1"));
    assert.deepEqual(
      other.objects.map(({ kind }) => kind),
      ["Template"],
    );
    const empty = read("apiVersion: v1\nkind: Template\nmetadata: { name: web }\n");
    assert.deepEqual(
      empty.objects.map(({ kind }) => kind),
      ["Template"],
    );
  });
});

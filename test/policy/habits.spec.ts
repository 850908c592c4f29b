import assert from "node:assert/strict";
import type { Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { STANDARD_OPTIONS } from "../../policy/options";
import { ruleContext } from "../../policy/rule";
import { ingress, object, service } from "../path/objects";

const OWN = { name: "app", image: "registry.test/web:1" };
const API = { name: "api", image: "registry.test/api:1", ports: [{ containerPort: 8080 }] };
const STREAMLIT = { ...OWN, name: "page", command: ["streamlit", "run", "page.py"], ports: [{ containerPort: 8501 }] };
const probed = (path: Value): Value => ({
  ...OWN,
  ports: [{ containerPort: 8501 }],
  readinessProbe: { httpGet: { path, port: 8501 } },
});

/** What shows that a way in to port 8080 of such pods is for long connections, and that its clients need their pod again. */
function shown(containers: Value, annotations: Record<string, Value> = {}): string {
  const template: Value = { metadata: { labels: { app: "web" } }, spec: { containers } };
  const pods = object("apps/v1", "Deployment", "web", { spec: { replicas: 3, template } });
  const objects = [ingress(annotations), service({ ports: [{ port: 80, targetPort: 8080 }] }), pods];
  const [asked] = ruleContext(objects, {}, { ...STANDARD_OPTIONS, assume: "evidence" }).asked;
  if (asked === undefined || !("requirement" in asked)) return "nothing";
  return `${asked.perhaps ? "perhaps " : ""}${asked.keepsSessions ? "sessions" : "idle"}: ${asked.because}`;
}

describe("a server in an image of one's own", () => {
  const WEB = "Deployment chat/web";
  const cases: [title: string, containers: Value, expected: string][] = [
    [
      "by a path that nobody else has",
      [probed("/base/_stcore/health")],
      `sessions: ${WEB} is probed at /_stcore/health, as Streamlit is`,
    ],
    [
      "by a command that asks for it",
      [{ ...OWN, livenessProbe: { exec: { command: ["curl", "-f", "http://localhost:80/_stcore/health"] } } }],
      `sessions: ${WEB} is probed at /_stcore/health, as Streamlit is`,
    ],
    ["not by a path that anybody has, on its port", [probed("/healthz")], "nothing"],
    ["nor by the root", [probed("/")], "nothing"],
    ["not by a container beside the one that is reached", [API, STREAMLIT], "nothing"],
    [
      "but by one behind a proxy of its pod",
      [{ ...API, image: "quay.io/oauth2-proxy/oauth2-proxy:v7" }, STREAMLIT],
      `sessions: ${WEB} starts Streamlit`,
    ],
    ["perhaps by a command that is not known yet", [{ ...OWN, command: UNKNOWN }], `perhaps sessions: the command of ${WEB}`],
    [
      "perhaps by a script that is not known yet",
      [{ ...OWN, command: ["/bin/sh", "-c", UNKNOWN] }],
      `perhaps sessions: the command of ${WEB}`,
    ],
    ["not by what is not known of a program's arguments", [{ ...OWN, args: ["serve", UNKNOWN] }], "nothing"],
    ["perhaps by a probe that is not known yet", [{ ...OWN, startupProbe: UNKNOWN }], `perhaps sessions: the probes of ${WEB}`],
    ["perhaps by variables that are not known yet", [{ ...OWN, env: UNKNOWN }], `perhaps sessions: the variables of ${WEB}`],
    [
      "perhaps by a variable whose name is not known yet",
      [{ ...OWN, env: [{ name: UNKNOWN, value: "x" }] }],
      `perhaps sessions: the variables of ${WEB}`,
    ],
    ["not by a value that is not known yet", [{ ...OWN, env: [{ name: "DATABASE", value: UNKNOWN }] }], "nothing"],
  ];
  for (const [title, containers, expected] of cases) {
    it(`is known ${title}`, () => assert.equal(shown(containers), expected));
  }

  it("is known by its port and such a path only where something else shows long connections", () => {
    const raised = { "proxy-read-timeout": "300" };
    const because = "Ingress chat/web annotation nginx.ingress.kubernetes.io/proxy-read-timeout 300";
    assert.equal(shown([probed("/healthz")], raised), `sessions: ${because}`);
    assert.equal(shown([probed("/v1/models/web")], raised), `idle: ${because}`);
    assert.equal(shown([{ ...API, readinessProbe: { httpGet: { path: "/healthz", port: 8080 } } }], raised), `idle: ${because}`);
  });
});

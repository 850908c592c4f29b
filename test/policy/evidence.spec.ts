import assert from "node:assert/strict";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import type { Assumption } from "../../policy/options";
import { STANDARD_OPTIONS } from "../../policy/options";
import type { RuleContext } from "../../policy/rule";
import { ruleContext } from "../../policy/rule";
import { deployment, ingress, object, service } from "../path/objects";

const contextOf = (objects: KubernetesObject[], assume: Assumption = "evidence"): RuleContext =>
  ruleContext(objects, {}, { ...STANDARD_OPTIONS, assume });

/** Whether the only way in is judged, and why. */
function answer(objects: KubernetesObject[]): string {
  const { asked, passedOver } = contextOf(objects);
  assert.equal(asked.length + passedOver.length, 1);
  const [one] = asked;
  if (one === undefined) return "no";
  return `${"requirement" in one && !one.perhaps ? "yes" : "perhaps"}: ${one.because}`;
}

function running(image: string, ports: Value[] = []): KubernetesObject {
  const labels = { app: "web" };
  const spec = { containers: [{ name: "app", image, ports }] };
  return object("apps/v1", "Deployment", "web", { spec: { replicas: 3, template: { metadata: { labels }, spec } } });
}

function labelled(value: string): KubernetesObject {
  const target = service();
  target.metadata.labels = { "app.kubernetes.io/managed-by": value };
  return target;
}

describe("evidence behind a proxy of one's own", () => {
  const labelsOf = (app: string) => ({ metadata: { labels: { app } } });
  const made = (app: string, spec: object) =>
    object("apps/v1", "Deployment", app, { spec: { replicas: 3, template: { ...labelsOf(app), spec } } } as never);
  const reaching = (name: string, app: string, rest: object = {}) =>
    object("v1", "Service", name, { spec: { selector: { app }, ports: [{ port: 80 }], ...rest } } as never);
  const judged = (host: string) => {
    const volumes = [{ name: "config", configMap: { name: "edge" } }];
    const containers = [{ name: "nginx", image: "nginx:1", volumeMounts: [{ name: "config", mountPath: "/etc/nginx" }] }];
    const text = `server { location / { proxy_pass http://${host}; } }`;
    return contextOf([
      reaching("edge", "edge", { type: "LoadBalancer" }),
      made("edge", { containers, volumes }),
      object("v1", "ConfigMap", "edge", { data: { "default.conf": text } }),
      reaching("pods", "back"),
      made("back", { containers: [{ name: "app", image: "registry.test/socketio:1" }] }),
    ]).asked.map((asked) => [asked.path.service.name, "keepsSessions" in asked && asked.keepsSessions]);
  };

  it("is asked of the proxy as well, whose pods need not be the same again", () => {
    assert.deepEqual(judged("pods"), [
      ["edge", false],
      ["pods", true],
    ]);
  });

  it("is none where the proxy passes to others, or to itself", () => {
    assert.deepEqual([judged("elsewhere"), judged("edge")], [[], []]);
  });
});

describe("evidence of long connections", () => {
  const port = (appProtocol: string): KubernetesObject => service({ ports: [{ port: 80, appProtocol }] });
  const NGINX = "Ingress chat/web annotation nginx.ingress.kubernetes.io/";
  const COOKIE = "stickiness.enabled=true,stickiness.lb_cookie.duration_seconds";
  const cases: [title: string, objects: KubernetesObject[], expected: string][] = [
    ["nothing", [ingress(), service()], "no"],
    ["a Service that was not read", [ingress()], "no"],
    ["a WebSocket port", [ingress(), port("kubernetes.io/ws")], "yes: Service chat/web port appProtocol kubernetes.io/ws"],
    ["an h2c port", [ingress(), port("kubernetes.io/h2c")], "yes: Service chat/web port appProtocol kubernetes.io/h2c"],
    ["an https port", [ingress(), port("https")], "no"],
    ["ClientIP", [ingress(), service({ sessionAffinity: "ClientIP" })], "yes: Service chat/web sessionAffinity ClientIP"],
    ["None", [ingress(), service({ sessionAffinity: "None" })], "no"],
    ["our own label", [ingress(), labelled("holdfast")], "yes: label app.kubernetes.io/managed-by of Service chat/web"],
    ["somebody else's label", [ingress(), labelled("Helm")], "no"],
    [
      "Traefik's cookie",
      [ingress(), service({}, { "traefik.ingress.kubernetes.io/service.sticky.cookie": "true" })],
      "yes: Service chat/web annotation traefik.ingress.kubernetes.io/service.sticky.cookie true",
    ],
    ["a cookie", [ingress({ affinity: "cookie" }), service()], `yes: ${NGINX}affinity cookie`],
    ["a long timeout", [ingress({ "proxy-read-timeout": "300" }), service()], `yes: ${NGINX}proxy-read-timeout 300`],
    ["a wrong long timeout", [ingress({ "proxy-read-timeout": "3600s" }), service()], `yes: ${NGINX}proxy-read-timeout 3600s`],
    ["a long timeout in hours", [ingress({ "proxy-read-timeout": "1h" }), service()], `yes: ${NGINX}proxy-read-timeout 1h`],
    ["a timeout of a plain request", [ingress({ "proxy-read-timeout": "60" }), service()], "no"],
    ["a long time to connect", [ingress({ "proxy-connect-timeout": "300" }), service()], "no"],
    ["an unknown timeout", [ingress({ "proxy-read-timeout": UNKNOWN }), service()], `perhaps: ${NGINX}proxy-read-timeout`],
    [
      "an unknown timeout beside a cookie",
      [ingress({ "proxy-read-timeout": UNKNOWN, affinity: "cookie" }), service()],
      `yes: ${NGINX}affinity cookie`,
    ],
    ["unknown ports", [ingress(), service({ ports: UNKNOWN })], "perhaps: Service chat/web ports"],
    [
      "F5's list of Services",
      [ingress({ "nginx.org/websocket-services": "web, other" }), service()],
      "yes: Ingress chat/web annotation nginx.org/websocket-services web, other",
    ],
    ["F5's list of other Services", [ingress({ "nginx.org/websocket-services": "other" }), service()], "no"],
    [
      "Contour's list of paths",
      [ingress({ "projectcontour.io/websocket-routes": "/" }), service()],
      "yes: Ingress chat/web annotation projectcontour.io/websocket-routes /",
    ],
    [
      "an ALB's idle timeout",
      [ingress({ "alb.ingress.kubernetes.io/load-balancer-attributes": "idle_timeout.timeout_seconds=3600" }), service()],
      "yes: Ingress chat/web annotation alb.ingress.kubernetes.io/load-balancer-attributes idle_timeout.timeout_seconds=3600",
    ],
    [
      "an ALB's cookie",
      [ingress({ "alb.ingress.kubernetes.io/target-group-attributes": `${COOKIE}=600` }), service()],
      `yes: Ingress chat/web annotation alb.ingress.kubernetes.io/target-group-attributes ${COOKIE}=600`,
    ],
    [
      "an ALB's cookie for a minute",
      [ingress({ "alb.ingress.kubernetes.io/target-group-attributes": `${COOKIE}=60` }), service()],
      "no",
    ],
    [
      "Azure's limit, in minutes",
      [service({ type: "LoadBalancer" }, { "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout": "30" })],
      "yes: Service chat/web annotation service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout 30",
    ],
    [
      "Azure's default, in minutes",
      [service({ type: "LoadBalancer" }, { "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout": "4" })],
      "no",
    ],
    [
      "a server that is known for it",
      [ingress(), service(), running("ghcr.io/x/n8n:1.2@sha256:0")],
      "yes: Deployment chat/web runs n8n",
    ],
    [
      "a port that is known for it",
      [service({ type: "NodePort", ports: [{ port: 1883 }] })],
      "yes: Service chat/web port 1883 (MQTT)",
    ],
    [
      "an image whose name says so",
      [ingress(), service(), running("x/live-ws:1")],
      "yes: image live-ws of Deployment chat/web (ws)",
    ],
    ["an image whose name only contains the letters", [ingress(), service(), running("x/news:1")], "no"],
    [
      "a container's port",
      [ingress(), service(), running("x/y", [{ name: "ws", containerPort: 1 }])],
      "yes: Deployment chat/web port ws (ws)",
    ],
  ];
  for (const [title, objects, expected] of cases) {
    it(`${title}: ${expected}`, () => assert.equal(answer(objects), expected));
  }

  it("is a variable of Socket.IO's server, not of a service elsewhere, of what carries its events, or one that switches it off", () => {
    const told = (name: string, value: string): string => {
      const labels = { app: "web" };
      const spec = { containers: [{ name: "app", image: "x/y", env: [{ name, value }] }] };
      return answer([
        ingress(),
        service(),
        object("apps/v1", "Deployment", "web", { spec: { template: { metadata: { labels }, spec } } }),
      ]);
    };
    assert.equal(told("SOCKET_IO_ENABLED", "true"), "yes: Deployment chat/web env SOCKET_IO_ENABLED");
    for (const [name, value] of [
      ["SOCKET_IO_ENABLED", "false"],
      ["DISABLE_SOCKET_IO", "true"],
      ["SOCKETIO_REDIS", "redis:6379"],
      ["AZURE_SIGNALR_CONNECTION", "Endpoint=x"],
      ["SIGNALR_CONNECTIONSTRING", "Endpoint=x"],
    ] as const) {
      assert.equal(told(name, value), "no", name);
    }
  });

  it("takes STATELESS for no sessions of an MCP server alone", () => {
    const keeps = (image: string): boolean => {
      const labels = { app: "web" };
      const spec = { containers: [{ name: "app", image, env: [{ name: "MY_STATELESS", value: "true" }] }] };
      const runs = object("apps/v1", "Deployment", "web", { spec: { template: { metadata: { labels }, spec } } });
      const [asked] = contextOf([ingress(), service(), runs]).asked;
      return asked !== undefined && "keepsSessions" in asked && asked.keepsSessions;
    };
    assert.equal(keeps("x/mcp-search"), false);
    assert.equal(keeps("x/live-socketio"), true);
  });

  it("passes over the neighbours of the Service for which a route was written", () => {
    const paths = ["web", "shop"].map((name) => ({ path: `/${name}`, backend: { service: { name, port: { number: 80 } } } }));
    const shared = ingress({ "proxy-read-timeout": "3600" }, { rules: [{ http: { paths } }] });
    const shop = object("v1", "Service", "shop", { spec: { selector: { app: "shop" }, ports: [{ port: 80 }] } });
    const plain = contextOf([shared, service(), shop]);
    assert.deepEqual(
      plain.asked.map(({ path }) => path.service.name),
      ["web", "shop"],
    );
    const marked = contextOf([shared, service({ ports: [{ port: 80, appProtocol: "kubernetes.io/ws" }] }), shop]);
    assert.deepEqual(
      marked.asked.map(({ path }) => path.service.name),
      ["web"],
    );
    assert.deepEqual(
      marked.passedOver.map(({ service: { name } }) => name),
      ["shop"],
    );
  });
});

describe("what stands behind a proxy of one's own", () => {
  it("is judged as the proxy is, whoever looks at its way in", () => {
    const labels = { app: "edge" };
    const proxy = { name: "proxy", image: "nginx:1", volumeMounts: [{ name: "config", mountPath: "/etc/nginx/conf.d" }] };
    const spec = { containers: [proxy], volumes: [{ name: "config", configMap: { name: "edge" } }] };
    const edge = object("apps/v1", "Deployment", "edge", { spec: { template: { metadata: { labels }, spec } } });
    const door = object("v1", "Service", "edge", {
      spec: { type: "NodePort", selector: labels, ports: [{ port: 80, appProtocol: "kubernetes.io/ws" }] },
    });
    const text = "server { location / { proxy_pass http://web.chat.svc:80; proxy_set_header Upgrade x; } }";
    const config = object("v1", "ConfigMap", "edge", { data: { "x.conf": text } });
    const { asked, workloads } = contextOf([edge, door, config, service(), deployment()]);
    assert.deepEqual(
      workloads.map(({ workload }) => workload.metadata.name),
      ["edge", "web"],
    );
    assert.equal(
      asked[1]?.because,
      "behind a proxy of your own, and that by Service chat/edge port appProtocol kubernetes.io/ws",
    );
    const pages = object("v1", "Service", "pages", { spec: { selector: { app: "pages" }, ports: [{ port: 80 }] } });
    const both = text.replace("}", "} location /pages { proxy_pass http://pages.chat.svc:80; }");
    const beside = contextOf([
      edge,
      door,
      object("v1", "ConfigMap", "edge", { data: { "x.conf": both } }),
      service({ ports: [{ port: 80, appProtocol: "kubernetes.io/ws" }] }),
      deployment(),
      pages,
    ]);
    assert.deepEqual(
      beside.asked.map((one) => ["requirement" in one && one.byANeighbour, one.path.service.name]),
      [
        [false, "edge"],
        [false, "web"],
        [true, "pages"],
      ],
    );
    const alone = contextOf([edge, door, service(), deployment()]);
    assert.deepEqual(
      alone.workloads.map(({ workload }) => workload.metadata.name),
      ["edge"],
    );
  });
});

describe("a bundle without any way in", () => {
  const judged = (objects: KubernetesObject[], assume: Assumption): string[] =>
    contextOf(objects, assume).workloads.map(({ workload }) => workload.metadata.name);

  it("is judged as what clients reach, where every way in is asked for", () => {
    assert.deepEqual(judged([service(), deployment()], "all"), ["web"]);
    assert.deepEqual(judged([service(), deployment()], "evidence"), []);
  });

  it("is not, where anything opens a way in", () => {
    const other = object("v1", "Service", "other", {
      spec: { type: "NodePort", selector: { app: "other" }, ports: [{ port: 80 }] },
    });
    assert.deepEqual(judged([service(), deployment(), other], "all"), []);
  });

  it("leaves out what only servers ask", () => {
    assert.deepEqual(judged([service({ ports: [{ port: 5432 }] }), deployment()], "all"), []);
  });

  it("leaves out what a network policy opens to a neighbour alone, and Services for metrics", () => {
    const pods = (name: string): KubernetesObject =>
      object("apps/v1", "Deployment", name, {
        spec: { template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: "x/y:1" }] } } },
      });
    const serving = (name: string, port: Value): KubernetesObject =>
      object("v1", "Service", name, { spec: { selector: { app: name }, ports: [port] } });
    const policy = (from?: Value[]): KubernetesObject =>
      object("networking.k8s.io/v1", "NetworkPolicy", "model", {
        spec: {
          podSelector: { matchLabels: { app: "model" } },
          ingress: [
            { ...(from !== undefined && { from }), ports: [{ port: 8000 }] },
            { from: [{ namespaceSelector: {} }], ports: [{ port: 9464 }] },
          ],
        },
      });
    const bundle = [pods("chat"), serving("chat", { port: 80 }), pods("model"), serving("model", { port: 8000 })];
    const byChat = { podSelector: { matchLabels: { app: "chat" } } };
    assert.deepEqual(judged([...bundle, policy([byChat])], "all"), ["chat"]);
    assert.deepEqual(judged([...bundle, policy([byChat, { namespaceSelector: {} }])], "all"), ["chat", "model"]);
    assert.deepEqual(judged([...bundle, policy()], "all"), ["chat", "model"]);
    assert.deepEqual(judged([...bundle.slice(2), policy([byChat])], "all"), ["model"]);
    const scraped = serving("worker", { name: "metrics", port: 8001 });
    assert.deepEqual(judged([...bundle, pods("worker"), scraped], "all"), ["chat", "model"]);
  });

  it("has workloads whose Service is elsewhere", () => {
    const workload = running("x/y", [{ containerPort: 8080 }]);
    assert.deepEqual(judged([workload], "all"), ["web"]);
    assert.deepEqual(judged([running("x/y")], "all"), []);
  });

  it("passes over what only runs on every node, unless it shows long connections", () => {
    const onNodes = (name: string): KubernetesObject => ({
      ...running(`x/${name}`, [{ containerPort: 8080 }]),
      kind: "DaemonSet",
    });
    assert.deepEqual(judged([onNodes("agent")], "all"), []);
    assert.deepEqual(judged([onNodes("websocket")], "all"), ["web"]);
    assert.deepEqual(judged([onNodes("agent"), service()], "all"), ["web"]);
  });
});

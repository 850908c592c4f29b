import type { Value } from "../../path/objects";
import { DIRECT, object } from "./objects";
import { byClass, judgeWaysIn, SILENT } from "./waysIn";

const configuration = (spec: { [key: string]: Value }) =>
  object("projectcontour.io/v1alpha1", "ContourConfiguration", "contour", {
    spec: { envoy: { timeouts: { streamIdleTimeout: "infinity" } }, ...spec },
  });
const WITH_GATEWAY = configuration({ gateway: { gatewayRef: { name: "contour", namespace: "projectcontour" } } });
const WITHOUT = configuration({});
const file = (timeouts: string) =>
  object("v1", "ConfigMap", "contour", { data: { "contour.yaml": `# timeouts:\n#   stream-idle-timeout: 1s\n${timeouts}` } });
const proxy = (route: { [key: string]: Value }) =>
  object("projectcontour.io/v1", "HTTPProxy", "web", {
    spec: { virtualhost: { fqdn: "chat.example.test" }, routes: [{ services: [{ name: "web", port: 80 }], ...route }] },
  });

/** Seen with the real Contour and Envoy in test/dataplane: with a Gateway to serve, it passes every upgrade on. */
describe("which upgrades Contour passes on", () => {
  judgeWaysIn([
    ["HTTPProxy that asks for it", [proxy({ enableWebsockets: true }), WITHOUT], DIRECT, "holds", SILENT],
    ["HTTPProxy that does not", [proxy({}), WITHOUT], DIRECT, "fails", SILENT],
    ["HTTPProxy that does not, under a Gateway", [proxy({}), WITH_GATEWAY], DIRECT, "holds", SILENT],
    ["Ingress whose annotation does not list the path", [byClass("contour"), WITHOUT], DIRECT, "fails", SILENT],
    ["Ingress whose annotation does not list it, under a Gateway", [byClass("contour"), WITH_GATEWAY], DIRECT, "holds", SILENT],
  ]);
});

describe("the idle limit of Contour's own file", () => {
  const asking = proxy({ enableWebsockets: true });
  const timeout = (text: string) => [asking, file(`timeouts:\n  stream-idle-timeout: ${text}\n`)];
  judgeWaysIn([
    ["switched off", timeout("infinity"), DIRECT, "holds", SILENT],
    ["raised", timeout('"2h"'), DIRECT, "holds", SILENT],
    ["too short", timeout("10m"), DIRECT, "fails", SILENT],
    ["not set", [asking, file("tls: {}\n")], DIRECT, "fails", SILENT],
    [
      "over which its configuration object wins",
      [asking, file("timeouts:\n  stream-idle-timeout: 1m\n"), WITHOUT],
      DIRECT,
      "holds",
      SILENT,
    ],
  ]);
});

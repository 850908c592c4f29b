import assert from "node:assert/strict";
import { UNKNOWN } from "../../path/objects";
import { evidenceOfLongConnections } from "../../policy/scope/evidence";
import { ingress, service } from "../path/objects";

describe("evidence of long connections", () => {
  const labelled = (value: string) => {
    const target = service();
    target.metadata.labels = { "app.kubernetes.io/managed-by": value };
    return target;
  };
  const cases: [string, Parameters<typeof evidenceOfLongConnections>, string][] = [
    ["nothing", [ingress(), service()], "no"],
    ["no objects at all", [undefined, undefined], "no"],
    ["a WebSocket port", [undefined, service({ ports: [{ port: 80, appProtocol: "kubernetes.io/ws" }] })], "yes"],
    ["an h2c port", [undefined, service({ ports: [{ port: 80, appProtocol: "kubernetes.io/h2c" }] })], "yes"],
    ["an https port", [undefined, service({ ports: [{ port: 443, appProtocol: "https" }] })], "no"],
    ["ClientIP", [undefined, service({ sessionAffinity: "ClientIP" })], "yes"],
    ["None", [undefined, service({ sessionAffinity: "None" })], "no"],
    ["our own label", [undefined, labelled("holdfast")], "yes"],
    ["somebody else's label", [undefined, labelled("Helm")], "no"],
    ["Traefik's cookie", [undefined, service({}, { "traefik.ingress.kubernetes.io/service.sticky.cookie": "true" })], "yes"],
    ["a cookie", [ingress({ affinity: "cookie" }), service()], "yes"],
    ["a long timeout", [ingress({ "proxy-read-timeout": "300" }), service()], "yes"],
    ["a long timeout, written wrongly", [ingress({ "proxy-read-timeout": "3600s" }), service()], "yes"],
    ["a long timeout, written in hours", [ingress({ "proxy-read-timeout": "1h" }), service()], "yes"],
    ["a timeout of a plain request", [ingress({ "proxy-read-timeout": "60" }), service()], "no"],
    ["a timeout that is not known yet", [ingress({ "proxy-read-timeout": UNKNOWN }), service()], "perhaps"],
    [
      "a timeout that is not known yet beside a cookie",
      [ingress({ "proxy-read-timeout": UNKNOWN, affinity: "cookie" }), service()],
      "yes",
    ],
    ["ports that are not known yet", [undefined, service({ ports: UNKNOWN })], "perhaps"],
  ];
  for (const [title, objects, expected] of cases) {
    it(`${title}: ${expected}`, () => assert.equal(evidenceOfLongConnections(...objects), expected));
  }
});

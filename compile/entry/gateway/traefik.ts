import { TRAEFIK_CHART_PORTS } from "../../../path/facts/entries";
import { checkNoStickiness, SECRET_TLS_KEYS, type GatewayImplementation } from "./implementation";

export const traefikGateway: GatewayImplementation = {
  title: "Traefik",
  className: () => "traefik",
  sticksBy: "none",
  tlsKeys: SECRET_TLS_KEYS,
  hop: () => "traefik-gateway",
  check: (_args, service) => checkNoStickiness("Traefik", service, "kind: traefik, whose routes stick by a cookie"),
  parts: ({ entryPointPorts: ports = TRAEFIK_CHART_PORTS }) => ({
    ports: { http: ports.http, https: ports.https },
    why: [
      `Listeners ${ports.http} and ${ports.https} are the ports of Traefik's own entry points, without which it serves none; its Service maps 80 and 443 to them.`,
      "No timeout stands here: Traefik's own end idle HTTP connections, and never an upgraded one.",
    ],
  }),
  needs: ({ host }) => [{ kind: "controller", name: "traefik", why: `it serves ${host}, with its Gateway provider switched on` }],
};

import path from "node:path";
import { CONTROL_PLANE_ADDRESS, DNS_ADDRESS, DNS_PORT } from "../addresses";
import { internalKubeconfig } from "../kubeconfig";
import { PROJECT_DIRECTORY } from "../paths";
import type { Component, Context } from "./model";

/** Names below this one are never answered but with SERVFAIL, for whoever wants to see that. */
const FAILING_ZONE = "servfail.test";

/**
 * The cluster's own names come from the API server, all others from the zone that `names` writes. Nothing is kept in between, so that
 * a change is seen within a quarter of a second.
 */
function corefile({ layout }: Context): string {
  return `. {
  bind ${DNS_ADDRESS} ${CONTROL_PLANE_ADDRESS}
  errors
  template ANY ANY ${FAILING_ZONE} {
    rcode SERVFAIL
  }
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig ${internalKubeconfig(layout, "infrastructure")}
    pods insecure
    ttl 1
  }
  file ${layout.zoneFile} {
    reload 250ms
  }
}
`;
}

const coredns: Component = {
  name: "coredns",
  what: "names, for clients and for the cluster",
  onlyInFull: true,
  listens: () => [DNS_PORT],
  command(context) {
    const configuration = path.join(context.layout.directory, "Corefile");
    return {
      file: context.binaries.coredns!,
      args: ["-conf", configuration, "-dns.port", String(DNS_PORT)],
      files: { [configuration]: corefile(context) },
    };
  },
};

const names: Component = {
  name: "names",
  what: "plays ExternalDNS: what Ingresses, routes and Services publish, for CoreDNS",
  onlyInFull: true,
  listens: () => [],
  command: ({ layout }) => ({
    file: process.execPath,
    args: [
      "--max-old-space-size=64",
      ...["runTypeScript.js", "names/main.ts"].map((file) => path.join(PROJECT_DIRECTORY, "sandbox", file)),
    ],
    env: { HOLDFAST_STATE_DIR: path.dirname(layout.directory) },
  }),
};

export const NAMES: readonly Component[] = [coredns, names];

import fs from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { API_SERVER_PORT, CONTROL_PLANE_ADDRESS } from "./addresses";
import { type Layout, layoutOf } from "./paths";

export const CONTEXT = "holdfast-sandbox";

/** Kubeconfigs that the cluster's own programs use, each with the certificate of the same name. */
export const INTERNAL_KUBECONFIGS = ["controller-manager", "scheduler", "proxy", "infrastructure"] as const;

export function internalKubeconfig(layout: Layout, identity: (typeof INTERNAL_KUBECONFIGS)[number]): string {
  return path.join(layout.directory, "kubeconfigs", identity);
}

function kubeconfigText(layout: Layout, identity: string, server: string): string {
  const base64 = (file: string) => fs.readFileSync(path.join(layout.certificates, file)).toString("base64");
  const user = identity === "admin" ? CONTEXT : identity;
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: CONTEXT, cluster: { server, "certificate-authority-data": base64("ca.crt") } }],
      users: [
        {
          name: user,
          user: { "client-certificate-data": base64(`${identity}.crt`), "client-key-data": base64(`${identity}.key`) },
        },
      ],
      contexts: [{ name: CONTEXT, context: { cluster: CONTEXT, user } }],
      "current-context": CONTEXT,
    },
    { lineWidth: 0 },
  );
}

/** The administrator's kubeconfig for programs among the clients of a running sandbox. */
export const insideKubeconfig = (layout = layoutOf()): string =>
  kubeconfigText(layout, "admin", `https://${CONTROL_PLANE_ADDRESS}:${API_SERVER_PORT}`);

function writePrivately(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(`${file}.new`, text, { mode: 0o600 });
  fs.renameSync(`${file}.new`, file);
}

/**
 * Writes the kubeconfigs: `outside` is where the API server answers on this machine, `inside` where it answers the cluster's own
 * programs.
 */
export function writeKubeconfigs(layout: Layout, outside: string, inside: string): void {
  writePrivately(layout.kubeconfig, kubeconfigText(layout, "admin", outside));
  for (const identity of INTERNAL_KUBECONFIGS) {
    writePrivately(internalKubeconfig(layout, identity), kubeconfigText(layout, identity, inside));
  }
}

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

export const PROJECT_DIRECTORY = path.resolve(__dirname, "..");

/** Where one sandbox keeps everything, and what its network namespaces are called. */
export interface Layout {
  /** `<project>/.holdfast/sandbox`; goes away with `down`. */
  directory: string;
  /** Eight characters that tell the sandboxes of one machine apart. */
  id: string;
  clusterNamespace: string;
  clientNamespace: string;
  stateFile: string;
  /** Held by whoever starts or stops the sandbox; beside the directory, because that one is removed under it. */
  lockFile: string;
  /** Holds the nonce that the cluster carries in ConfigMap kube-system/holdfast-sandbox. */
  markFile: string;
  /** For people and tools on this machine. */
  kubeconfig: string;
  certificates: string;
  /** Certificate of the authority that the sandbox's clients trust. */
  clientsAuthority: string;
  /** The names that the cluster publishes, as CoreDNS reads them. */
  zoneFile: string;
  logs: string;
}

/** `HOLDFAST_STATE_DIR`, default `<project>/.holdfast`. */
export function stateRoot(): string {
  const chosen = process.env.HOLDFAST_STATE_DIR;
  return chosen ? path.resolve(chosen) : path.join(PROJECT_DIRECTORY, ".holdfast");
}

function realPath(directory: string): string {
  try {
    return fs.realpathSync(directory);
  } catch {
    const parent = path.dirname(directory);
    return parent === directory ? directory : path.join(realPath(parent), path.basename(directory));
  }
}

export function layoutOf(root = stateRoot()): Layout {
  const directory = path.join(realPath(root), "sandbox");
  const id = createHash("sha256").update(directory).digest("hex").slice(0, 8);
  return {
    directory,
    id,
    clusterNamespace: `hf-${id}-cluster`,
    clientNamespace: `hf-${id}-client`,
    stateFile: path.join(directory, "state.json"),
    lockFile: path.join(path.dirname(directory), "sandbox.lock"),
    markFile: path.join(directory, "mark"),
    kubeconfig: path.join(directory, "kubeconfig"),
    certificates: path.join(directory, "certificates"),
    clientsAuthority: path.join(directory, "clients-ca.crt"),
    zoneFile: path.join(directory, "names.zone"),
    logs: path.join(directory, "logs"),
  };
}

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { createWorkspace, type Workspace } from "../../start/workspace";

export const TRACKED = {
  config: {
    "holdfast:platform": "bare-metal",
    "holdfast:environment": "development",
    "holdfast:cluster": { context: "holdfast-sandbox", kubeProxyMode: "nftables", ingressClasses: { nginx: "traefik" } },
    "holdfast:bareMetal": { addressPools: [{ name: "lan", addresses: ["192.168.1.200-192.168.1.220"], advertise: "l2" }] },
    "holdfast:services": [
      {
        name: "chatpulse",
        image: "ghcr.io/pscheid92/chatpulse:1.0.0",
        secrets: { source: "pulumi", keys: ["DATABASE_URL", "SESSION_SECRET", "BOT_USER_ID"] },
        entries: [
          { kind: "metallb", address: "192.168.1.207" },
          { kind: "ingress-nginx", host: "chatpulse.holdfast.test" },
        ],
      },
    ],
  },
};

export interface Sandboxed {
  directory: string;
  project: string;
  state: string;
  workspace: Workspace;
  remove(): void;
}

/** A project with a tracked dev stack and a state folder of its own, in a temporary folder. */
export function temporaryProject(tracked: object = TRACKED): Sandboxed {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-start-"));
  const project = path.join(directory, "project");
  const state = path.join(project, ".holdfast");
  fs.mkdirSync(project);
  fs.writeFileSync(path.join(project, "Pulumi.yaml"), "name: holdfast\nruntime: nodejs\n");
  fs.writeFileSync(path.join(project, "Pulumi.dev.yaml"), stringify(tracked));
  const workspace = createWorkspace({ stateDirectory: state, projectDirectory: project, clusterUid: "uid-1" });
  return { directory, project, state, workspace, remove: () => fs.rmSync(directory, { recursive: true, force: true }) };
}

export interface Call {
  argv: string[];
  env: Record<string, string>;
  input: string;
  signal?: string;
}

/** A `pulumi` that records how it was called; what it does stands in fakePulumi.js. */
export function fakePulumi(directory: string): { binary: string; calls(): Call[] } {
  const log = path.join(directory, "calls.jsonl");
  const binary = path.join(directory, "pulumi");
  const script = path.join(__dirname, "fakePulumi.js");
  fs.writeFileSync(binary, `#!${process.execPath}\nrequire(${JSON.stringify(script)})(${JSON.stringify(log)});\n`, {
    mode: 0o755,
  });
  const lines = () => (fs.existsSync(log) ? fs.readFileSync(log, "utf8").trim().split("\n") : []);
  return { binary, calls: () => lines().map((line) => JSON.parse(line) as Call) };
}

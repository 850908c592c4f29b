import fs from "node:fs";
import path from "node:path";
import { Authority, newKeyPair, type Subject } from "./authority";
import { CONTROL_PLANE_ADDRESS, KUBERNETES_SERVICE_ADDRESS, NODES } from "./addresses";

const AUTHORITIES = ["ca", "etcd-ca"] as const;

interface Identity extends Subject {
  /** File name without its ending. */
  file: string;
  issuer: (typeof AUTHORITIES)[number];
}

/** Who there is in the cluster. The groups and user names are those that Kubernetes binds its built-in roles to. */
const IDENTITIES: Identity[] = [
  {
    file: "kube-apiserver",
    commonName: "kube-apiserver",
    servedAs: [
      "localhost",
      "kubernetes",
      "kubernetes.default",
      "kubernetes.default.svc",
      "kubernetes.default.svc.cluster.local",
      "127.0.0.1",
      CONTROL_PLANE_ADDRESS,
      KUBERNETES_SERVICE_ADDRESS,
    ],
    issuer: "ca",
  },
  { file: "etcd", commonName: "etcd", servedAs: ["localhost", "127.0.0.1"], issuer: "etcd-ca" },
  { file: "etcd-client", commonName: "kube-apiserver", issuer: "etcd-ca" },
  // What the API server shows to an API of its own kind behind it (metrics, for example).
  { file: "front-proxy", commonName: "front-proxy-client", issuer: "ca" },
  // What a kubelet shows to the API server, and what it asks to see of it.
  { file: "kubelet", commonName: "system:node:sandbox", servedAs: NODES.map(({ address }) => address), issuer: "ca" },
  { file: "kubelet-client", commonName: "kube-apiserver-kubelet-client", issuer: "ca" },
  { file: "admin", commonName: "holdfast-sandbox", organization: "system:masters", issuer: "ca" },
  { file: "controller-manager", commonName: "system:kube-controller-manager", issuer: "ca" },
  { file: "scheduler", commonName: "system:kube-scheduler", issuer: "ca" },
  { file: "proxy", commonName: "system:kube-proxy", issuer: "ca" },
  // kwok, MetalLB, Traefik: what a real cluster grants each by a role of its own.
  { file: "infrastructure", commonName: "holdfast-sandbox-infrastructure", organization: "system:masters", issuer: "ca" },
];

/** Makes both authorities, every identity and the key of the service account tokens, unless they are there. */
export async function ensureCertificates(directory: string): Promise<void> {
  const isThere = (file: string) => fs.existsSync(path.join(directory, file));
  if (isThere("complete") && IDENTITIES.every(({ file }) => isThere(`${file}.key`))) return;
  const write = (name: string, text: string) => fs.writeFileSync(path.join(directory, name), text, { mode: 0o600 });
  if (!isThere("complete")) {
    fs.rmSync(directory, { recursive: true, force: true });
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const file of AUTHORITIES) {
      const { certificate, privateKey } = await Authority.make(`holdfast-sandbox-${file}`);
      write(`${file}.crt`, certificate);
      write(`${file}.key`, privateKey);
    }
    const serviceAccount = newKeyPair();
    write("service-account.key", serviceAccount.privateKey);
    write("service-account.pub", serviceAccount.publicKey);
  }
  const read = (name: string) => fs.readFileSync(path.join(directory, name), "utf8");
  const signers = Object.fromEntries(AUTHORITIES.map((file) => [file, new Authority(read(`${file}.crt`), read(`${file}.key`))]));
  // A sandbox that an earlier version made may lack one; its cluster goes on under the authorities that it has.
  for (const identity of IDENTITIES.filter(({ file }) => !isThere(`${file}.key`))) {
    const { certificate, privateKey } = await signers[identity.issuer]!.issue(identity);
    write(`${identity.file}.crt`, certificate);
    write(`${identity.file}.key`, privateKey);
  }
  write("complete", "");
}

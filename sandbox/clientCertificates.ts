import fs from "node:fs";
import { isIP } from "node:net";
import path from "node:path";
import { Api } from "./api";
import { Authority, type KeyPair, newKeyPair, type Signer, validFor, type Validity } from "./certificates";
import { carriesMark, readMark } from "./cluster";
import { SandboxError } from "./errors";
import { isName } from "./names/published";
import { type Layout, layoutOf } from "./paths";
import { readState } from "./state";

export interface CertificateRequest {
  /** Names, wildcards and addresses that it is valid for. */
  hosts: string[];
  /** The Secret of the sandbox's cluster to write it into. Default: files alone. */
  secret?: { namespace: string; name: string };
  /** Valid until yesterday. */
  expired?: boolean;
  /** Signed by an authority that nobody knows. */
  untrusted?: boolean;
  /** Days from now, 1 to 3650. Default: 30. */
  days?: number;
}

export interface ClientCertificate {
  certificateFile: string;
  keyFile: string;
  /** What a client that trusts it reads. */
  authorityFile: string;
  notAfter: Date;
}

const DEFAULT_DAYS = 30;
const DAY_MILLISECONDS = 86_400_000;

const authorityKeyFile = (layout: Layout) => path.join(layout.certificates, "clients-ca.key");
const forgeLibrary = async () => (await import("node-forge")).default;

/** The authority that every command among the clients trusts. It signs nothing that the cluster itself relies on. */
export async function ensureClientsAuthority(layout: Layout): Promise<void> {
  if (fs.existsSync(layout.clientsAuthority)) return;
  const keys = await newKeyPair();
  const certificate = new Authority(await forgeLibrary()).certificate({ commonName: nameOf(layout) }, keys);
  fs.writeFileSync(authorityKeyFile(layout), keys.privateKey, { mode: 0o600 });
  fs.writeFileSync(layout.clientsAuthority, certificate);
}

const nameOf = ({ id }: Layout) => `holdfast-sandbox-clients-${id}`;

/** A certificate for servers behind the sandbox's load balancers, good or bad as asked. */
export async function issueCertificate(request: CertificateRequest): Promise<ClientCertificate> {
  const wrong = request.hosts.filter((host) => !isIP(host) && !isName(host.toLowerCase()));
  if (wrong.length > 0) {
    throw new SandboxError(
      `found ${wrong.join(", ")}; allowed: host names such as chat.example.com or *.example.com, addresses.`,
    );
  }
  const layout = layoutOf();
  const state = readState(layout);
  if (!state?.completed) throw new SandboxError("The sandbox is not running. Start it with `npx holdfast sandbox up`.");
  await ensureClientsAuthority(layout);
  const [keys, others] = await Promise.all([newKeyPair(), request.untrusted ? newKeyPair() : undefined]);
  const library = await forgeLibrary();
  const privateKey = others?.privateKey ?? fs.readFileSync(authorityKeyFile(layout), "utf8");
  const commonName = others ? "nobody you know" : nameOf(layout);
  const signer: Signer = { commonName, privateKey: library.pki.privateKeyFromPem(privateKey) };
  const identity = { commonName: request.hosts[0]!, servedAs: request.hosts };
  const validity = validityOf(request);
  const certificate = new Authority(library).certificate(identity, keys, signer, validity);
  if (request.secret) await writeSecret(layout, state.ports.api, request.secret, { certificate, keys });
  return { ...writeFiles(layout, request.hosts[0]!, { certificate, keys }), notAfter: validity.notAfter };
}

function validityOf({ expired, days = DEFAULT_DAYS }: CertificateRequest): Validity {
  if (!expired) return validFor(days);
  const daysAgo = (count: number) => new Date(Date.now() - count * DAY_MILLISECONDS);
  return { notBefore: daysAgo(DEFAULT_DAYS), notAfter: daysAgo(1) };
}

interface Issued {
  certificate: string;
  keys: KeyPair;
}

function writeFiles(layout: Layout, host: string, { certificate, keys }: Issued): Omit<ClientCertificate, "notAfter"> {
  const base = path.join(layout.certificates, "issued", host.replace("*", "wildcard"));
  fs.mkdirSync(path.dirname(base), { recursive: true });
  fs.writeFileSync(`${base}.crt`, certificate);
  fs.writeFileSync(`${base}.key`, keys.privateKey, { mode: 0o600 });
  return { certificateFile: `${base}.crt`, keyFile: `${base}.key`, authorityFile: layout.clientsAuthority };
}

async function writeSecret(
  layout: Layout,
  port: number,
  { namespace, name }: NonNullable<CertificateRequest["secret"]>,
  { certificate, keys }: Issued,
): Promise<void> {
  const api = new Api(layout, port);
  try {
    if (!(await carriesMark(api, readMark(layout) ?? ""))) {
      throw new SandboxError(
        "The cluster does not carry the sandbox's mark; nothing was written. See `npx holdfast sandbox status`.",
      );
    }
    if (!(await api.get(`/api/v1/namespaces/${namespace}`))) {
      throw new SandboxError(
        `There is no namespace ${namespace} in the sandbox. Make it first: kubectl create namespace ${namespace}.`,
      );
    }
    await api.apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace },
      type: "kubernetes.io/tls",
      data: { "tls.crt": base64(certificate), "tls.key": base64(keys.privateKey) },
    });
  } finally {
    api.close();
  }
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

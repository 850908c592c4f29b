import fs from "node:fs";
import { isIP } from "node:net";
import path from "node:path";
import { Api } from "./api";
import { Authority, type Issued, type Validity } from "./authority";
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

/** The authority that every command among the clients trusts. It signs nothing that the cluster itself relies on. */
export async function ensureClientsAuthority(layout: Layout): Promise<void> {
  if (fs.existsSync(layout.clientsAuthority)) return;
  const { certificate, privateKey } = await Authority.make(nameOf(layout));
  fs.writeFileSync(authorityKeyFile(layout), privateKey, { mode: 0o600 });
  fs.writeFileSync(layout.clientsAuthority, certificate);
}

const read = (file: string) => fs.readFileSync(file, "utf8");

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
  const known = () => new Authority(read(layout.clientsAuthority), read(authorityKeyFile(layout)));
  const authority = request.untrusted ? await Authority.make("nobody you know") : known();
  const validity = validityOf(request);
  const issued = await authority.issue({ commonName: request.hosts[0]!, servedAs: request.hosts }, validity);
  if (request.secret) await writeSecret(layout, state.ports.api, request.secret, issued);
  return { ...writeFiles(layout, request.hosts[0]!, issued), notAfter: validity.notAfter };
}

function validityOf({ expired, days = DEFAULT_DAYS }: CertificateRequest): Validity {
  const at = (daysFromNow: number) => new Date(Date.now() + daysFromNow * DAY_MILLISECONDS);
  return expired ? { notBefore: at(-DEFAULT_DAYS), notAfter: at(-1) } : { notBefore: at(-1), notAfter: at(days) };
}

function writeFiles(layout: Layout, host: string, { certificate, privateKey }: Issued): Omit<ClientCertificate, "notAfter"> {
  const base = path.join(layout.certificates, "issued", host.replace("*", "wildcard"));
  fs.mkdirSync(path.dirname(base), { recursive: true });
  fs.writeFileSync(`${base}.crt`, certificate);
  fs.writeFileSync(`${base}.key`, privateKey, { mode: 0o600 });
  return { certificateFile: `${base}.crt`, keyFile: `${base}.key`, authorityFile: layout.clientsAuthority };
}

async function writeSecret(
  layout: Layout,
  port: number,
  { namespace, name }: NonNullable<CertificateRequest["secret"]>,
  { certificate, privateKey }: Issued,
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
      data: { "tls.crt": base64(certificate), "tls.key": base64(privateKey) },
    });
  } finally {
    api.close();
  }
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

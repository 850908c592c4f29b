import { generateKeyPair } from "node:crypto";
import fs from "node:fs";
import { isIP } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import type forge from "node-forge";
import { CONTROL_PLANE_ADDRESS, KUBERNETES_SERVICE_ADDRESS, NODES } from "./addresses";

/** A sandbox is disposable; its certificates outlive it. */
const VALID_DAYS = 3650;

interface Identity {
  /** File name without its ending. */
  file: string;
  commonName: string;
  organization?: string;
  /** Names and addresses of a server; absent for a client. */
  servedAs?: string[];
  issuer: "ca" | "etcd-ca";
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

export interface KeyPair {
  publicKey: string;
  privateKey: string;
}

const makeKeyPair = promisify(generateKeyPair);

export function newKeyPair(): Promise<KeyPair> {
  return makeKeyPair("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}

export interface Signer {
  commonName: string;
  privateKey: forge.pki.rsa.PrivateKey;
}

function subjectOf(identity: { commonName: string; organization?: string }): forge.pki.CertificateField[] {
  const fields = [{ name: "commonName", value: identity.commonName }];
  return identity.organization ? [...fields, { name: "organizationName", value: identity.organization }] : fields;
}

function alternativeNames(names: string[]): { type: number; value?: string; ip?: string }[] {
  return names.map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name }));
}

export interface Validity {
  notBefore: Date;
  notAfter: Date;
}

/** From an hour back, for the clock of a machine that has just been set right. */
export function validFor(days: number): Validity {
  return { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + days * 86_400_000) };
}

export class Authority {
  private serial = Date.now();

  constructor(private readonly library: typeof forge) {}

  /** Signed by `signer`; without one it is an authority that vouches for itself. */
  certificate(
    identity: Omit<Identity, "issuer" | "file">,
    keys: KeyPair,
    signer?: Signer,
    { notBefore, notAfter } = validFor(VALID_DAYS),
  ): string {
    const { pki, md } = this.library;
    const certificate = pki.createCertificate();
    certificate.publicKey = pki.publicKeyFromPem(keys.publicKey);
    // Twelve digits: whole bytes whose first bit is clear for some thousand years, as a positive number has to be written.
    certificate.serialNumber = (this.serial++).toString(16).padStart(12, "0");
    Object.assign(certificate.validity, { notBefore, notAfter });
    certificate.setSubject(subjectOf(identity));
    certificate.setIssuer(subjectOf({ commonName: signer?.commonName ?? identity.commonName }));
    const authority = signer === undefined;
    certificate.setExtensions([
      { name: "basicConstraints", critical: true, cA: authority },
      { name: "keyUsage", critical: true, keyCertSign: authority, digitalSignature: true, keyEncipherment: !authority },
      ...(authority ? [] : [{ name: "extKeyUsage", serverAuth: Boolean(identity.servedAs), clientAuth: true }]),
      ...(identity.servedAs ? [{ name: "subjectAltName", altNames: alternativeNames(identity.servedAs) }] : []),
    ]);
    certificate.sign(signer?.privateKey ?? pki.privateKeyFromPem(keys.privateKey), md.sha256.create());
    return pki.certificateToPem(certificate);
  }
}

/** Makes both authorities, every identity and the key of the service account tokens, unless they are there. */
export async function ensureCertificates(directory: string): Promise<void> {
  const complete = path.join(directory, "complete");
  const isThere = (file: string) => fs.existsSync(path.join(directory, file));
  if (isThere("complete") && IDENTITIES.every(({ file }) => isThere(`${file}.key`))) return;
  const library = (await import("node-forge")).default;
  if (!isThere("complete")) await makeAuthorities(directory, library);
  // A sandbox that an earlier version made may lack one; its cluster goes on under the authorities that it has.
  const missing = IDENTITIES.filter(({ file }) => !isThere(`${file}.key`));
  const keys = await Promise.all(missing.map(newKeyPair));
  const authority = new Authority(library);
  const signers = signersIn(directory, library);
  missing.forEach((identity, index) => {
    writePrivate(directory, `${identity.file}.crt`, authority.certificate(identity, keys[index]!, signers[identity.issuer]));
    writePrivate(directory, `${identity.file}.key`, keys[index]!.privateKey);
  });
  fs.writeFileSync(complete, "", { mode: 0o600 });
}

function writePrivate(directory: string, name: string, text: string): void {
  fs.writeFileSync(path.join(directory, name), text, { mode: 0o600 });
}

const AUTHORITIES = ["ca", "etcd-ca"] as const;
const authorityName = (file: Identity["issuer"]): string => `holdfast-sandbox-${file}`;

async function makeAuthorities(directory: string, library: typeof forge): Promise<void> {
  fs.rmSync(directory, { recursive: true, force: true });
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const [serviceAccount, ...keys] = await Promise.all([newKeyPair(), ...AUTHORITIES.map(newKeyPair)]);
  const authority = new Authority(library);
  AUTHORITIES.forEach((file, index) => {
    writePrivate(directory, `${file}.crt`, authority.certificate({ commonName: authorityName(file) }, keys[index]!));
    writePrivate(directory, `${file}.key`, keys[index]!.privateKey);
  });
  writePrivate(directory, "service-account.key", serviceAccount.privateKey);
  writePrivate(directory, "service-account.pub", serviceAccount.publicKey);
}

function signersIn(directory: string, { pki }: typeof forge): Record<Identity["issuer"], Signer> {
  const signer = (file: Identity["issuer"]): Signer => {
    const privateKey = pki.privateKeyFromPem(fs.readFileSync(path.join(directory, `${file}.key`), "utf8"));
    return { commonName: authorityName(file), privateKey };
  };
  return { ca: signer("ca"), "etcd-ca": signer("etcd-ca") };
}

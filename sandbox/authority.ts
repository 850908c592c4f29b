import { createPrivateKey, createPublicKey, generateKeyPairSync, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import type { JsonName } from "@peculiar/x509";

/** A sandbox is disposable; its certificates outlive it. */
const VALID_DAYS = 3650;

const ELLIPTIC = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
/** What authorities of earlier sandboxes have. */
const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

/** Who a certificate is for. */
export interface Subject {
  commonName: string;
  organization?: string;
  /** Names and addresses of a server; absent for a client. */
  servedAs?: string[];
}

export interface KeyPair {
  /** In PEM, as all of these. */
  publicKey: string;
  privateKey: string;
}

export interface Issued {
  certificate: string;
  privateKey: string;
}

export interface Validity {
  notBefore: Date;
  notAfter: Date;
}

export function newKeyPair(): KeyPair {
  return generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}

/** From an hour back, for the clock of a machine that has just been set right. */
export function validFor(days: number): Validity {
  return { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + days * 86_400_000) };
}

/** Loaded by whoever makes a certificate, and by nobody else. */
async function library() {
  await import("reflect-metadata");
  return import("@peculiar/x509");
}

/** Signs the certificates of others. */
export class Authority {
  constructor(
    readonly certificate: string,
    readonly privateKey: string,
  ) {}

  /** One that vouches for itself. */
  static async make(commonName: string): Promise<Authority> {
    const { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension, X509CertificateGenerator } = await library();
    const { publicKey, privateKey } = newKeyPair();
    const name = nameOf({ commonName });
    const made = await X509CertificateGenerator.create({
      subject: name,
      issuer: name,
      ...validFor(VALID_DAYS),
      publicKey: await publicPart(publicKey),
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.digitalSignature, true),
      ],
      ...(await signing(privateKey)),
    });
    return new Authority(made.toString("pem"), privateKey);
  }

  async issue(subject: Subject, validity = validFor(VALID_DAYS)): Promise<Issued> {
    const x509 = await library();
    const { publicKey, privateKey } = newKeyPair();
    const { servedAs } = subject;
    const usages = [...(servedAs ? [x509.ExtendedKeyUsage.serverAuth] : []), x509.ExtendedKeyUsage.clientAuth];
    const made = await x509.X509CertificateGenerator.create({
      subject: nameOf(subject),
      issuer: new x509.X509Certificate(this.certificate).subjectName.toJSON(),
      ...validity,
      publicKey: await publicPart(publicKey),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension(usages),
        ...(servedAs ? [new x509.SubjectAlternativeNameExtension(servedAs.map(alternativeName))] : []),
      ],
      ...(await signing(this.privateKey)),
    });
    return { certificate: made.toString("pem"), privateKey };
  }
}

const nameOf = ({ commonName, organization }: Subject): JsonName => [
  { CN: [commonName] },
  ...(organization === undefined ? [] : [{ O: [organization] }]),
];

const alternativeName = (value: string) => ({ type: isIP(value) ? ("ip" as const) : ("dns" as const), value });

const publicPart = (pem: string) => {
  const bytes = createPublicKey(pem).export({ type: "spki", format: "der" });
  return webcrypto.subtle.importKey("spki", bytes, ELLIPTIC, true, ["verify"]);
};

async function signing(privateKey: string) {
  const key = createPrivateKey(privateKey);
  const signingAlgorithm = key.asymmetricKeyType === "ec" ? ELLIPTIC : RSA;
  const bytes = key.export({ type: "pkcs8", format: "der" });
  return { signingAlgorithm, signingKey: await webcrypto.subtle.importKey("pkcs8", bytes, signingAlgorithm, false, ["sign"]) };
}

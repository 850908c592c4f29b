import forge from "node-forge";

/** A certificate of one host that vouches for itself, as PEM. */
export function certificateOf(host: string): { certificate: string; privateKey: string } {
  const { pki, md } = forge;
  const keys = pki.rsa.generateKeyPair(2048);
  const certificate = pki.createCertificate();
  certificate.publicKey = keys.publicKey;
  certificate.serialNumber = "01";
  certificate.validity.notBefore = new Date(Date.now() - 3_600_000);
  certificate.validity.notAfter = new Date(Date.now() + 86_400_000);
  const name = [{ name: "commonName", value: host }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([{ name: "subjectAltName", altNames: [{ type: 2, value: host }] }]);
  certificate.sign(keys.privateKey, md.sha256.create());
  return { certificate: pki.certificateToPem(certificate), privateKey: pki.privateKeyToPem(keys.privateKey) };
}

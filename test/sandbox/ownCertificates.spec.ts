import "reflect-metadata";
import assert from "node:assert/strict";
import { KeyObject, webcrypto, X509Certificate } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { X509CertificateGenerator } from "@peculiar/x509";
import { ensureCertificates } from "../../sandbox/certificates";
import { temporaryDirectory } from "./support/temporary";

describe("certificates of a sandbox that an earlier version made", () => {
  const { directory, remove } = temporaryDirectory();
  after(remove);
  const fileOf = (name: string) => path.join(directory, name);
  const read = (name: string) => fs.readFileSync(fileOf(name), "utf8");

  /** Its authority had a key of another kind. */
  async function olderAuthority(): Promise<void> {
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const made = await X509CertificateGenerator.createSelfSigned({ name: "CN=older", keys });
    fs.writeFileSync(fileOf("ca.crt"), made.toString("pem"));
    fs.writeFileSync(fileOf("ca.key"), KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }));
  }

  it("stay, and what it lacks is made under its own authority", async () => {
    await ensureCertificates(directory);
    await olderAuthority();
    const [authority, admin] = ["ca.crt", "admin.crt"].map(read);
    for (const name of ["kubelet.crt", "kubelet.key"]) fs.rmSync(fileOf(name));
    await ensureCertificates(directory);
    assert.deepEqual(["ca.crt", "admin.crt"].map(read), [authority, admin]);
    const signer = new X509Certificate(authority!);
    assert.ok(new X509Certificate(read("kubelet.crt")).verify(signer.publicKey));
    assert.equal(new X509Certificate(read("admin.crt")).verify(signer.publicKey), false, "of the authority before");
  });

  it("are all made anew where the making was broken off", async () => {
    const before = read("ca.crt");
    fs.rmSync(fileOf("complete"));
    await ensureCertificates(directory);
    assert.notEqual(read("ca.crt"), before);
    assert.ok(new X509Certificate(read("admin.crt")).verify(new X509Certificate(read("ca.crt")).publicKey));
  });
});

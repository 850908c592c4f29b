import assert from "node:assert/strict";
import fs from "node:fs";
import type net from "node:net";
import tls from "node:tls";
import {
  type CertificateRequest,
  type ClientCertificate,
  execInClient,
  issueCertificate,
  SandboxError,
  type SandboxInfo,
} from "../../sandbox";
import { layoutOf } from "../../sandbox/paths";
import { SANDBOX_HOOK_MILLISECONDS, sharedSandbox } from "../support/sandbox";
import { Objects } from "./support/objects";

const HOST = "tls.certified.test";
const NAMESPACE = "certified";

describe("certificates that the sandbox's clients trust", function () {
  this.timeout(30_000);
  let sandbox: SandboxInfo;
  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    sandbox = await sharedSandbox();
  });

  /** What a client that trusts the authority makes of a server with this certificate: `fine`, or the code of its error. */
  async function met({ certificateFile, keyFile, authorityFile }: ClientCertificate): Promise<string> {
    const read = (file: string) => fs.readFileSync(file);
    const server = tls.createServer({ cert: read(certificateFile), key: read(keyFile) }, (socket) => socket.end());
    server.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as net.AddressInfo;
    try {
      return await new Promise((resolve) => {
        const socket = tls.connect({ host: "127.0.0.1", port, servername: HOST, ca: read(authorityFile) });
        socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
        socket.on("secureConnect", () => {
          socket.end();
          resolve("fine");
        });
      });
    } finally {
      server.close();
    }
  }

  const issued = (request: Partial<CertificateRequest>) => issueCertificate({ hosts: [HOST], ...request });

  it("hold for their hosts, wildcards too, for the days that were asked for", async () => {
    const certificate = await issued({ days: 3 });
    assert.equal(await met(certificate), "fine");
    const leftMilliseconds = certificate.notAfter.getTime() - Date.now();
    assert.equal(Math.round(leftMilliseconds / 86_400_000), 3);
    assert.equal(await met(await issued({ hosts: ["*.certified.test"] })), "fine");
  });

  it("have the fault that was asked for, and that one only", async () => {
    const faults = {
      CERT_HAS_EXPIRED: { expired: true },
      UNABLE_TO_VERIFY_LEAF_SIGNATURE: { untrusted: true },
      ERR_TLS_CERT_ALTNAME_INVALID: { hosts: ["other.certified.test"] },
    };
    for (const [code, request] of Object.entries(faults)) assert.equal(await met(await issued(request)), code);
  });

  it("are trusted by every command among the clients, and by nothing else", async () => {
    const print = "console.log(process.env.NODE_EXTRA_CA_CERTS, process.env.SSL_CERT_FILE)";
    const { stdout } = await execInClient([process.execPath, "-e", print], { stdio: "pipe" });
    const { clientsAuthority } = layoutOf();
    assert.equal(stdout.trim(), `${clientsAuthority} ${clientsAuthority}`);
    const cluster = fs.readFileSync(`${layoutOf().certificates}/ca.crt`, "utf8");
    assert.notEqual(fs.readFileSync(clientsAuthority, "utf8"), cluster, "the cluster's own authority is another");
  });

  it("are written into a Secret of the sandbox's cluster, again and again, and into no namespace that is not there", async () => {
    const objects = new Objects(sandbox, NAMESPACE);
    await objects.create("v1", "Namespace", NAMESPACE, {}, undefined);
    try {
      const secret = { namespace: NAMESPACE, name: "tls" };
      for (const expired of [true, false]) {
        const { certificateFile } = await issued({ secret, expired });
        const found = await objects.await("v1", "Secret", "tls", () => true);
        assert.equal(found.type, "kubernetes.io/tls");
        assert.equal(Buffer.from(found.data["tls.crt"], "base64").toString(), fs.readFileSync(certificateFile, "utf8"));
      }
    } finally {
      await objects.removeAll();
    }
    await assert.rejects(issued({ secret: { namespace: "nowhere", name: "tls" } }), (error) => {
      assert.ok(error instanceof SandboxError);
      assert.match(
        error.message,
        /^There is no namespace nowhere in the sandbox\. Make it first: kubectl create namespace nowhere\.$/,
      );
      return true;
    });
  });

  it("are written into no cluster that does not carry the sandbox's mark", async () => {
    const { markFile } = layoutOf();
    const nonce = fs.readFileSync(markFile, "utf8");
    fs.writeFileSync(markFile, "another");
    try {
      await assert.rejects(issued({ secret: { namespace: "default", name: "tls" } }), /does not carry the sandbox's mark/);
    } finally {
      fs.writeFileSync(markFile, nonce);
    }
  });

  it("are not made for what is no host", async () => {
    await assert.rejects(issued({ hosts: ["a b", HOST] }), /^SandboxError: found a b; allowed: host names such as/);
  });
});

import forge from "node-forge";
import { Authority, newKeyPair, validFor, type Signer, type Validity } from "../../sandbox/certificates";

/** An authority of a test, and servers' certificates signed by it. */
export class TestAuthority {
  private readonly authority = new Authority(forge);

  private constructor(
    /** As `--ca` takes it. */
    readonly pem: string,
    private readonly signer: Signer,
  ) {}

  static async make(): Promise<TestAuthority> {
    const keys = await newKeyPair();
    const commonName = "the test's own authority";
    const pem = new Authority(forge).certificate({ commonName }, keys);
    return new TestAuthority(pem, { commonName, privateKey: forge.pki.privateKeyFromPem(keys.privateKey) });
  }

  async server(names: string[], validity: Validity = validFor(90)): Promise<{ cert: string; key: string }> {
    const keys = await newKeyPair();
    const identity = { commonName: names[0]!, servedAs: names };
    return { cert: this.authority.certificate(identity, keys, this.signer, validity), key: keys.privateKey };
  }
}

const DAY_MILLISECONDS = 86_400_000;

/** From a month ago until so many days from now. */
export const untilDays = (days: number): Validity => ({
  notBefore: new Date(Date.now() - 30 * DAY_MILLISECONDS),
  notAfter: new Date(Date.now() + days * DAY_MILLISECONDS),
});

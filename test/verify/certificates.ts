import { Authority, validFor, type Validity } from "../../sandbox/authority";

/** An authority of a test, and servers' certificates signed by it. */
export class TestAuthority {
  private constructor(private readonly authority: Authority) {}

  static async make(): Promise<TestAuthority> {
    return new TestAuthority(await Authority.make("the test's own authority"));
  }

  /** As `--ca` takes it. */
  get pem(): string {
    return this.authority.certificate;
  }

  async server(names: string[], validity: Validity = validFor(90)): Promise<{ cert: string; key: string }> {
    const { certificate, privateKey } = await this.authority.issue({ commonName: names[0]!, servedAs: names }, validity);
    return { cert: certificate, key: privateKey };
  }
}

const DAY_MILLISECONDS = 86_400_000;

/** From a month ago until so many days from now. */
export const untilDays = (days: number): Validity => ({
  notBefore: new Date(Date.now() - 30 * DAY_MILLISECONDS),
  notAfter: new Date(Date.now() + days * DAY_MILLISECONDS),
});

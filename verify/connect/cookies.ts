interface Cookie {
  value: string;
  /** Milliseconds since the epoch; Infinity: as long as the client lives. */
  until: number;
}

/** What one client keeps of the cookies that it is given, and sends back to the same address, as a browser does (RFC 6265). */
export class CookieJar {
  private readonly cookies = new Map<string, Cookie>();
  /** Name of a cookie that is never sent back to this address -> why. */
  readonly unsent: Record<string, string> = {};

  constructor(private readonly url: Pick<URL, "hostname" | "pathname">) {}

  /** Keeps what an answer sets, each as its Set-Cookie says it. */
  keep(lines: string[], now = Date.now()): void {
    for (const line of lines) {
      const [pair = "", ...rest] = line.split(";");
      const [name, value] = halves(pair);
      if (name === "" || !pair.includes("=")) continue;
      const attributes = new Map(rest.map(halves).map(([key, text]) => [key.toLowerCase(), text]));
      const elsewhere = this.isElsewhere(attributes);
      if (elsewhere !== undefined) this.unsent[name] = elsewhere;
      else this.cookies.set(name, { value, until: endOf(attributes, now) });
    }
  }

  /** The header `cookie`; undefined where there is nothing to send. */
  header(now = Date.now()): string | undefined {
    const kept = [...this.cookies].filter(([, { until }]) => until > now);
    return kept.length === 0 ? undefined : kept.map(([name, { value }]) => `${name}=${value}`).join("; ");
  }

  private isElsewhere(attributes: Map<string, string>): string | undefined {
    const { hostname, pathname } = this.url;
    const domain = (attributes.get("domain") ?? "").replace(/^\./, "").toLowerCase();
    if (domain !== "" && domain !== hostname && !hostname.endsWith(`.${domain}`)) return `its Domain is ${domain}`;
    const path = attributes.get("path") ?? "";
    const isWithin = !path.startsWith("/") || pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
    return isWithin ? undefined : `its Path is ${path}`;
  }
}

function halves(text: string): [string, string] {
  const at = text.indexOf("=");
  return at < 0 ? [text.trim(), ""] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

/** Max-Age goes before Expires; a time that has passed takes the cookie away. */
function endOf(attributes: Map<string, string>, now: number): number {
  const age = attributes.get("max-age") ?? "";
  if (/^-?\d+$/.test(age)) return now + Number(age) * 1000;
  const expires = Date.parse(attributes.get("expires") ?? "");
  return Number.isNaN(expires) ? Infinity : expires;
}

/** The cookies of two headers; of the same name that of the second. */
export function joinCookies(first: string, second: string): string {
  const pairs = [first, second].flatMap((header) => header.split(";").map((pair) => pair.trim()));
  return [...new Map(pairs.filter((pair) => pair !== "").map((pair) => [halves(pair)[0], pair])).values()].join("; ");
}

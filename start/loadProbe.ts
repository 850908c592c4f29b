import * as http from "node:http";
import * as https from "node:https";

export interface LoadRequest {
  url: string;
  /** How many requests, spread over the sources in turn. */
  requests: number;
  /** Source addresses. Empty: whatever the system picks. */
  sources: string[];
}

/** Who answered one request. */
export interface Hit {
  source?: string;
  pod?: string;
  failed?: string;
}

const AT_ONCE = 10;
const REQUEST_MILLISECONDS = 5_000;

/** Each request has a connection of its own: a kept one would stay with its pod, whoever balances. */
export async function load({ url, requests, sources }: LoadRequest): Promise<Hit[]> {
  const hits: Hit[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < requests) {
      const source = sources[next++ % Math.max(sources.length, 1)];
      hits.push(await once(url, source));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return hits;
}

function once(url: string, source: string | undefined): Promise<Hit> {
  return new Promise((resolve) => {
    const get = url.startsWith("https:") ? https.get : http.get;
    const from = source === undefined ? {} : { source };
    const options = { agent: false, timeout: REQUEST_MILLISECONDS, ...(source === undefined ? {} : { localAddress: source }) };
    const request = get(url, options, (response) => {
      response.resume();
      const pod = response.headers["x-holdfast-pod"];
      if ((response.statusCode ?? 0) >= 400) resolve({ ...from, failed: `status ${response.statusCode}` });
      else resolve({ ...from, ...(typeof pod === "string" ? { pod } : {}) });
    });
    request.on("timeout", () => request.destroy(new Error("no answer came in time")));
    request.on("error", (error) => resolve({ ...from, failed: error.message }));
  });
}

/** `node loadProbe.ts <request as JSON>` prints who answered: so it can run in another network namespace. */
if (require.main === module) {
  void load(JSON.parse(process.argv[2]!) as LoadRequest).then((hits) => console.log(JSON.stringify(hits)));
}

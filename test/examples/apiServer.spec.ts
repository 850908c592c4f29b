import assert from "node:assert/strict";
import { ApiServer } from "../support/apiServer";
import { SANDBOX_HOOK_MILLISECONDS, sharedSandbox } from "../support/sandbox";
import { EXAMPLES, isSeed, seedObjects, stacksOf } from "./support";

/** What a current API server refuses of the classic texts; their pages say so. */
const REFUSED = ["chatpulse, seed-traefik: IngressRoute chatpulse"];

describe("the classic texts, given to a real API server", function () {
  let server: ApiServer;

  before(async function () {
    this.timeout(SANDBOX_HOOK_MILLISECONDS);
    server = new ApiServer((await sharedSandbox()).kubeconfig);
  });
  after(() => server?.close());

  /** The texts that bring whole manifests; the others name values only. */
  for (const example of EXAMPLES.filter((name) => ["mcp-server", "chatpulse"].includes(name))) {
    for (const stack of stacksOf(example).filter(isSeed)) {
      it(`${example}, ${stack}: are taken, but for what the page lists`, async () => {
        const refused: string[] = [];
        for (const object of seedObjects(example, stack)) {
          const namespace = object.kind === "Namespace" ? {} : { namespace: "default" };
          const tried = { ...object, metadata: { ...object.metadata, ...namespace } };
          const answer = (await server.serves(tried)) ? await server.dryRun(tried) : { status: 404, text: "no such kind" };
          if (answer.status >= 300) refused.push(`${example}, ${stack}: ${object.kind} ${object.metadata.name}`);
        }
        assert.deepEqual(
          refused,
          REFUSED.filter((line) => line.startsWith(`${example}, ${stack}:`)),
        );
      });
    }
  }

  it("are refused where a value is none, so that being taken means something", async () => {
    const [service] = seedObjects("mcp-server", "seed");
    const spoilt = structuredClone(service!) as unknown as {
      metadata: { namespace?: string };
      spec: { ports: { port: number }[] };
    };
    spoilt.metadata.namespace = "default";
    spoilt.spec.ports[0]!.port = 70_000;
    assert.equal((await server.dryRun(spoilt as never)).status, 422);
  });
});

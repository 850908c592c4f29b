import assert from "node:assert/strict";
import { ask } from "../../sandbox/kubelet/ask";
import { httpServer } from "../verify/support";

describe("the path of a probe in the sandbox", () => {
  it("may have a blank or any letter, as the API server takes it, and is asked for as the kubelet does", async () => {
    const paths: (string | undefined)[] = [];
    const { port, close } = await httpServer(({ url }, response) => {
      paths.push(url);
      response.writeHead(url?.startsWith("/sick") ? 500 : 200).end();
    });
    const asked = { container: { name: "web" }, address: "127.0.0.1", remark: () => {} };
    try {
      const answers: string[] = [];
      for (const path of ["/is it up", "/läuft/😀?x=a b", "/sick one"]) {
        answers.push(await ask({ httpGet: { path, port } }, asked));
      }
      assert.deepEqual(answers, ["success", "success", "failure"]);
      assert.deepEqual(paths, ["/is%20it%20up", "/l%C3%A4uft/%F0%9F%98%80?x=a%20b", "/sick%20one"]);
    } finally {
      await close();
    }
  });
});

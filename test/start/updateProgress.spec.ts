import assert from "node:assert/strict";
import { describeUpdateLine, explanationOf } from "../../start/updateProgress";

describe("the progress of an update", () => {
  for (const [line, text, lasting] of [
    ["Updating (dev):", "Updating (dev)", true],
    [
      " +  kubernetes:core/v1:Namespace chatpulse-namespace creating (0s) ",
      "+ Namespace chatpulse-namespace creating (0s)",
      false,
    ],
    [
      " +  kubernetes:core/v1:Namespace chatpulse-namespace created (0.05s) ",
      "+ Namespace chatpulse-namespace created (0.05s)",
      true,
    ],
    [
      " +  kubernetes:apps/v1:Deployment chatpulse-deployment creating (3s) [1/2] Waiting for pods",
      "+ Deployment chatpulse-deployment creating (3s) [1/2] Waiting for pods",
      false,
    ],
    [
      " ~  kubernetes:apps/v1:Deployment chatpulse-deployment updated (2s) [diff: ~spec]",
      "~ Deployment chatpulse-deployment updated (2s) [diff: ~spec]",
      true,
    ],
    [" +- kubernetes:core/v1:Service a replaced (2s) ", "+- Service a replaced (2s)", true],
    [" +  kubernetes:apps/v1:Deployment a creating (1s) error: boom", "+ Deployment a creating (1s) error: boom", true],
    [" +  kubernetes:apps/v1:Deployment a **creating failed** ", "+ Deployment a creating failed", true],
    [" +  holdfast:index:ConnectionService chatpulse create ", "+ ConnectionService chatpulse create", false],
    ["error: no such stack", "error: no such stack", true],
    ["    error: update failed", "error: update failed", true],
  ] as const) {
    it(`tells ${JSON.stringify(line)}`, () => {
      assert.deepEqual(describeUpdateLine(line), { text, lasting });
    });
  }

  it("tells nothing of what says nothing", () => {
    for (const line of ["", "@ updating.....", "Outputs:", "    services: {", "    pulumi:pulumi:Stack holdfast-dev  "]) {
      assert.equal(describeUpdateLine(line), undefined, line);
    }
  });

  it("explains a failure from its diagnostics on", () => {
    const output = "Updating (dev):\n@ updating....\n + a:b:C d creating\nDiagnostics:\n  C (d):\n    error: boom\n@ done\n";
    assert.equal(explanationOf(output), "Diagnostics:\n  C (d):\n    error: boom");
    const twice = `Previewing update (dev):\nPolicies:\n  good\n${output}`;
    assert.equal(explanationOf(twice), "Diagnostics:\n  C (d):\n    error: boom");
    assert.equal(explanationOf("Previewing update (dev):\nPolicies:\n  good\nUpdating (dev):\n + a"), "Updating (dev):\n + a");
    assert.equal(explanationOf("error: no project\n"), "error: no project");
  });
});

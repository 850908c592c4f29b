"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { reporters, Runner } = require("mocha");

const TEST = path.join(__dirname, "..");

/** The usual list, then what each part took, closed by one line that a person and a pipeline read alike. */
module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const parts = timeParts(runner);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures } = this.stats;
      // Whoever runs several of these side by side adds them up and says it once.
      const tally = process.env.HOLDFAST_TEST_TALLY;
      if (tally) fs.writeFileSync(tally, JSON.stringify({ passes, failures, parts: [...parts] }));
      else console.log(`${passes} passed, ${failures} failed`);
    });
  }
};

/** Room of test/ -> its seconds, hooks included. */
function timeParts(runner) {
  const parts = new Map();
  let started = 0;
  const isWhole = (suite) => suite.parent?.root === true;
  runner.on(Runner.constants.EVENT_SUITE_BEGIN, (suite) => {
    if (isWhole(suite)) started = performance.now();
  });
  runner.on(Runner.constants.EVENT_SUITE_END, (suite) => {
    if (!isWhole(suite)) return;
    const room = path.relative(TEST, suite.file ?? TEST);
    parts.set(room, (parts.get(room) ?? 0) + (performance.now() - started) / 1000);
  });
  return parts;
}

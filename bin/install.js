"use strict";
// Runs before every npm script that needs the dependencies, so that a fresh clone needs no step of its own.
const { execFileSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "..");
const stamp = path.join(root, "node_modules", ".holdfast-installed");
const wanted = createHash("sha256")
  .update(fs.readFileSync(path.join(root, "package-lock.json")))
  .digest("hex");

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const ok = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (ok) return;
  console.error(`Holdfast needs Node.js 22 (20.19 or newer also works); this is ${process.versions.node}.`);
  process.exit(2);
}

function installed() {
  return fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === wanted;
}

requireNode();
if (!installed()) {
  console.log("Installing the Node.js dependencies (about half a minute) ...");
  try {
    // Install scripts stay off: the SDKs' own would download plugins that the CLI fetches by itself where it can.
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      stdio: "inherit",
    });
    fs.writeFileSync(stamp, wanted);
  } catch (error) {
    console.error(
      `The dependencies could not be installed: npm ci ended with ${error.status ?? error.code}. Its own words stand above.`,
    );
    process.exit(1);
  }
}

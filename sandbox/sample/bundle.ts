import * as path from "node:path";
import { build } from "esbuild";

/** A ConfigMap holds 1 MiB; what stands beside the script in it needs room too. */
export const MAX_BUNDLE_BYTES = 900 * 1024;

/** The one-pod server with everything it needs in a single script, for a public Node.js image (20 or newer). */
export async function bundleSampleServer(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(__dirname, "single.ts")],
    bundle: true,
    minify: true,
    platform: "node",
    target: "node20",
    // ws asks for these two native helpers only where they are installed.
    external: ["bufferutil", "utf-8-validate"],
    write: false,
    logLevel: "silent",
  });
  const script = outputFiles[0]!.text;
  if (script.length > MAX_BUNDLE_BYTES) {
    throw new Error(`The sample server's script has ${script.length} bytes; a ConfigMap has room for ${MAX_BUNDLE_BYTES}.`);
  }
  return script;
}

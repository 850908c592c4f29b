import fs from "node:fs";
import path from "node:path";
import type { GoTool } from "../../../sandbox/tools/table";

/** What the fake `go` does when it is asked to build. */
export type Behaviour = "works" | "fails" | "no-space" | "writes-much" | "hangs-half-way";

const SCRIPT = `#!/bin/sh
echo "$*" >> "$FAKE_GO_LOG"
case "$1 $2" in
"env GOVERSION") printf '%s\\n%s\\n' "$FAKE_GO_VERSION" "$FAKE_GO_TOOLCHAIN"; exit 0 ;;
"mod download") echo '{"GoMod": "/fake/go.mod", "Dir": "'"$FAKE_GO_MODULE_DIRECTORY"'"}'; exit 0 ;;
"mod edit") echo '{"Go": "1.24.0", "Replace": [{"Old": {"Path": "example.org/a"}, "New": {"Path": "example.org/b", "Version": "v1.2.3"}}]}'; exit 0 ;;
esac
while [ "$1" != "-o" ]; do shift; done
case "$FAKE_GO" in
fails) i=1; while [ $i -le 30 ]; do echo "compiler line $i" >&2; i=$((i + 1)); done; exit 3 ;;
no-space) echo "link: write: no space left on device" >&2; exit 1 ;;
writes-much) dd if=/dev/zero of="$2" bs=1024 count=4096 || exit 1 ;;
hangs-half-way) echo half > "$2"; sleep 60 ;;
*) sleep 0.3; printf '#!/bin/sh\\necho version 1.2.3\\n' > "$2"; chmod +x "$2" ;;
esac
`;

/** A tool of which only the fake compiler knows. */
export const FAKE_TOOL: GoTool = {
  name: "fake",
  title: "a tool for the test",
  module: "example.org/fake",
  version: "v1.2.3",
  packages: {
    "example.org/fake/cmd/holdfast-fake-one": "holdfast-fake-one",
    "example.org/fake/cmd/holdfast-fake-two": "holdfast-fake-two",
  },
  usualSeconds: 1,
  versionArguments: ["--version"],
};

const SYSTEM_PATH = "/usr/bin:/bin";

/** Environment in which `go` is the fake one and the cache is empty. */
export function fakeGoEnvironment(
  directory: string,
  behaviour: Behaviour,
  version = "go1.26.0",
  toolchain = "local",
): Record<string, string> {
  const bin = path.join(directory, "bin");
  fs.mkdirSync(bin, { recursive: true });
  fs.writeFileSync(path.join(bin, "go"), SCRIPT, { mode: 0o755 });
  return {
    PATH: `${bin}:${path.dirname(process.execPath)}:${SYSTEM_PATH}`,
    XDG_CACHE_HOME: path.join(directory, "cache"),
    FAKE_GO: behaviour,
    FAKE_GO_LOG: path.join(directory, "calls.log"),
    FAKE_GO_VERSION: version,
    FAKE_GO_TOOLCHAIN: toolchain,
    FAKE_GO_MODULE_DIRECTORY: directory,
  };
}

/** How often the fake compiler was asked to build. */
export function buildCalls(directory: string): number {
  const log = path.join(directory, "calls.log");
  return fs.existsSync(log)
    ? fs
        .readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => line.startsWith("build")).length
    : 0;
}

/** Sets variables of this process for the time of `work`. */
export async function withEnvironment<T>(variables: Record<string, string>, work: () => T | Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}

/** The ports that the services of the classic examples listen on: ChatPulse and MCP 8080, a speech service 8000, MLflow 5000, MinIO 9000. */
const DEFAULT_PORTS = "8080,8000,5000,9000";

export interface Settings {
  ports: number[];
  /** Seconds over which the goodbyes are spread on SIGTERM. */
  drainSeconds: number;
}

/** Reads `HOLDFAST_SAMPLE_PORTS` and `HOLDFAST_SAMPLE_DRAIN_SECONDS`. Throws one error that names every wrong value. */
export function readSettings(environment: NodeJS.ProcessEnv, defaults: { drainSeconds: number }): Settings {
  const problems: string[] = [];
  const ports = (environment.HOLDFAST_SAMPLE_PORTS || DEFAULT_PORTS).split(",").map((text) => {
    const port = Number(text);
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      problems.push(
        `HOLDFAST_SAMPLE_PORTS has "${text.trim()}"; a port is a whole number from 1 to 65535, several are separated by commas`,
      );
    }
    return port;
  });
  const drainText = environment.HOLDFAST_SAMPLE_DRAIN_SECONDS;
  const drainSeconds = drainText ? Number(drainText) : defaults.drainSeconds;
  if (!(drainSeconds >= 0 && drainSeconds <= 3600)) {
    problems.push(`HOLDFAST_SAMPLE_DRAIN_SECONDS is "${drainText}"; it takes 0 to 3600 seconds`);
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return { ports, drainSeconds };
}

/** Drains on the first SIGTERM or SIGINT and exits 0; the second one does not wait. */
export function exitAfter(drain: () => Promise<void>): void {
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(1);
    stopping = true;
    void drain().then(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

/** A wrong setting or a taken port is the user's to mend: one sentence, no stack. */
export function fail(error: Error): never {
  console.error(error.message);
  process.exit(2);
}

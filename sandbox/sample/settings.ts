import * as fs from "node:fs";
import * as tls from "node:tls";
import type { PodCertificate } from "./server";

/** The ports that the services of the classic examples listen on: ChatPulse and MCP 8080, a speech service 8000, MLflow 5000, MinIO 9000. */
const DEFAULT_PORTS = "8080,8000,5000,9000";

export interface Settings {
  ports: number[];
  /** Seconds over which the goodbyes are spread on SIGTERM. */
  drainSeconds: number;
  /** Absent: it speaks no TLS. */
  certificate?: PodCertificate;
}

/**
 * Reads `HOLDFAST_SAMPLE_PORTS`, `HOLDFAST_SAMPLE_DRAIN_SECONDS`, and the files that `TLS_CERT_FILE` and `TLS_KEY_FILE` name. Throws one
 * error that names every wrong value.
 */
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
  const certificate = readCertificate(environment, problems);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return { ports, drainSeconds, ...(certificate && { certificate }) };
}

const TLS_FILES = ["TLS_CERT_FILE", "TLS_KEY_FILE"] as const;

/** Read once: who renews a certificate restarts the pods. */
function readCertificate(environment: NodeJS.ProcessEnv, problems: string[]): PodCertificate | undefined {
  const files = TLS_FILES.map((name) => environment[name] || undefined);
  if (files.every((file) => file === undefined)) return undefined;
  if (files.includes(undefined)) {
    problems.push(`of TLS_CERT_FILE and TLS_KEY_FILE only ${TLS_FILES[files[0] === undefined ? 1 : 0]} is set; TLS takes both`);
    return undefined;
  }
  try {
    const [cert, key] = files.map((file) => fs.readFileSync(file!)) as [Buffer, Buffer];
    tls.createSecureContext({ cert, key });
    return { cert, key };
  } catch (error) {
    problems.push(`TLS_CERT_FILE and TLS_KEY_FILE are no certificate with its key: ${(error as Error).message}`);
    return undefined;
  }
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

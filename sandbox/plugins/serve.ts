import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Stacks with many resources pass the 4 MiB that gRPC allows by default. */
const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/**
 * Serves one plugin on a free loopback port and prints the port, which is how the Pulumi CLI learns where to call.
 * `onOrphaned` runs when the CLI is gone; the process ends after it.
 */
export async function serve(
  service: grpc.ServiceDefinition,
  implementation: grpc.UntypedServiceImplementation,
  onOrphaned: () => void = () => undefined,
): Promise<void> {
  const server = new grpc.Server(unlimited);
  server.addService(service, implementation);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  process.stdout.write(`${port}\n`);
  exitWithParent(onOrphaned);
}

/** A killed CLI cannot stop its plugins; one that went on alone would still change the cluster behind the next `up`. */
function exitWithParent(onOrphaned: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid === parent) return;
    onOrphaned();
    process.exit(0);
  }, 500).unref();
}

/** Writes to the user through the engine, so that messages stand beside the resource they belong to. */
export class EngineLog {
  private client: EngineClient | undefined;
  private last = new Map<string, string>();

  connect(address: string | undefined): void {
    if (address) this.client = new EngineClient(address, grpc.credentials.createInsecure(), unlimited);
  }

  info(message: string, urn = ""): Promise<void> {
    return this.send(LogSeverity.INFO, message, urn, false);
  }

  warning(message: string, urn = ""): Promise<void> {
    return this.send(LogSeverity.WARNING, message, urn, false);
  }

  /** The line behind a running resource; an empty message clears it. A repeated message is sent once. */
  status(message: string, urn: string): void {
    if ((this.last.get(urn) ?? "") === message) return;
    this.last.set(urn, message);
    void this.send(LogSeverity.INFO, message, urn, true);
  }

  private send(severity: LogSeverity, message: string, urn: string, ephemeral: boolean): Promise<void> {
    const request = new LogRequest();
    request.setSeverity(severity);
    request.setMessage(message);
    request.setUrn(urn);
    request.setEphemeral(ephemeral);
    return new Promise((resolve) => {
      if (!this.client) return resolve();
      // A message that cannot be shown is no reason to fail the operation it is about.
      this.client.log(request, () => resolve());
    });
  }
}

type Unary<Request, Response> = (request: Request, call: grpc.ServerUnaryCall<Request, Response>) => Promise<Response> | Response;

/** Makes a gRPC handler of a function; what it throws reaches the user as its message, without a stack trace. */
export function unary<Request, Response>(run: Unary<Request, Response>): grpc.handleUnaryCall<Request, Response> {
  return async (call, callback) => {
    try {
      callback(null, await run(call.request, call));
    } catch (error) {
      const failure = error as Partial<grpc.ServiceError>;
      callback({ code: failure.code ?? grpc.status.UNKNOWN, details: String(failure.message), metadata: failure.metadata });
    }
  };
}

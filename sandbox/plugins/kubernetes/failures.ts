import * as grpc from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { type Json, type JsonObject, listAt, textAt, toStruct } from "./properties";

/** An answer of the API server that is not a success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly body: Json,
  ) {
    super(textAt(body, "message") || `the API server answered with HTTP status ${status}`);
  }

  /** AlreadyExists, Conflict, Invalid, NotFound ... */
  get reason(): string {
    return textAt(this.body, "reason");
  }

  /** Kind of what was not found: `namespaces` where the object's namespace is missing. Empty where the kind itself is unknown. */
  get missing(): string {
    return this.status === 404 ? textAt(this.body, "details", "kind") : "";
  }

  get isImmutableField(): boolean {
    return this.status === 422 && /immutable/.test(this.message);
  }

  get causes(): Json[] {
    return listAt(this.body, "details", "causes");
  }
}

/** The API server could not be reached for as long as the provider is willing to wait. */
export class Unreachable extends Error {}

/** The object exists but is not ready: the engine keeps it in the state together with the reasons. */
export class NotReady extends Error {
  constructor(
    message: string,
    readonly id: string,
    readonly properties: JsonObject,
    readonly reasons: string[],
    readonly inputs?: JsonObject,
  ) {
    super(message);
  }

  readonly code = grpc.status.UNKNOWN;

  /** gRPC for Node.js carries details of an error only in this header. */
  get metadata(): grpc.Metadata {
    const detail = new ErrorResourceInitFailed();
    detail.setId(this.id);
    detail.setProperties(toStruct(this.properties));
    detail.setReasonsList(this.reasons);
    if (this.inputs) detail.setInputs(toStruct(this.inputs));
    const wrapped = new Any();
    wrapped.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status();
    status.setCode(this.code);
    status.setMessage(this.message);
    status.addDetails(wrapped);
    const metadata = new grpc.Metadata();
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
    return metadata;
  }
}

/** What a refusal of the API server means and how to go on. Field names stand in it, values of fields never do. */
export function explain(error: unknown, object: string): Error {
  if (!(error instanceof ApiError)) return error as Error;
  if (error.status === 409 && error.causes.some((cause) => textAt(cause, "reason") === "FieldManagerConflict")) {
    const fields = error.causes.map((cause) => `  ${textAt(cause, "field")}: ${textAt(cause, "message")}`);
    return new Error(
      `${object} has fields that someone else manages:\n${fields.join("\n")}\n` +
        'Leave them out of the program (or list them in ignoreChanges), or take them over with the annotation pulumi.com/patchForce: "true".',
    );
  }
  const strange = [...error.message.matchAll(/(\.[^\s:]+): field not declared in schema|unknown field "([^"]+)"/g)];
  if (strange.length > 0) {
    const fields = strange.map(([, applied, posted]) => (applied ?? posted ?? "").replace(/^\./, ""));
    return new Error(
      `${object} has fields that Kubernetes does not know: ${fields.join(", ")}. Correct their names or remove them.`,
    );
  }
  // The API server quotes what it refuses; of a Secret that may be the secret. What it forbids or does not find it only names.
  if (object.startsWith("Secret ") && ![403, 404, 409].includes(error.status)) {
    const fields = error.causes.map((cause) => textAt(cause, "field")).filter((field) => field !== "");
    const where = fields.length > 0 ? ` for ${fields.join(", ")}` : "";
    const reason = error.reason || `HTTP status ${error.status}`;
    return new Error(
      `${object}: the API server refuses it (${reason})${where}. Its own words are left out here, for they quote values.`,
    );
  }
  return new Error(`${object}: ${error.message}`);
}

import * as pulumi from "@pulumi/pulumi";

/**
 * The refusal of a value that is known only while the engine works. On its way the runtime puts the names of outputs in front of such a
 * message, and shows the stack of what fails after the program's end; neither tells a user anything.
 */
export function lateRefusal(message: string): pulumi.RunError {
  const error = new pulumi.RunError(message);
  Object.defineProperty(error, "message", { get: () => message, set: () => {} });
  error.stack = undefined;
  return error;
}

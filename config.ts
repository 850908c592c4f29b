import * as pulumi from "@pulumi/pulumi";
import { formatProblems, type Problem } from "./compile/check/problem";
import { missingSecrets } from "./compile/check/stackRules";
import { parseStack, type ExaminedService } from "./compile/parse";
import { CONFIG_PREFIX, rawStack } from "./compile/rawStack";
import { SHORTEST_ROLLOUT_KEY_CHARACTERS } from "./compile/secret";
import type { Stack } from "./compile/stack";

/** The whole configuration of the running stack, checked. */
export interface Settings {
  stack: Stack;
  /** Its services with what they become and how they keep their promises. */
  examined: ExaminedService[];
  /** What the owner of the stack should know, although nothing is wrong. */
  warnings: string[];
  /** The value of `holdfast:secrets.<service>.<key>`. */
  secretValue(service: string, key: string): pulumi.Output<string>;
  /** The kubeconfig, where it stands encrypted in `holdfast:cluster.kubeconfig`. */
  kubeconfig?: pulumi.Output<string>;
}

type Secrets = Record<string, Record<string, string>>;

/** What stands in for a value that was encrypted, so that no check and no message can show it. */
const ENCRYPTED = { secure: "" };

/**
 * Reads and checks all of the stack's configuration.
 *
 * @throws {pulumi.RunError} one that lists every problem, each with its place and the way out.
 */
export function loadConfig(): Settings {
  const config = readConfig();
  const secrets = (config["holdfast:secrets"] ?? {}) as Secrets;
  const { kubeconfig } = (config["holdfast:cluster"] ?? {}) as { kubeconfig?: string };
  const misplaced = misplacedSecrets(config);
  if (misplaced.length > 0) throw refusal(misplaced);
  const parsed = parseStack(rawStack(withoutSecretValues(config)));
  if (parsed.problems !== undefined) throw refusal(parsed.problems);
  const unfit = [...missingSecrets(parsed.stack), ...guessableKeys(parsed.stack, secrets)];
  if (unfit.length > 0) throw refusal(unfit);
  return {
    stack: parsed.stack,
    examined: parsed.examined,
    warnings: parsed.warnings,
    secretValue: (service, key) => pulumi.secret(secrets[service]![key]!),
    ...(kubeconfig === undefined ? {} : { kubeconfig: pulumi.secret(kubeconfig) }),
  };
}

/** Keys under which the checksum on the pods would tell a value to whoever tries enough of them. Never shown. */
function guessableKeys({ services }: Stack, stored: Secrets): Problem[] {
  return services.flatMap(({ name, secrets }) => {
    const key = secrets?.rolloutKey;
    const found = key === undefined ? undefined : stored[name]?.[key];
    if (found === undefined || found.length >= SHORTEST_ROLLOUT_KEY_CHARACTERS) return [];
    const message =
      `found ${found.length} characters; allowed: at least ${SHORTEST_ROLLOUT_KEY_CHARACTERS}, random ones, or the secrets could be guessed from the pods' annotation. ` +
      `Set it with: openssl rand -base64 32 | pulumi config set --secret --path 'holdfast:secrets.${name}.${key}'`;
    return [{ path: `secrets.${name}.${key}`, message }];
  });
}

function refusal(problems: Problem[]): pulumi.RunError {
  return new pulumi.RunError(formatProblems(problems, `Pulumi.${pulumi.getStack()}.yaml`));
}

/** The CLI hands blocks and lists over as JSON text, with secrets decrypted. */
function readConfig(): Record<string, unknown> {
  const ours = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(CONFIG_PREFIX));
  return Object.fromEntries(ours.map(([key, text]) => [key, fromJson(text)]));
}

function fromJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The only blocks whose encrypted values stay so. What stands in any other goes into objects as it is. */
const MAY_BE_ENCRYPTED = ["holdfast:secrets", "holdfast:cluster"];

/** Told alone and before everything else, because the other messages show what they found. */
function misplacedSecrets(config: Record<string, unknown>): Problem[] {
  const message =
    "found an encrypted value in it, which would stand in plain text in the cluster and in the state; allowed: plain values only. " +
    "Set it at holdfast:secrets.<service>.<variable>, and name the variable in secrets.keys of the service (source: pulumi).";
  return Object.keys(config)
    .filter((key) => isSecret(key) && !MAY_BE_ENCRYPTED.includes(key))
    .map((key) => ({ path: key.slice(CONFIG_PREFIX.length), message }));
}

/** Puts a mark in place of each decrypted value. What was not encrypted stays, and is found as a problem. */
function withoutSecretValues(config: Record<string, unknown>): Record<string, unknown> {
  const hidden = { ...config };
  if (isSecret("holdfast:secrets") && "holdfast:secrets" in config) hidden["holdfast:secrets"] = hide(config["holdfast:secrets"]);
  const cluster = config["holdfast:cluster"];
  if (isSecret("holdfast:cluster")) hidden["holdfast:cluster"] = isBlock(cluster) ? hideKubeconfig(cluster) : "[secret]";
  return hidden;
}

function hide(value: unknown): unknown {
  if (!isBlock(value)) return ENCRYPTED;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hide(inner)]));
}

function hideKubeconfig(cluster: Record<string, unknown>): Record<string, unknown> {
  return "kubeconfig" in cluster ? { ...cluster, kubeconfig: ENCRYPTED } : cluster;
}

function isBlock(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The SDK knows which keys hold a secret; its typings leave the function out. */
function isSecret(key: string): boolean {
  return (pulumi.runtime as unknown as { isConfigSecret(key: string): boolean }).isConfigSecret(key);
}

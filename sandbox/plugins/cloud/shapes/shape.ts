import type { JsonObject } from "../../kubernetes/properties";
import type { World } from "../world";

/** What is known of one thing while it is made. */
export interface Making {
  /** The logical name. */
  name: string;
  /** A number that nothing else of this cloud has. */
  number: number;
  /** What the provider was configured with. */
  configuration: JsonObject;
  world: World;
}

/** What a resource of a cloud looks like once it is there. */
export interface Shape {
  id(inputs: JsonObject, making: Making): string;
  /** Beside the inputs. */
  outputs(inputs: JsonObject, making: Making): JsonObject;
  /** Properties that a change of which makes another one. */
  replacedFor?: string[];
  /** The property that holds its name in the cloud; two cannot have the same, so the old one goes first. */
  named?: string;
  /** Why it is not finished yet; undefined when it is. Asked again and again. */
  waitsFor?(inputs: JsonObject, making: Making): string | undefined;
}

/** One cloud: its resources by type token, its functions by token, and how it words its refusals. */
export interface Shapes {
  /** The package, as it stands in type tokens. */
  name: "aws" | "azure-native" | "gcp";
  version: string;
  resources: Record<string, Shape>;
  functions: Record<string, (args: JsonObject, configuration: JsonObject, world: World) => JsonObject>;
  words: Record<"throttled" | "quota" | "denied", string>;
}

/** A resource that nothing reads anything from but its id. */
export function plainShape(replacedFor: string[] = []): Shape {
  return { id: (_inputs, { name, number }) => `${name}-${number}`, outputs: () => ({}), replacedFor };
}

export const text = (value: unknown): string => (typeof value === "string" ? value : "");

export const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === "string") : []);

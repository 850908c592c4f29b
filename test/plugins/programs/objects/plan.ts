import type { CustomResourceOptions } from "@pulumi/pulumi";

/** One resource of a test: an object as YAML would have it, and the options that matter here. */
export interface Wanted {
  name: string;
  object: { apiVersion: string; kind: string; [key: string]: unknown };
  options?: CustomResourceOptions;
  /** Names of resources that come first. */
  after?: string[];
  /** Read an existing object of this id in place of creating one. */
  get?: string;
}

/** What the program reads from the file in HOLDFAST_TEST_PLAN. */
export interface Plan {
  provider?: Record<string, string | boolean>;
  resources: Wanted[];
}

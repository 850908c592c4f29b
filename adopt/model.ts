import type { Problem } from "../compile/check/problem";
import type { KubernetesObject } from "../path/objects";

/** One object of the manifests, and where it stands. */
export interface Found {
  object: KubernetesObject;
  /** `k8s/deployment.yaml:1`. */
  from: string;
}

/** Something of the manifests that is not in the stack file. */
export interface Left {
  /** `Secret chat/chat-tls`, or a part of an object. */
  what: string;
  from: string;
  /** Why, and what becomes of it. */
  why: string;
}

/** Why a key of the stack file is as it is. */
export interface Decision {
  at: (string | number)[];
  why: string;
}

/** What a change does to what runs. */
export type Effect = "none" | "restarts pods" | "may cut connections";

/** One field that will be another after the first `pulumi up`. */
export interface Change {
  /** `Deployment chat/chat`. */
  object: string;
  /** `spec.replicas`; empty where the whole object is meant. */
  field: string;
  /** Undefined: not there before. */
  from: unknown;
  /** Undefined: not there afterwards. */
  to: unknown;
  why: string;
  effect: Effect;
}

/** An object that is there already, as Pulumi is to know it. */
export interface ImportId {
  type: string;
  /** The logical name, which is the last part of its URN. */
  name: string;
  /** Name of the component it hangs below. */
  parent: string;
  id: string;
}

/** A secret value to set by hand: it is never copied. */
export interface SecretValue {
  service: string;
  key: string;
  namespace: string;
  /** The Secret that has it now. */
  secret: string;
}

export interface Imported {
  /** The text of `Pulumi.<stack>.yaml`. */
  stackFile: string;
  changes: Change[];
  left: Left[];
  ids: ImportId[];
  secrets: SecretValue[];
  warnings: string[];
  /** What the stack file's own check still says against it; empty where it can be deployed. */
  problems: Problem[];
}

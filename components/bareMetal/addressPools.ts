import * as pulumi from "@pulumi/pulumi";
import { compilePools } from "../../compile";
import type { Surroundings } from "../../compile/stack";
import { registerObjects } from "../kubernetesObject";

/** The address pools of the stack and their announcements. Every service that takes an address depends on them. */
export class AddressPools extends pulumi.ComponentResource {
  constructor(name: string, args: { surroundings: Surroundings }, options: pulumi.ComponentResourceOptions = {}) {
    super("holdfast:index:AddressPools", name, {}, options);
    registerObjects(name, compilePools(args.surroundings), noHoles, { parent: this, dependsOn: options.dependsOn });
    this.registerOutputs({});
  }
}

function noHoles(): never {
  throw new Error("an address pool has no values that are known later");
}

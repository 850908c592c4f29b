import * as pulumi from "@pulumi/pulumi";
import { compilePools } from "../../compile";
import type { Surroundings } from "../../compile/stack";
import { noHoles, registerObjects } from "../kubernetesObject";

/**
 * The addresses of a LAN: the pools out of which MetalLB gives the ones that entries pin, and their announcements. Every service that
 * takes an address depends on them. The pin itself stands in the entry's own object.
 */
export class AddressPools extends pulumi.ComponentResource {
  constructor(name: string, args: { surroundings: Surroundings }, options: pulumi.ComponentResourceOptions = {}) {
    super("holdfast:index:AddressPools", name, {}, options);
    registerObjects(name, compilePools(args.surroundings), noHoles, { parent: this, dependsOn: options.dependsOn });
    this.registerOutputs({});
  }
}

import * as pulumi from "@pulumi/pulumi";
import { compileIssuer } from "../../compile/edge/stack";
import type { Surroundings } from "../../compile/stack";
import { noHoles, registerObjects } from "../kubernetesObject";

/**
 * Whoever signs certificates where no cloud does: the issuer of cert-manager, by ACME or by a CA of one's own, where the stack makes
 * it. The Certificate that asks it stands beside its entry's own object.
 */
export class CertificateAuthority extends pulumi.ComponentResource {
  constructor(name: string, args: { surroundings: Surroundings }, options: pulumi.ComponentResourceOptions = {}) {
    super("holdfast:index:CertificateAuthority", name, {}, options);
    registerObjects(name, compileIssuer(args.surroundings), noHoles, { parent: this, dependsOn: options.dependsOn });
    this.registerOutputs({});
  }
}

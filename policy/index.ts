import { PolicyPack } from "@pulumi/policy";
import { packPolicies } from "./pack";

new PolicyPack("holdfast", { policies: packPolicies(), enforcementLevel: "mandatory" });

import { PolicyPack } from "@pulumi/policy";
import { packPolicies } from "./pack";
import { unpackWhatIsRead } from "./requests";

const policies = packPolicies();
const enforcementLevel = "mandatory";
unpackWhatIsRead(policies, enforcementLevel);
new PolicyPack("holdfast", { policies, enforcementLevel });

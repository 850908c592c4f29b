import * as aws from "@pulumi/aws";
import * as azure from "@pulumi/azure-native";
import * as gcp from "@pulumi/gcp";
import * as k8s from "@pulumi/kubernetes";

const provider = new k8s.Provider("cluster", { context: "holdfast-sandbox" });
new k8s.core.v1.Namespace("usual", { metadata: { name: "bench-usual" } }, { provider });
export const clouds = [typeof aws.lb, typeof azure.network, typeof gcp.compute];

"use strict";
const fs = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const { CustomResource } = require("@pulumi/kubernetes/apiextensions/customResource");
const { Deployment } = require("@pulumi/kubernetes/apps/v1/deployment");
const { HorizontalPodAutoscaler } = require("@pulumi/kubernetes/autoscaling/v2/horizontalPodAutoscaler");
const { ConfigMap } = require("@pulumi/kubernetes/core/v1/configMap");
const { Namespace } = require("@pulumi/kubernetes/core/v1/namespace");
const { Service } = require("@pulumi/kubernetes/core/v1/service");
const { Ingress } = require("@pulumi/kubernetes/networking/v1/ingress");
const { PodDisruptionBudget } = require("@pulumi/kubernetes/policy/v1/podDisruptionBudget");
const { Provider } = require("@pulumi/kubernetes/provider");

const CLASSES = { ConfigMap, Deployment, HorizontalPodAutoscaler, Ingress, Namespace, PodDisruptionBudget, Service };

const provider = new Provider("cluster", { context: "holdfast-sandbox" });
const file = new pulumi.Config().require("objects");
const registered = new Map();
for (const { name, object, after } of JSON.parse(fs.readFileSync(file, "utf8"))) {
  const Class = CLASSES[object.kind] ?? CustomResource;
  const dependsOn = after.map((earlier) => registered.get(earlier));
  registered.set(name, new Class(name, object, { provider, dependsOn }));
}

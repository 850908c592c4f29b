import * as pulumi from "@pulumi/pulumi";

/** What `HOLDFAST_TEST_BREAK` may say, and what it does to the object it names. */
const BREAKS: Record<string, { resource: string; break: (props: Props) => void }> = {
  "cookie of 60 s": {
    resource: "chatpulse-ingress-nginx-ingress",
    break: ({ metadata }) => (metadata.annotations!["nginx.ingress.kubernetes.io/session-cookie-max-age"] = "60"),
  },
  "cookie of 60 s, known only to the update": {
    resource: "chatpulse-ingress-nginx-ingress",
    break: ({ metadata }) => {
      metadata.annotations!["nginx.ingress.kubernetes.io/session-cookie-max-age"] = pulumi.output(
        pulumi.runtime.isDryRun() ? (pulumi.unknown as unknown as string) : "60",
      );
    },
  },
  "timeout with a unit": {
    resource: "chatpulse-ingress-nginx-ingress",
    break: ({ metadata }) => (metadata.annotations!["nginx.ingress.kubernetes.io/proxy-read-timeout"] = "3600s"),
  },
  "ClientIP only": {
    resource: "chatpulse-ingress-nginx-ingress",
    break: ({ metadata }) => delete metadata.annotations!["nginx.ingress.kubernetes.io/affinity"],
  },
  "budget of another workload": {
    resource: "chatpulse-pod-disruption-budget",
    break: ({ spec }) => (spec!.selector = { matchLabels: { app: "somebody-else" } }),
  },
};

interface Props {
  metadata: { annotations?: Record<string, pulumi.Input<string>> };
  spec?: Record<string, unknown>;
}

const broken = BREAKS[process.env.HOLDFAST_TEST_BREAK ?? ""];

pulumi.runtime.registerStackTransformation(({ name, props, opts }) => {
  if (broken?.resource === name) broken.break(props as Props);
  return { props, opts };
});

// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would run before the transformation is there
module.exports = require("../../../../index");

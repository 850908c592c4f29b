import { rawStackWith, type Block } from "../compile/stacks";

/** An ML platform: two services with pinned addresses, one that consumes them, one consumer outside, one endpoint outside. */
export function platformStack(change: { trainer?: Block; mlflow?: Block; minio?: Block; top?: Block } = {}): Block {
  const image = "registry.example.com/app:1";
  const metallb = { kind: "metallb", pool: "lan" };
  return rawStackWith(
    {},
    { controllers: { metallb: "0.15.2" } },
    {
      endpoints: { archive: { url: "https://archive.example.com/models", formerly: ["10.9.9.9"] } },
      consumers: [{ name: "seldon", namespace: "seldon-system", environment: { MLFLOW_TRACKING_URI: "mlflow" } }],
      services: [
        {
          name: "trainer",
          image,
          port: 8000,
          consumes: {
            MLFLOW_TRACKING_URI: "mlflow",
            MLFLOW_S3_ENDPOINT_URL: { endpoint: "minio", format: "url" },
            AWS_S3_ENDPOINT: { endpoint: "minio", format: "host-port" },
            ARCHIVE_HOST: { endpoint: "archive", format: "host" },
          },
          entries: [],
          ...change.trainer,
        },
        {
          name: "mlflow",
          image,
          port: 5000,
          protocol: "http-stream",
          endpoints: { mlflow: { formerly: ["192.168.1.105:30800"] } },
          entries: [{ ...metallb, address: "192.168.1.207", port: 5000 }],
          ...change.mlflow,
        },
        {
          name: "minio",
          image,
          port: 9000,
          protocol: "http-stream",
          entries: [{ ...metallb, address: "192.168.1.200", port: 9000 }],
          ...change.minio,
        },
      ],
      ...change.top,
    },
  );
}

const NLB = { kind: "aws-nlb", port: 9000 };

/** Two services on AWS, the first of which consumes what a load balancer gives to the second. */
export function cloudStack(change: { first?: Block; second?: Block } = {}): Block {
  const image = "registry.example.com/app:1";
  return {
    platform: "aws",
    environment: "development",
    cluster: {
      context: "lab",
      kubernetesVersion: "1.36",
      kubeProxyMode: "nftables",
      nodeConntrackEstablishedSeconds: 86_400,
      controllers: { "aws-load-balancer-controller": "3.5.0" },
    },
    services: [
      {
        name: "trainer",
        image,
        port: 8000,
        consumes: { S3: "minio", S3_PORT: { endpoint: "minio", format: "port" } },
        entries: [],
        ...change.first,
      },
      {
        name: "minio",
        image,
        port: 9000,
        protocol: "http-stream",
        promise: { affinity: { mode: "none" } },
        entries: [NLB],
        ...change.second,
      },
    ],
  };
}

type Block = Record<string, unknown>;

const SUBNETS = ["subnet-0a1b2c3d4e5f60718", "subnet-1b2c3d4e5f6071829"];

const service = (entries: Block[]): Block => ({
  name: "chat",
  image: "registry.example.com/chat:1.8.2",
  port: 8080,
  protocol: "websocket",
  scaling: { min: 3, max: 6, cpuPercent: 70 },
  entries,
});

/** One service on each cloud, with everything that the cloud adds to its ways in. In development, so that a test may take it away. */
export const STACKS = {
  aws: {
    "holdfast:platform": "aws",
    "holdfast:environment": "development",
    "holdfast:aws": { accountId: "123456789012", region: "us-east-1" },
    "holdfast:dnsZone": { name: "example.com", mode: "create" },
    "holdfast:services": [
      service([
        { kind: "aws-alb", host: "chat.example.com", certificate: { mode: "create" }, dns: {}, subnets: SUBNETS },
        {
          kind: "aws-nlb",
          port: 8443,
          host: "tcp.example.com",
          staticIp: { mode: "create" },
          dns: {},
          subnets: SUBNETS,
          allowedRanges: ["203.0.113.0/24"],
        },
      ]),
    ],
  },
  "azure-native": {
    "holdfast:platform": "azure",
    "holdfast:environment": "development",
    "holdfast:azure": {
      subscriptionId: "6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44",
      region: "westeurope",
      resourceGroup: "chat-edges",
      clusterPrincipalId: "1b2c3d4e-9d0f-4d5e-8f3a-0c2f6b1e7d44",
    },
    "holdfast:dnsZone": { name: "example.com", mode: "create" },
    "holdfast:services": [
      service([
        {
          kind: "azure-lb",
          port: 8443,
          host: "chat.example.com",
          dnsLabel: "chat",
          staticIp: { mode: "create" },
          dns: { ttlSeconds: 120 },
          allowedRanges: ["203.0.113.0/24"],
        },
      ]),
    ],
  },
  gcp: {
    "holdfast:platform": "gcp",
    "holdfast:environment": "development",
    "holdfast:gcp": { project: "chat-prod-1", region: "europe-west4" },
    "holdfast:dnsZone": { name: "example.com", mode: "create" },
    "holdfast:services": [
      service([
        {
          kind: "gcp-lb",
          port: 8443,
          host: "chat.example.com",
          staticIp: { mode: "create" },
          dns: { ttlSeconds: 120 },
          allowedRanges: ["203.0.113.0/24"],
        },
      ]),
    ],
  },
} as const;

/** What keeps the address of each cloud. */
export const ADDRESS_TYPES = {
  aws: "aws:ec2/eip:Eip",
  "azure-native": "azure-native:network:PublicIPAddress",
  gcp: "gcp:compute/address:Address",
} as const;

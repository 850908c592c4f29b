import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/kubernetes/provider";
import { parseStack } from "../../../compile/parse";
import { ConnectionService, type EntryOutput } from "../../../components/connectionService";
import { createEdges, type Edges } from "../../../components/edges";
import { allVerified, connectCloud } from "../../../components/edges/connect";
import { runMocked, type Answer, type MockRun, type Registered } from "../mockEngine";

export type Block = Record<string, unknown>;

/** What each cloud is, and where a stack of it runs. */
export const CLOUDS = {
  aws: { aws: { accountId: "123456789012", region: "us-east-1", tags: { team: "chat" } } },
  azure: {
    azure: {
      subscriptionId: "6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44",
      region: "westeurope",
      resourceGroup: "chat-edges",
      tags: { team: "chat" },
    },
  },
  gcp: { gcp: { project: "chat-prod-1", region: "europe-west4", labels: { team: "chat" } } },
  "bare-metal": { bareMetal: { addressPools: [{ name: "lan", addresses: ["192.168.1.200-192.168.1.220"] }] } },
} as const;

export type CloudName = keyof typeof CLOUDS;

/** A production stack of one service with these entries, as a user writes it. */
export function rawStack(cloud: CloudName, entries: Block[], top: Block = {}, service: Block = {}): Block {
  return {
    platform: cloud,
    environment: "production",
    cluster: {
      context: "prod",
      uid: "6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44",
      kubernetesVersion: "1.36.0",
      kubeProxyMode: "iptables",
      nodeConntrackEstablishedSeconds: 86400,
      controllers: { "aws-load-balancer-controller": "3.5.0", "ingress-nginx": "1.15.1", metallb: "0.15.2" },
      inFront: [],
    },
    dnsZone: "example.com",
    ...CLOUDS[cloud],
    services: [
      { name: "chat", image: "registry.example.com/chat:1.8.2", port: 8080, scaling: { min: 2, max: 4 }, entries, ...service },
    ],
    ...top,
  };
}

/** What a cloud and a cluster answer with once something is there. */
const state = ({ type, inputs }: pulumi.runtime.MockResourceArgs): Block => {
  const name = (inputs as { metadata?: { annotations?: Block } }).metadata?.annotations ?? {};
  const isAws = Object.keys(name).some((key) => key.includes("alb.ingress") || key.includes("aws-load-balancer"));
  const found = isAws ? { hostname: "chat-1.elb.us-east-1.amazonaws.com" } : { ip: "203.0.113.7" };
  if (/:(Service|Ingress)$/.test(type)) return { status: { loadBalancer: { ingress: [found] } } };
  if (type.endsWith(":Gateway")) return { status: { addresses: [{ type: "IPAddress", value: "203.0.113.8" }] } };
  const domains = (inputs as { domainName?: string; subjectAlternativeNames?: string[] }) ?? {};
  switch (type) {
    case "aws:acm/certificate:Certificate":
      return {
        arn: "arn:aws:acm:us-east-1:123456789012:certificate/new",
        // In another order than asked for, and one for each name: a wildcard's record is that of the name above it.
        domainValidationOptions: [domains.domainName!, ...(domains.subjectAlternativeNames ?? [])]
          .reverse()
          .map((domainName) => ({
            domainName,
            resourceRecordName: `_proof.${domainName.replace(/^\*\./, "")}.`,
            resourceRecordType: "CNAME",
            resourceRecordValue: `_value-of-${domainName.replace(/^\*\./, "")}.acm-validations.aws.`,
          })),
      };
    case "aws:route53/record:Record":
      return { fqdn: `fqdn of ${String((inputs as Block).name)}` };
    case "aws:ec2/eip:Eip":
      return { allocationId: `eipalloc-of-${String((inputs as { tags: Block }).tags.Name)}` };
    case "aws:route53/zone:Zone":
      return { zoneId: "ZMADE", nameServers: ["ns-1.example.net"] };
    case "azure-native:network:PublicIPAddress":
      return { ipAddress: "203.0.113.9" };
    case "gcp:compute/address:Address":
    case "gcp:compute/globalAddress:GlobalAddress":
      return { address: "203.0.113.10" };
    case "gcp:certificatemanager/dnsAuthorization:DnsAuthorization":
      return {
        dnsResourceRecords: [{ name: `_acme.${String((inputs as Block).domain)}.`, type: "CNAME", data: "proof.google." }],
      };
    default:
      return {};
  }
};

const answer =
  (own: Block): Answer =>
  (token, inputs) => {
    const known: Record<string, Block> = {
      "aws:index/getCallerIdentity:getCallerIdentity": { accountId: "123456789012" },
      "aws:route53/getZone:getZone": { zoneId: "ZFOUND" },
      "aws:lb/getHostedZoneId:getHostedZoneId": { id: `zone of ${String(inputs.loadBalancerType)}` },
      "aws:acm/getCertificate:getCertificate": { arn: `arn found for ${String(inputs.domain)}` },
      "azure-native:authorization:getClientConfig": { subscriptionId: "6f0c1a52-9d0f-4d5e-8f3a-0c2f6b1e7d44" },
      "azure-native:dns:getZone": { name: inputs.zoneName },
      "gcp:organizations/getProject:getProject": { projectId: "chat-prod-1" },
      "gcp:dns/getManagedZones:getManagedZones": {
        managedZones: [
          { name: "private", dnsName: "example.com.", visibility: "private" },
          { name: "example-com", dnsName: "example.com.", visibility: "public" },
        ],
      },
    };
    return { ...known, ...own }[token] as Block | undefined;
  };

export interface EdgeRun extends MockRun {
  entries: pulumi.Unwrap<EntryOutput[]>;
  nameServers: string[] | undefined;
  /** Type and name of what is neither of Kubernetes nor a component. */
  ofCloud: string[];
  inputs(name: string): Block;
  /** Names of all that a resource waits for. */
  waitsFor(name: string): Promise<string[]>;
}

/**
 * What a stack is refused with by its cloud, and the names of what was registered all the same. Mocks swallow what an `apply` throws,
 * so the refused value is asked itself.
 */
export async function refusalOf(
  raw: Block,
  answers: Block,
  asked: (edges: Edges) => pulumi.Input<unknown> = ({ cloud }) => cloud!.verified,
): Promise<{ error: unknown; names: string[] }> {
  const { stack, examined } = parsedStack(raw);
  let error: unknown;
  const { resources } = await runMocked(
    async () => {
      const provider = new Provider("cluster", {});
      const cloud = connectCloud(stack);
      const allowed = pulumi.output(allVerified([], cloud)) as pulumi.Output<pulumi.Resource[]>;
      const edges = createEdges(stack, cloud, { provider, dependsOn: allowed });
      new ConnectionService("chat", { service: examined[0]!, surroundings: stack, edges }, { provider, dependsOn: allowed });
      const wanted = pulumi.output(asked(edges)) as unknown as { promise(): Promise<unknown> };
      error = await wanted.promise().catch((found: unknown) => found);
    },
    state,
    answer(answers),
  );
  return { error, names: resources.map(({ name }) => name) };
}

/** The stack, checked. */
export function parsedStack(raw: Block) {
  const parsed = parseStack(raw);
  assert.ok(parsed.problems === undefined, JSON.stringify(parsed.problems, undefined, 1));
  return parsed;
}

/** Registers a stack as the program does. */
export async function run(raw: Block, answers: Block = {}): Promise<EdgeRun> {
  const { stack, examined } = parsedStack(raw);
  let component!: ConnectionService;
  let nameServers: pulumi.Output<string[]> | undefined;
  const mocked = await runMocked(
    () => {
      const provider = new Provider("cluster", {});
      const cloud = connectCloud(stack);
      const allowed = pulumi.output(allVerified([], cloud)) as pulumi.Output<pulumi.Resource[]>;
      const edges = createEdges(stack, cloud, { provider, dependsOn: allowed });
      nameServers = edges.nameServers;
      const dependsOn = allowed.apply((guards) => [...guards, ...edges.resources]);
      component = new ConnectionService("chat", { service: examined[0]!, surroundings: stack, edges }, { provider, dependsOn });
    },
    state,
    answer(answers),
  );
  const entries = await valueOf(pulumi.output(component.entries));
  return {
    ...mocked,
    entries,
    nameServers: nameServers && (await valueOf(nameServers)),
    ofCloud: mocked.resources
      .filter(({ type }) => /^(aws|azure-native|gcp):/.test(type))
      .map(({ type, name }) => `${type} ${name}`)
      .sort(),
    inputs: (name) => found(mocked.resources, name).inputs,
    waitsFor: async (name) => [...new Set(await namesOf(mocked.options.get(name)?.dependsOn))].sort(),
  };
}

function found(resources: Registered[], name: string): Registered {
  const resource = resources.find((each) => each.name === name);
  assert.ok(resource, `no ${name} among ${resources.map((each) => each.name).join(", ")}`);
  return resource;
}

const valueOf = <Value>(output: pulumi.Output<Value>): Promise<Value> =>
  new Promise((resolve) => void output.apply((value) => resolve(value as Value)));

/** Everything in what `dependsOn` was given: resources, lists of them, and what is known later. */
async function namesOf(value: unknown): Promise<string[]> {
  if (value === undefined) return [];
  if (Array.isArray(value)) return (await Promise.all(value.map(namesOf))).flat();
  if (pulumi.Resource.isInstance(value)) return [(value as unknown as { __name: string }).__name];
  if (pulumi.Output.isInstance(value)) return namesOf(await (value as unknown as { promise(): Promise<unknown> }).promise());
  return value instanceof Promise ? namesOf(await value) : [];
}

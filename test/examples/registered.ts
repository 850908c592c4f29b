import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { runMocked, type Answer, type State } from "../components/mockEngine";
import { exampleDirectory } from "./support";

type Block = Record<string, unknown>;

interface StackFile {
  "holdfast:cluster": { context: string; uid: string };
  "holdfast:aws"?: { accountId: string };
  "holdfast:azure"?: { subscriptionId: string };
  "holdfast:gcp"?: { project: string };
}

/** What the cluster and the cloud of a stack are and say, as far as the program waits for it. */
function world(config: StackFile): { state: State; answer: Answer } {
  const { "holdfast:cluster": cluster, "holdfast:aws": aws, "holdfast:azure": azure, "holdfast:gcp": gcp } = config;
  const proof = { name: "_proof.example.com.", type: "CNAME", data: "proof.example.net." };
  const balancer = aws === undefined ? { ip: "203.0.113.7" } : { hostname: "chat-1.elb.us-east-1.amazonaws.com" };
  return {
    state: ({ type, name, inputs }) => {
      if (name === "cluster-identity") return { metadata: { name: "kube-system", uid: cluster.uid } };
      if (/:(Service|Ingress)$/.test(type)) return { status: { loadBalancer: { ingress: [balancer] } } };
      if (type.endsWith(":Gateway")) return { status: { addresses: [{ type: "IPAddress", value: "203.0.113.8" }] } };
      if (type === "aws:acm/certificate:Certificate") {
        const option = { resourceRecordName: proof.name, resourceRecordType: proof.type, resourceRecordValue: proof.data };
        return { arn: "made", domainValidationOptions: [{ domainName: (inputs as Block).domainName, ...option }] };
      }
      if (type.endsWith(":DnsAuthorization")) return { dnsResourceRecords: [proof] };
      return {};
    },
    answer: (token) => {
      const known: Record<string, Block> = {
        "pulumi:pulumi:readStackResourceOutputs": { outputs: {} },
        "aws:index/getCallerIdentity:getCallerIdentity": { accountId: aws?.accountId },
        "aws:route53/getZone:getZone": { zoneId: "Z0" },
        "aws:lb/getHostedZoneId:getHostedZoneId": { id: "Z1" },
        "azure-native:authorization:getClientConfig": { subscriptionId: azure?.subscriptionId },
        "azure-native:dns:getZone": { name: "example.com" },
        "gcp:organizations/getProject:getProject": { projectId: gcp?.project },
        "gcp:dns/getManagedZones:getManagedZones": {
          managedZones: [{ name: "example-com", dnsName: "example.com.", visibility: "public" }],
        },
      };
      return known[token];
    },
  };
}

/** Previews the program itself over a stack of an example, against mocks, and tells what it registered: type, name and parent of each. */
export async function registeredBy(example: string, stack: string): Promise<string[]> {
  const file = path.join(exampleDirectory(example), `Pulumi.${stack}.yaml`);
  const { config } = parse(fs.readFileSync(file, "utf8")) as { config: StackFile };
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-registered-"));
  const { KUBECONFIG } = process.env;
  process.env.KUBECONFIG = path.join(directory, "config");
  fs.writeFileSync(
    process.env.KUBECONFIG,
    `apiVersion: v1\nkind: Config\ncontexts:\n  - name: ${config["holdfast:cluster"].context}\n`,
  );
  try {
    pulumi.runtime.setAllConfig(Object.fromEntries(Object.entries(config).map(([key, value]) => [key, asText(value)])));
    const { state, answer } = world(config);
    const { resources, options } = await runMocked(() => program(example), state, answer, { preview: true });
    return resources
      .map(({ type, name }) => [`${example}/${stack}`, type, name, options.get(name)?.parent].filter(Boolean).join(" "))
      .sort();
  } finally {
    pulumi.runtime.setAllConfig({});
    if (KUBECONFIG === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = KUBECONFIG;
    fs.rmSync(directory, { recursive: true });
  }
}

/** As the CLI hands it over. */
const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** The program runs when it is loaded, so it is loaded anew. */
function program(example: string): void {
  const own = require.resolve(path.join(exampleDirectory(example), "program.js"));
  for (const file of [own, require.resolve("../../program"), require.resolve("../../index")]) delete require.cache[file];
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  require(own);
}

export const linesOf = (file: string): string[] =>
  fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").filter(Boolean) : [];

import type { Zone } from "../compile/edge/clouds";
import type { Stack } from "../compile/stack";
import { checksOf, type Check } from "./check";
import { onPath, output } from "./machine";

const check = checksOf("the cloud");

/** What each cloud's own CLI, which is only asked, says of who is logged in. */
const IDENTITY = {
  aws: {
    title: "AWS account",
    program: "aws",
    args: ["sts", "get-caller-identity", "--query", "Account", "--output", "text"],
    login: "aws sso login, or what gives you credentials; then: aws sts get-caller-identity",
  },
  azure: {
    title: "Azure subscription",
    program: "az",
    args: ["account", "show", "--query", "id", "--output", "tsv"],
    login: "az login; az account set --subscription <id>",
  },
  gcp: {
    title: "Google Cloud project",
    program: "gcloud",
    args: ["config", "get-value", "project"],
    login: "gcloud auth login; gcloud config set project <id>",
  },
} as const;

/** What is named in the stack file of the account, subscription or project, where it is. */
export interface CloudAccount {
  wanted?: string;
}

/** Who is logged in where, and what the entries need of the network. Where the cloud's CLI is not there, nothing can be seen. */
export async function cloudChecks(
  { platform, services, zone, azure }: Pick<Stack, "platform" | "services" | "zone" | "azure">,
  { wanted }: CloudAccount,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Check[]> {
  if (platform === "bare-metal") return [];
  const { title, program, args, login } = IDENTITY[platform];
  const said = (await output(program, [...args], environment))?.trim();
  if (said === undefined || said === "") {
    const why = onPath(program, environment) === undefined ? "is not on PATH" : "names nobody who is logged in";
    return [check(title, "could-not-look", `${program} ${why}`, login), quotas(platform)];
  }
  const isMeant = wanted === undefined || wanted === said;
  const account = check(title, isMeant ? "ok" : "wrong", isMeant ? said : `${said}; the stack names ${wanted}`, login);
  const subnets = platform === "aws" && isMeant ? await subnetChecks(services, environment) : [];
  const zones = isMeant && zone !== undefined ? [await zoneCheck(platform, zone, azure?.resourceGroup, environment)] : [];
  return [account, ...subnets, ...zones, quotas(platform)];
}

/** What prints the names of the zones that there are, one to a word. */
function zoneCommand(
  platform: "aws" | "azure" | "gcp",
  { name, id }: Zone,
  resourceGroup: string | undefined,
): [string, string[]] {
  if (platform === "aws") {
    const args = [
      "route53",
      "list-hosted-zones-by-name",
      "--dns-name",
      name,
      "--query",
      "HostedZones[].Name",
      "--output",
      "text",
    ];
    return ["aws", args];
  }
  if (platform === "gcp") {
    return ["gcloud", ["dns", "managed-zones", "list", `--filter=dnsName=${name}.`, "--format=value(dnsName)"]];
  }
  const group = id ?? resourceGroup;
  const where = group === undefined ? [] : ["--resource-group", group];
  return ["az", ["network", "dns", "zone", "list", ...where, "--query", "[].name", "--output", "tsv"]];
}

/** A zone that the stack finds has to be there; one that it makes does not. */
async function zoneCheck(
  platform: "aws" | "azure" | "gcp",
  zone: Zone,
  resourceGroup: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<Check> {
  const { name, mode } = zone;
  const title = `DNS zone ${name}`;
  const [program, args] = zoneCommand(platform, zone, resourceGroup);
  const look = [program, ...args].join(" ");
  const said = await output(program, args, environment);
  if (said === undefined) return check(title, "could-not-look", "the zones could not be listed", look);
  const isThere = said.split(/\s+/).some((each) => each.replace(/\.$/, "") === name);
  if (mode === "create") {
    if (!isThere) return check(title, "ok", "the stack makes it");
    return check(title, "ok", "is there; where it is not this stack's own, mode: create makes a second one of that name");
  }
  if (isThere) return check(title, "ok", "is there");
  return check(title, "missing", `no zone of that name, and the stack has mode: ${mode}`, `mode: create makes it; ${look}`);
}

const QUOTAS: Record<"aws" | "azure" | "gcp", string> = {
  aws: "aws service-quotas list-service-quotas --service-code elasticloadbalancing",
  azure: "az network list-usages --location <region> --output table",
  gcp: "gcloud compute regions describe <region> --format='table(quotas)'",
};

/** Quotas differ by account and by what is used already; they are shown, not judged. */
function quotas(platform: "aws" | "azure" | "gcp"): Check {
  return check("quotas", "could-not-look", "how much of them is used is not judged here", QUOTAS[platform]);
}

interface Subnet {
  SubnetId: string;
  Tags?: { Key: string; Value: string }[];
}

/** The load balancer controller finds subnets by these tags where the stack names none. */
const SUBNET_TAGS = ["kubernetes.io/role/elb", "kubernetes.io/role/internal-elb"];

async function subnetChecks(services: Stack["services"], environment: NodeJS.ProcessEnv): Promise<Check[]> {
  const entries = services.flatMap((service) => service.entries) as { kind: string; subnets?: string[] }[];
  const balanced = entries.filter(({ kind }) => kind === "aws-alb" || kind === "aws-nlb");
  const named = [...new Set(balanced.flatMap(({ subnets = [] }) => subnets))];
  const filters = named.length > 0 ? ["--subnet-ids", ...named] : ["--filters", `Name=tag-key,Values=${SUBNET_TAGS.join(",")}`];
  if (balanced.length === 0) return [];
  const command = ["ec2", "describe-subnets", ...filters, "--output", "json"];
  const said = await output("aws", command, environment);
  const look = `aws ${command.join(" ")}`;
  if (said === undefined) {
    return [
      check("subnets", named.length > 0 ? "wrong" : "could-not-look", "could not be read, or one of them is not there", look),
    ];
  }
  const Subnets = subnetsIn(said);
  if (Subnets === undefined) return [check("subnets", "could-not-look", "aws answered with no JSON", look)];
  if (Subnets.length > 0) return [check("subnets", "ok", Subnets.map(({ SubnetId }) => SubnetId).join(", "))];
  return [
    check(
      "subnets",
      "missing",
      `none carries a tag ${SUBNET_TAGS.join(" or ")}, so the controller finds none`,
      "tag the subnets, or write subnets: [...] in the entry",
    ),
  ];
}

function subnetsIn(said: string): Subnet[] | undefined {
  try {
    return (JSON.parse(said) as { Subnets?: Subnet[] }).Subnets ?? [];
  } catch {
    return undefined;
  }
}

import * as pulumi from "@pulumi/pulumi";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { Provider } from "@pulumi/aws/provider";
import { ownTags, wrongAccount, type Cloud, type Connection } from "../edges/cloud";
import { certificate } from "./certificate";
import { record, zone } from "./dns";
import { staticIp } from "./staticIp";

/** What every resource of AWS is made with. */
export interface Aws extends Connection {
  provider: Provider;
  tags(service?: string): Record<string, string>;
}

/**
 * Connects to the AWS account that the stack names.
 *
 * @throws {pulumi.RunError} before anything is created, where the credentials are for another account.
 */
export function connect(connection: Connection): Cloud {
  const { accountId, region, profile, roleArn, tags } = connection.surroundings.aws!;
  const provider = new Provider("aws", {
    region,
    allowedAccountIds: [accountId],
    ...(profile === undefined ? {} : { profile }),
    ...(roleArn === undefined ? {} : { assumeRoles: [{ roleArn }] }),
  });
  const aws: Aws = { ...connection, provider, tags: (service) => ({ ...tags, ...ownTags(connection, service) }) };
  const verified = getCallerIdentityOutput({}, { provider }).accountId.apply((found): pulumi.Resource[] => {
    if (found === accountId) return [provider];
    const wayOut = `Choose the credentials of ${accountId} (AWS_PROFILE, or holdfast:aws.profile), or, if this account is meant, write accountId: "${found}".`;
    throw new pulumi.RunError(wrongAccount("AWS account", found, accountId, "aws.accountId", wayOut));
  });
  return {
    verified,
    zone: (options) => zone(aws, options),
    certificate: (plan, found, place) => certificate(aws, plan, found, place),
    staticIp: (plan, place) => staticIp(aws, plan, place),
    record: (plan, address, found, place) => record(aws, plan, address, found, place),
  };
}

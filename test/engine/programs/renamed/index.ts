import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { connectCluster } from "../../../../components/cluster";
import { ConnectionService } from "../../../../components/connectionService";
import { createEdges } from "../../../../components/edges";
import { allVerified, connectCloud } from "../../../../components/edges/connect";
import { loadConfig } from "../../../../config";

const { stack, examined } = loadConfig();
const { provider, verified } = connectCluster(stack.access);
const cloud = connectCloud(stack);
const dependsOn = allVerified(verified, cloud);
const edges = createEdges(stack, cloud, { provider, dependsOn });
const { HOLDFAST_TEST_NAME: name = "chat", HOLDFAST_TEST_ALIAS: former } = process.env;
const options: ComponentResourceOptions = { provider, dependsOn, ...(former !== undefined && { aliases: [{ name: former }] }) };

new ConnectionService(name, { service: examined[0]!, surroundings: stack, edges }, options);

// The Pulumi CLI finds it as pulumi-resource-aws, in Holdfast's own Pulumi home alone.
import { serveCloud } from "./serveCloud";
import { AWS } from "./shapes/aws";

serveCloud(AWS);

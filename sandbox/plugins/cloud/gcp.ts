// The Pulumi CLI finds it as pulumi-resource-gcp, in Holdfast's own Pulumi home alone.
import { serveCloud } from "./serveCloud";
import { GCP } from "./shapes/gcp";

serveCloud(GCP);

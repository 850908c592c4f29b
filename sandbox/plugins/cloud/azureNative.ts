// The Pulumi CLI finds it as pulumi-resource-azure-native, in Holdfast's own Pulumi home alone.
import { serveCloud } from "./serveCloud";
import { AZURE_NATIVE } from "./shapes/azureNative";

serveCloud(AZURE_NATIVE);

import { componentProviderHost } from "@pulumi/pulumi/provider/experimental";
import { ConnectionService } from "./public/connectionService";

// The program of the package: Pulumi starts it for whoever uses the component, in whatever language.
void componentProviderHost({ name: "holdfast", dirname: __dirname, components: [ConnectionService] });

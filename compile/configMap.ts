import { block, map, text } from "./check/fields";
import { metadataOf } from "./labels";
import type { CompiledObject } from "./model";
import { afterNamespace } from "./namespace";
import type { Service } from "./service";

/** Names that every shell and runtime takes as an environment variable; others would be left out of the pod with only an event. */
export const environmentName = () =>
  text(
    "the name of an environment variable: letters, digits and underscores, not beginning with a digit",
    /^[A-Za-z_][A-Za-z0-9_]*$/,
  );

export const configSchema = map(environmentName(), text("text", /^[^]*$/), "a block of environment variables with their text");

/** What the API server takes in one ConfigMap. */
const MAXIMUM_BYTES = 1024 * 1024;

export const filesSchema = block({
  mountPath: text("an absolute folder below /, such as /app", /^\/[^:]*[^:/]$/),
  contents: map(
    text("a file name of letters, digits, hyphens, underscores and dots", /^(?!\.\.)[-._A-Za-z0-9]{1,253}$/),
    text("text", /^[^]*$/),
    "a block of file names with their text",
  ),
}).superRefine(({ contents }, context) => {
  const bytes = Object.values(contents).reduce((sum, content) => sum + Buffer.byteLength(content), 0);
  if (bytes <= MAXIMUM_BYTES) return;
  const message = `found ${bytes} bytes together; allowed: up to ${MAXIMUM_BYTES} bytes, as much as one ConfigMap holds. Put larger files into the image.`;
  context.addIssue({ code: "custom", path: ["contents"], message });
});

export const CONFIG_MAP = "config-map";
export const FILES = "files";

export const configMapName = (service: Service): string => `${service.name}-config`;
export const filesName = (service: Service): string => `${service.name}-files`;

/** The environment of the pods, where the service has any. */
export function compileConfigMap(service: Service): CompiledObject[] {
  return Object.keys(service.config).length === 0 ? [] : [configMap(service, CONFIG_MAP, configMapName(service), service.config)];
}

/** Files mounted into the pods, where the service has any. */
export function compileFiles(service: Service): CompiledObject[] {
  return service.files === undefined ? [] : [configMap(service, FILES, filesName(service), service.files.contents)];
}

function configMap(service: Service, logicalName: string, name: string, data: Record<string, string>): CompiledObject {
  return {
    logicalName,
    object: { apiVersion: "v1", kind: "ConfigMap", metadata: metadataOf(service, name), data },
    after: afterNamespace(service),
  };
}

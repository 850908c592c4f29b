/** The namespace of all our configuration keys. */
export const CONFIG_PREFIX = "holdfast:";

/**
 * Takes our keys out of a stack's configuration for `parseStack`: `holdfast:platform` becomes `platform`.
 *
 * @param config every key of the configuration, with what stands in the file: blocks and lists as such.
 */
export function rawStack(config: Record<string, unknown>): Record<string, unknown> {
  const ours = Object.entries(config).filter(([key]) => key.startsWith(CONFIG_PREFIX));
  return Object.fromEntries(ours.map(([key, value]) => [key.slice(CONFIG_PREFIX.length), value]));
}

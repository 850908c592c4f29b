/** What a service is like; decides nothing but defaults. */
export const PROFILE_NAMES = ["websocket", "mcp", "stt", "http"] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

export type Written = Record<string, unknown>;

/** What a profile writes where the user writes nothing. */
interface ProfileDefault {
  /** Where: `promise.affinity.mode`. */
  at: string;
  value: string | number;
  /** What the user wrote that this default would only contradict. */
  unless?: (service: Written) => boolean;
}

const isBlock = (value: unknown): value is Written => typeof value === "object" && value !== null && !Array.isArray(value);

function valueAt(service: Written, at: string): unknown {
  return at.split(".").reduce<unknown>((value, key) => (isBlock(value) ? value[key] : undefined), service);
}

const writes =
  (...paths: string[]) =>
  (service: Written): boolean =>
    paths.some((at) => valueAt(service, at) !== undefined);
const hasNoPaths = ({ protocol }: Written): boolean => protocol === "tcp" || protocol === "grpc";

const connectPath = (value: string): ProfileDefault => ({ at: "connectPath", value, unless: hasNoPaths });
const noAffinity: ProfileDefault = {
  at: "promise.affinity.mode",
  value: "none",
  unless: writes("promise.affinity.ttlSeconds", "promise.affinity.cookieName"),
};
const probePath = (which: string, value: string): ProfileDefault => ({
  at: `probes.${which}.path`,
  value,
  unless: (service) => {
    const check = valueAt(service, `probes.${which}.check`);
    return check === undefined ? hasNoPaths(service) : check !== "http";
  },
});
/** One page that says how the whole pod is must not be what kills it. */
const livenessByPort: ProfileDefault = {
  at: "probes.liveness.check",
  value: "tcp",
  unless: (service) => writes("probes.liveness.path")(service) || hasNoPaths(service),
};
const oneHealthPage = [probePath("startup", "/health"), probePath("readiness", "/health"), livenessByPort];

const PROFILES: Record<ProfileName, ProfileDefault[]> = {
  websocket: [{ at: "port", value: 8080 }],
  mcp: [{ at: "port", value: 8080 }, connectPath("/mcp"), ...oneHealthPage],
  stt: [
    { at: "port", value: 8000 },
    { at: "protocol", value: "http-stream" },
    noAffinity,
    { at: "promise.drainSeconds", value: 120 },
    ...oneHealthPage,
    { at: "probes.startup.failureThreshold", value: 60 },
    { at: "resources.requests.cpu", value: "500m", unless: writes("resources.limits.cpu") },
    { at: "resources.requests.memory", value: "1Gi", unless: writes("resources.limits.memory") },
    { at: "resources.limits.cpu", value: "2", unless: writes("resources.requests.cpu") },
    { at: "resources.limits.memory", value: "2Gi", unless: writes("resources.requests.memory") },
  ],
  http: [
    { at: "protocol", value: "http-stream" },
    { at: "promise.idleSeconds", value: 60, unless: writes("promise.heartbeat") },
    noAffinity,
  ],
};

/**
 * A service as its user wrote it, with its profile's defaults wherever nothing is written. What is no block, or names no profile, stays
 * as it is and is told about by the check.
 */
export function withProfile(raw: unknown): unknown {
  if (!isBlock(raw)) return raw;
  const defaults = Object.hasOwn(PROFILES, String(raw.profile)) ? PROFILES[raw.profile as ProfileName] : [];
  const wanted = defaults.filter(({ at, unless }) => valueAt(raw, at) === undefined && unless?.(raw) !== true);
  return wanted.reduce<Written>((service, { at, value }) => put(service, at.split("."), value), raw);
}

/** A copy with a value in it. A user's text or list where a block belongs is not touched. */
function put(block: Written, [key, ...rest]: string[], value: unknown): Written {
  if (rest.length === 0) return { ...block, [key!]: value };
  const inner = block[key!];
  if (inner !== undefined && !isBlock(inner)) return block;
  return { ...block, [key!]: put(inner ?? {}, rest, value) };
}

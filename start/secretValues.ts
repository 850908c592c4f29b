import { randomBytes, randomInt } from "node:crypto";

const hex = (characters: number) =>
  randomBytes(Math.ceil(characters / 2))
    .toString("hex")
    .slice(0, characters);
const digits = (characters: number) => Array.from({ length: characters }, () => randomInt(1, 10)).join("");

/** The shapes that applications check their secrets for, by the name of the key; the first that fits counts. */
const SHAPES: [key: RegExp, make: (service: string) => string][] = [
  [
    /^DATABASE_URL$|^POSTGRES/,
    (name) => `postgres://${name}:${hex(32)}@postgres.${name}.svc.cluster.local:5432/${name}?sslmode=require`,
  ],
  [/^REDIS_URL$/, (name) => `redis://:${hex(32)}@redis.${name}.svc.cluster.local:6379`],
  [/_URL$/, (name) => `https://${name}:${hex(32)}@service.${name}.svc.cluster.local`],
  [/_CLIENT_ID$|_CLIENT_SECRET$/, () => hex(30)],
  [/_(USER_)?ID$/, () => digits(9)],
  [/^WEBHOOK_SECRET$/, () => hex(32)],
];

/**
 * A random value for one secret of a development stack, in the shape its application expects: a URL, an id of digits, 32 characters
 * for a webhook's signature, 64 hexadecimal digits for every other key.
 */
export function secretValue(service: string, key: string): string {
  const shape = SHAPES.find(([pattern]) => pattern.test(key));
  return shape === undefined ? hex(64) : shape[1](service);
}

import assert from "node:assert/strict";
import fc from "fast-check";
import type { ClusterFacts } from "../../path/model";
import type { KubernetesObject, Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { readPaths } from "../../path/reader";
import { judge } from "../../path/verdict";
import { ROWS as CLOUD } from "./cloudWaysIn.spec";
import { ROWS as CLUSTER } from "./clusterWaysIn.spec";
import { placesOf } from "./hidden";
import { deployment, ingress, PROMISE, service } from "./objects";

/** One world for every way in that is known here: its objects, and what its cluster declares. */
const WORLDS: { title: string; objects: KubernetesObject[]; cluster: ClusterFacts }[] = [...CLOUD, ...CLUSTER].map(
  ([title, objects, cluster]) => {
    const own = objects.some(({ kind, metadata }) => kind === "Service" && metadata.name === "web");
    return { title, objects: [...objects, ...(own ? [] : [service()]), deployment()], cluster };
  },
);
const KINDS = [...new Set(WORLDS.flatMap(({ objects }) => objects.map(({ kind }) => kind)))];
/** Every name of a field or an annotation that any of those objects has. */
const FIELDS = [
  ...new Set(
    WORLDS.flatMap(({ objects }) => objects.flatMap((object) => placesOf(object as unknown as Value).flat())).map(String),
  ),
];

const scalar = fc.oneof(
  fc.constantFrom<Value>(
    UNKNOWN,
    null,
    undefined,
    true,
    "",
    "0s",
    "web",
    "chat/web",
    "infinity",
    "{}",
    '{"default": 1}',
    "a=b=c,,=",
  ),
  fc.integer(),
  fc.double(),
  fc.string(),
);
const { junk } = fc.letrec<{ junk: Value }>((tie) => ({
  junk: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    scalar,
    fc.array(tie("junk"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...FIELDS), tie("junk"), { maxKeys: 5, noNullPrototype: true }),
  ),
}));

const judgeAll = (objects: KubernetesObject[], cluster: ClusterFacts): string[] =>
  readPaths(objects, cluster).map((path) => judge(path, PROMISE, "websocket").verdict);

function replaced(object: KubernetesObject, keys: (string | number)[], value: Value): KubernetesObject {
  const copy = structuredClone(object) as unknown as Record<string | number, unknown>;
  let parent = copy;
  for (const key of keys.slice(0, -1)) parent = parent[key] as Record<string | number, unknown>;
  parent[keys.at(-1)!] = value;
  return copy as unknown as KubernetesObject;
}

describe("any object at all", function () {
  this.timeout(60_000);

  it("of any kind that is read is read without an error", () => {
    const anyObject = fc.record(
      { apiVersion: scalar, kind: fc.constantFrom(...KINDS), metadata: junk, spec: junk, data: junk },
      { requiredKeys: ["kind"] },
    );
    fc.assert(
      fc.property(fc.array(anyObject, { maxLength: 6 }), fc.constantFrom(...WORLDS), (objects, { cluster }) => {
        judgeAll(objects as unknown as KubernetesObject[], cluster);
      }),
      { numRuns: 3000 },
    );
  });

  it("that is good but for one value is read without an error, and answered", () => {
    const spoilt = fc.constantFrom(...WORLDS).chain((world) =>
      fc.nat(world.objects.length - 1).chain((index) =>
        fc.record({
          world: fc.constant(world),
          index: fc.constant(index),
          keys: fc.constantFrom(...placesOf(world.objects[index] as unknown as Value)),
          value: junk,
        }),
      ),
    );
    let answered = 0;
    fc.assert(
      fc.property(spoilt, ({ world: { objects, cluster }, index, keys, value }) => {
        const all = objects.map((object, position) => (position === index ? replaced(object, keys, value) : object));
        answered += judgeAll(all, cluster).length;
      }),
      { numRuns: 5000 },
    );
    assert.ok(answered > 2500, `${answered} answers`);
  });
});

/** Counts how often anything below a value is looked at. */
function counted<T>(value: T, count: () => void): T {
  if (value === null || typeof value !== "object") return value;
  return new Proxy(value, {
    get: (target, key, receiver) => (count(), counted(Reflect.get(target, key, receiver) as unknown, count)),
    ownKeys: (target) => (count(), Reflect.ownKeys(target)),
    getOwnPropertyDescriptor: (target, key) => (count(), Reflect.getOwnPropertyDescriptor(target, key)),
  }) as T;
}

/** The same world several times over in one cluster, each with names of its own. */
function times(objects: KubernetesObject[], copies: number): KubernetesObject[] {
  const names = new Set<string>(objects.map(({ metadata }) => metadata.name).filter((name) => name === "web" || name === "edge"));
  const renamed = (value: unknown, copy: number): unknown => {
    if (typeof value === "string") return names.has(value) ? `${value}-${copy}` : value;
    if (Array.isArray(value)) return value.map((item) => renamed(item, copy));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renamed(item, copy)]));
  };
  return Array.from({ length: copies }, (_, copy) => objects.map((object) => renamed(object, copy) as KubernetesObject)).flat();
}

function looks(objects: KubernetesObject[], copies: number, cluster: ClusterFacts): number {
  let looked = 0;
  readPaths(
    times(objects, copies).map((object) => counted(object, () => looked++)),
    cluster,
  );
  return looked;
}

describe("the work of reading", () => {
  for (const { title, objects, cluster } of WORLDS) {
    it(`grows with the objects and not faster: ${title}`, () => {
      const growth = looks(objects, 40, cluster) / looks(objects, 20, cluster);
      assert.ok(growth < 2.2, `${growth} times the looks for twice the objects`);
    });
  }

  it("is counted so that comparing every object with every other one shows", () => {
    const quadratic = (copies: number): number => {
      let looked = 0;
      const objects = times([ingress(), service()], copies).map((object) => counted(object, () => looked++));
      for (const one of objects) objects.find((other) => other.metadata.name === `no-${one.metadata.name}`);
      return looked;
    };
    assert.ok(quadratic(40) / quadratic(20) > 3);
  });
});

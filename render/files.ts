import type { CompiledObject, CompiledStack } from "../compile/model";

/** Relative path, with forward slashes -> text. */
export type Files = Record<string, string>;

/** One object with the file it gets, in the order in which they are to exist. */
export interface PlacedObject {
  /** `chatpulse/deployment`; without an ending. */
  path: string;
  /** The service it is of; undefined for what belongs to the cluster. */
  service?: string;
  compiled: CompiledObject;
}

/** Folders of their own for what belongs to no service. No service can have such a name: it has a character that names may not. */
const CLUSTER_FOLDER = "_cluster";
const CONSUMERS_FOLDER = "_consumers";

/** A file per object: `<service>/<logical name>`. Both are unique and stable, so a change of one object is a change of one file. */
export function placeObjects({ pools, services, consumers }: CompiledStack): PlacedObject[] {
  return [
    ...pools.map((compiled) => ({ path: `${CLUSTER_FOLDER}/${compiled.logicalName}`, compiled })),
    ...services.flatMap(({ name, objects }) =>
      objects.map((compiled) => ({ path: `${name}/${compiled.logicalName}`, service: name, compiled })),
    ),
    ...consumers.map((compiled) => ({ path: `${CONSUMERS_FOLDER}/${compiled.logicalName}`, compiled })),
  ];
}

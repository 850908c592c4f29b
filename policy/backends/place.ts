import type { Value } from "../../path/objects";
import { UNKNOWN } from "../../path/objects";
import { valueAt } from "../../path/value";
import type { PropertyPath } from "../rule";

/** Where an object names a Service as its backend, with this port where several are named; undefined where it cannot be told. */
export function placeOfBackend(object: unknown, name: string, port: string | number): PropertyPath | undefined {
  const places: PropertyPath[] = [];
  collect(object as Value, name, [], places);
  const withPort = places.find((place) => portsAt(valueAt(object, ...place)).some((own) => String(own) === String(port)));
  return withPort ?? places[0];
}

function collect(value: Value, name: string, at: PropertyPath, places: PropertyPath[]): void {
  if (value === null || typeof value !== "object") return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "metadata" && at.length === 0) continue;
    const next = Array.isArray(value) ? Number(key) : key;
    if (inner === name && (key === "name" || key === "serviceName" || key === "service" || key === "host")) places.push(at);
    else collect(inner as Value, name, [...at, next], places);
  }
}

/** The ports that a backend names, in whichever way its kind writes them. */
export function portsAt(backend: Value): Value[] {
  const ports: Value[] = [
    valueAt(backend, "port", "number"),
    valueAt(backend, "port", "name"),
    valueAt(backend, "port"),
    valueAt(backend, "servicePort"),
  ];
  return ports.filter((port) => port === UNKNOWN || typeof port === "string" || typeof port === "number");
}

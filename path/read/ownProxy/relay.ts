import { writtenVariables, writtenWords } from "../../containers";
import type { Catalog } from "../../catalog";
import { INTERNAL_PORTS } from "../../facts/longConnections";
import type { Gateway, Relay } from "../../facts/relays";
import { GATEWAYS, RELAYS } from "../../facts/relays";
import { imageName } from "../../imageReference";
import type { Value } from "../../objects";
import { annotationOf, namespaceOf, refOf, textAt } from "../../value";

/** Which of the known relays a container is. */
export function relayIn(container: Value): Relay | undefined {
  const image = textAt(container, "image");
  return typeof image === "string" ? RELAYS.find((relay) => relay.image.test(imageName(image))) : undefined;
}

/** Which of the known gateways a container of an application's own image is, by what it is told. */
export function gatewayIn(container: Value, texts: readonly string[]): Gateway | undefined {
  const names = writtenVariables(container).map(([name]) => name);
  return GATEWAYS.find((one) => names.some((name) => one.names.test(name)) || texts.some((text) => one.shownBy.test(text)));
}

/** The hosts that a relay is told to pass connections to; none where it could not be a Service's name. */
export function relayedHosts(relay: Relay | Gateway, container: Value, texts: readonly string[], catalog: Catalog): string[] {
  const said = [...argumentsOf(container), ...writtenVariables(container)];
  const words = said.filter(([name]) => (name === "" ? relay.bare === true : relay.names?.test(name) === true));
  const files = texts.flatMap((text) => (relay.inFiles === undefined ? [] : (text.match(relay.inFiles) ?? [])));
  const annotations = relay.annotations ?? [];
  const asking = catalog
    .ofKind("Service")
    .filter((service) => annotations.some((key) => typeof annotationOf(service, key) === "string"))
    .map((service) => `${refOf(service).name}.${namespaceOf(service)}`);
  const told = [...words.map(([, value]) => value), ...files].flatMap(addressesIn);
  // A gateway that tells WebSockets apart from requests says itself which of its routes stay open.
  const open = "shownBy" in relay ? told.filter(({ scheme }) => /^wss?$/i.test(scheme)) : [];
  return [...new Set([...(open.length > 0 ? open : told).map(({ host }) => host), ...asking])];
}

/** A scheme that streams are spoken in, or none; a database, a cache and a queue are asked and not passed on to. */
const ADDRESS = /(?:\b(\w+):\/\/(?:[^\s"'@/]*@)?|(?<![\w./-]))([a-z][\w-]*(?:\.[a-z_][\w-]*)*)(?::(\d+))?(?![\w-])/gi;
const PASSED_ON = /^(https?|wss?|grpcs?|h2c|tcp|tls|ssl)$/i;

/** `web:80`, `http://web.chat/x`; a bare word is a host only with a port. */
function addressesIn(text: string): { scheme: string; host: string }[] {
  return [...text.matchAll(ADDRESS)].flatMap(([, scheme, host = "", port]) => {
    if (scheme === undefined ? port === undefined : !PASSED_ON.test(scheme)) return [];
    return port !== undefined && INTERNAL_PORTS.has(Number(port)) ? [] : [{ scheme: scheme ?? "", host }];
  });
}

/** Each argument with the name before it: `--upstream=http://web`, `--upstream http://web`; alone it has none. */
function argumentsOf(container: Value): [name: string, value: string][] {
  const words = writtenWords(container);
  return words.map((word, index) => {
    const own = /^--?([\w-]+)=([\s\S]*)$/.exec(word);
    if (own !== null) return [own[1]!, own[2]!];
    return [/^--?([\w-]+)$/.exec(words[index - 1] ?? "")?.[1] ?? "", word];
  });
}

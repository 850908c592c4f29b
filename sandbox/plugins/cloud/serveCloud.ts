import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { fromStruct, toStruct, type JsonObject } from "../kubernetes/properties";
import { answersOfEveryProvider } from "../everyProvider";
import { EngineLog, serve, unary } from "../serve";
import { RecordingProvider } from "./provider";
import type { Shapes } from "./shapes/shape";

const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;

/** Serves one cloud that is a file to the Pulumi CLI. */
export function serveCloud(shapes: Shapes): void {
  const log = new EngineLog();
  log.connect(process.argv.slice(2).find((argument) => !argument.startsWith("-")));
  const provider = new RecordingProvider(shapes, log);
  void serve(ResourceProviderService, { ...ofThePlugin(shapes, log, provider), ...ofResources(provider) }, () =>
    provider.cancel(),
  );
}

function ofThePlugin(shapes: Shapes, log: EngineLog, provider: RecordingProvider) {
  return {
    handshake: unary((request: rpc.ProviderHandshakeRequest) => {
      log.connect(request.getEngineAddress());
      const response = new rpc.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      return response;
    }),
    ...answersOfEveryProvider(shapes.name, shapes.version, log),
    configure: unary((request: rpc.ConfigureRequest) => {
      provider.configure(configurationOf(fromStruct(request.getArgs())));
      const response = new rpc.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    }),
    cancel: unary(() => {
      provider.cancel();
      return new Empty();
    }),
  };
}

function ofResources(provider: RecordingProvider) {
  return {
    check: unary((request: rpc.CheckRequest) => {
      const response = new rpc.CheckResponse();
      response.setInputs(toStruct(provider.check(request.getUrn(), fromStruct(request.getNews()))));
      return response;
    }),
    diff: unary((request: rpc.DiffRequest) => {
      const found = provider.diff(request.getUrn(), fromStruct(request.getOldInputs()), fromStruct(request.getNews()));
      const response = new rpc.DiffResponse();
      response.setChanges(found.changes.length > 0 ? DIFF_SOME : DIFF_NONE);
      response.setDiffsList(found.changes.map(({ path }) => path));
      response.setReplacesList(found.changes.filter(({ replace }) => replace).map(({ path }) => path));
      response.setDeletebeforereplace(found.deleteBeforeReplace);
      return response;
    }),
    create: unary(async (request: rpc.CreateRequest) => {
      const inputs = fromStruct(request.getProperties());
      const response = new rpc.CreateResponse();
      if (request.getPreview()) {
        response.setProperties(toStruct(provider.preview(request.getUrn(), inputs)));
        return response;
      }
      const { id, state } = await provider.create(request.getUrn(), inputs, request.getTimeout());
      response.setId(id);
      response.setProperties(toStruct(state));
      return response;
    }),
    update: unary(async (request: rpc.UpdateRequest) => {
      const [olds, news] = [fromStruct(request.getOlds()), fromStruct(request.getNews())];
      const response = new rpc.UpdateResponse();
      const changed = request.getPreview()
        ? { ...olds, ...news }
        : await provider.update(request.getUrn(), request.getId(), news);
      response.setProperties(toStruct(changed));
      return response;
    }),
    read: unary((request: rpc.ReadRequest) => {
      const response = new rpc.ReadResponse();
      const found = provider.read(request.getUrn(), request.getId());
      // An empty id tells the engine that it is gone.
      if (found === undefined) return response;
      response.setId(request.getId());
      response.setInputs(toStruct(found.inputs));
      response.setProperties(toStruct(found.state));
      return response;
    }),
    delete: unary(async (request: rpc.DeleteRequest) => {
      await provider.delete(request.getUrn(), request.getId());
      return new Empty();
    }),
    invoke: unary(async (request: rpc.InvokeRequest) => {
      const response = new rpc.InvokeResponse();
      response.setReturn(toStruct(await provider.invoke(request.getTok(), fromStruct(request.getArgs()))));
      return response;
    }),
  };
}

/** Lists and objects of a provider's configuration travel as JSON texts. */
function configurationOf(args: JsonObject): JsonObject {
  const read = (value: unknown): unknown => {
    if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  };
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, read(value)])) as JsonObject;
}

// The Kubernetes provider of a machine that only reaches package registries, for the sandbox alone. The Pulumi CLI finds it on PATH as
// pulumi-resource-kubernetes.
import * as grpc from "@grpc/grpc-js";
import { version } from "@pulumi/kubernetes/package.json";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { answersOfEveryProvider } from "../everyProvider";
import { EngineLog, serve, unary } from "../serve";
import type { ChangeKind } from "./diff";
import { type JsonObject, fromStruct, isObject, toStruct } from "./properties";
import { KubernetesProvider, type Operation } from "./provider";

const log = new EngineLog();
log.connect(process.argv.slice(2).find((argument) => !argument.startsWith("-")));
const provider = new KubernetesProvider(log);

const { Kind } = rpc.PropertyDiff;
const kinds: Record<ChangeKind, [inPlace: rpc.PropertyDiff.Kind, replacing: rpc.PropertyDiff.Kind]> = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
};

function operation(request: rpc.CreateRequest | rpc.UpdateRequest | rpc.DeleteRequest): Operation {
  const preview = request instanceof rpc.DeleteRequest ? false : request.getPreview();
  return { urn: request.getUrn(), preview, timeoutSeconds: request.getTimeout() };
}

const unsupported = (what: string) =>
  unary((): never => {
    throw Object.assign(
      new Error(
        `${what} are not supported by Holdfast's stand-in for the Kubernetes provider: it creates plain objects only. The official plugin can do more, where it can be downloaded.`,
      ),
      { code: grpc.status.UNIMPLEMENTED },
    );
  });

const handlers = {
  handshake: unary((request: rpc.ProviderHandshakeRequest) => {
    log.connect(request.getEngineAddress());
    const response = new rpc.ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    response.setSupportsAutonamingConfiguration(true);
    return response;
  }),
  // Another kubeconfig is never another cluster here: whatever it names must carry the sandbox's mark.
  ...answersOfEveryProvider("kubernetes", version, log),
  configure: unary((request: rpc.ConfigureRequest) => {
    provider.configure(request.getArgs() ? fromStruct(request.getArgs()) : variables(request));
    const response = new rpc.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    response.setSupportsAutonamingConfiguration(true);
    return response;
  }),
  check: unary(async (request: rpc.CheckRequest) => {
    const { inputs, problems } = await provider.check(request, fromStruct(request.getOlds()), fromStruct(request.getNews()));
    const response = new rpc.CheckResponse();
    response.setInputs(toStruct(inputs));
    for (const problem of problems) {
      const failure = new rpc.CheckFailure();
      failure.setReason(problem);
      response.addFailures(failure);
    }
    return response;
  }),
  diff: unary((request: rpc.DiffRequest) => {
    const { changes, deleteBeforeReplace } = provider.diff(fromStruct(request.getOldInputs()), fromStruct(request.getNews()));
    const response = new rpc.DiffResponse();
    const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
    response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
    response.setReplacesList(changes.filter((change) => change.replace).map((change) => change.path));
    response.setDeletebeforereplace(deleteBeforeReplace);
    response.setHasdetaileddiff(true);
    for (const { path, kind, replace } of changes) {
      const detail = new rpc.PropertyDiff();
      detail.setKind(kinds[kind][replace ? 1 : 0]);
      detail.setInputdiff(true);
      response.getDetaileddiffMap().set(path, detail);
    }
    return response;
  }),
  create: unary(async (request: rpc.CreateRequest) => {
    const { id, state } = await provider.create(operation(request), fromStruct(request.getProperties()));
    const response = new rpc.CreateResponse();
    response.setId(id);
    response.setProperties(toStruct(state));
    return response;
  }),
  read: unary(async (request: rpc.ReadRequest) => {
    const response = new rpc.ReadResponse();
    const [state, olds] = [fromStruct(request.getProperties()), fromStruct(request.getInputs())];
    const found = await provider.read(request.getUrn(), request.getId(), state, olds);
    // An empty id tells the engine that the object is gone.
    if (!found) return response;
    response.setId(request.getId());
    response.setProperties(toStruct(found.state));
    response.setInputs(toStruct(found.inputs));
    return response;
  }),
  update: unary(async (request: rpc.UpdateRequest) => {
    const [state, inputs] = [fromStruct(request.getOlds()), fromStruct(request.getNews())];
    const response = new rpc.UpdateResponse();
    response.setProperties(toStruct(await provider.update(operation(request), state, inputs, request.getIgnorechangesList())));
    return response;
  }),
  delete: unary(async (request: rpc.DeleteRequest) => {
    await provider.delete(operation(request), request.getId(), fromStruct(request.getProperties()));
    return new Empty();
  }),
  construct: unsupported("Charts, Kustomize folders and YAML groups"),
  invoke: unsupported("Functions such as yaml:decode and helm:template"),
  call: unsupported("Methods of components"),
  cancel: unary(() => {
    provider.cancel();
    return new Empty();
  }),
};

/** The older way of passing arguments: `kubernetes:config:context`. */
function variables(request: rpc.ConfigureRequest): JsonObject {
  const entries = request.getVariablesMap().getEntryList() as [string, string][];
  const named = Object.fromEntries(entries.map(([key, value]) => [key.split(":").at(-1)!, value]));
  return isObject(named) ? named : {};
}

void serve(ResourceProviderService, handlers);

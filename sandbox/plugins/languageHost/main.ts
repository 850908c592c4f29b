// The language host of a machine that only reaches package registries: the Pulumi CLI finds it on PATH as
// pulumi-language-nodejs. It runs what is installed and downloads nothing.
import fs from "node:fs";
import path from "node:path";
import type * as grpc from "@grpc/grpc-js";
import * as language from "@pulumi/pulumi/proto/language_pb";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { version } from "@pulumi/pulumi/package.json";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { serve, unary } from "../serve";
import { killChildren } from "./child";
import { runPlugin, runProgram } from "./run";

// The CLI passes flags such as -root=... before the engine's address.
let engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? "";
const cancelled = new AbortController();

const handlers = {
  handshake: unary((request: language.LanguageHandshakeRequest) => {
    engineAddress = request.getEngineAddress();
    return new language.LanguageHandshakeResponse();
  }),
  getPluginInfo: unary(() => {
    const info = new PluginInfo();
    info.setVersion(version);
    return info;
  }),
  // Nothing is fetched ahead of need: a stack that never uses a cloud must not fail for want of that cloud's plugin. The engine asks
  // for a provider's plugin when the first resource of it is registered.
  getRequiredPackages: unary(() => new language.GetRequiredPackagesResponse()),
  getRequiredPlugins: unary(() => new language.GetRequiredPluginsResponse()),
  run: unary((request: language.RunRequest, call) => {
    const both = new AbortController();
    cancelled.signal.addEventListener("abort", () => both.abort(), { once: true });
    call.on("cancelled", () => both.abort());
    return runProgram(request, engineAddress, both.signal);
  }),
  runPlugin: (call: grpc.ServerWritableStream<language.RunPluginRequest, language.RunPluginResponse>) => {
    runPlugin(call).catch((error: Error) => call.destroy(error));
  },
  installDependencies: (
    call: grpc.ServerWritableStream<language.InstallDependenciesRequest, language.InstallDependenciesResponse>,
  ) => {
    const response = new language.InstallDependenciesResponse();
    response.setStdout(Buffer.from("Holdfast installs its dependencies with npm; nothing is left to install.\n"));
    call.write(response);
    call.end();
  },
  about: unary(() => {
    const about = new language.AboutResponse();
    about.setExecutable(process.execPath);
    about.setVersion(process.version);
    return about;
  }),
  getProgramDependencies: unary((request: language.GetProgramDependenciesRequest) => {
    const response = new language.GetProgramDependenciesResponse();
    response.setDependenciesList(declaredDependencies(request.getInfo()?.getProgramDirectory() ?? request.getPwd()));
    return response;
  }),
  cancel: unary(() => {
    cancelled.abort();
    return new Empty();
  }),
};

function declaredDependencies(directory: string): language.DependencyInfo[] {
  const file = path.join(directory, "package.json");
  if (!fs.existsSync(file)) return [];
  const { dependencies = {} } = JSON.parse(fs.readFileSync(file, "utf8")) as { dependencies?: Record<string, string> };
  return Object.entries(dependencies).map(([name, wanted]) => {
    const dependency = new language.DependencyInfo();
    dependency.setName(name);
    dependency.setVersion(wanted);
    return dependency;
  });
}

void serve(LanguageRuntimeService, handlers, killChildren);

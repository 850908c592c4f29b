import * as path from "node:path";
import { buildPack } from "./build";

const STANDARD = "dist/policy-pack";

/** `npm run policy:pack [-- <folder>]` */
const directory = process.argv[2] ?? STANDARD;
buildPack(directory).then(
  () =>
    console.log(
      `The policy pack is in ${path.relative(process.cwd(), path.resolve(directory)) || "."}: pulumi preview --policy-pack ${directory}`,
    ),
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);

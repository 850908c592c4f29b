"use strict";
// Runs inside the client namespace: asks the name server for each name and prints the addresses, or the code of the error.
const { Resolver } = require("node:dns/promises");

const resolver = new Resolver({ timeout: 1000, tries: 1 });

async function main(names) {
  const answers = names.map(async (name) => {
    try {
      return [name, (await resolver.resolve4(name)).join(" ")];
    } catch (error) {
      return [name, error.code];
    }
  });
  console.log(JSON.stringify(Object.fromEntries(await Promise.all(answers))));
}

main(process.argv.slice(2));

"use strict";
// Runs among the sandbox's clients: opens `count` connections from each of the addresses, one after the other, and prints which
// pods answered: { "<address>": { "<pod>": <connections> } }. An answer without a pod, or none, is counted under its reason.
const http = require("node:http");

const [url, count, ...addresses] = process.argv.slice(2);
const cookies = process.env.ASK_COOKIE ? { cookie: process.env.ASK_COOKIE } : {};

function ask(localAddress) {
  return new Promise((resolve) => {
    const request = http.get(url, { localAddress, agent: false, timeout: 3000, headers: cookies }, (response) => {
      response.resume().on("end", () => resolve(response.headers["x-holdfast-pod"] ?? `status ${response.statusCode}`));
    });
    request.on("timeout", () => request.destroy(new Error("timeout")));
    request.on("error", (error) => resolve(error.code ?? error.message));
  });
}

async function main() {
  const answers = {};
  for (const address of addresses) {
    answers[address] = {};
    for (let each = 0; each < Number(count); each += 1) {
      const pod = await ask(address);
      answers[address][pod] = (answers[address][pod] ?? 0) + 1;
    }
  }
  console.log(JSON.stringify(answers));
}

void main();

"use strict";
// Runs in the clients' namespace: `node hold.js ws://10.244.1.7:8080/ws 3` holds that many WebSockets, and prints what becomes of each as a
// line of JSON, with the seconds since its start. Ends when all are closed, or on SIGTERM.
const { WebSocket } = require("ws");

const [url, count] = process.argv.slice(2);
const start = Date.now();
let open = Number(count);
const tell = (what, more = {}) => console.log(JSON.stringify({ what, seconds: (Date.now() - start) / 1000, ...more }));

for (let index = 0; index < Number(count); index++) {
  const socket = new WebSocket(url, { handshakeTimeout: 5000 });
  let error;
  // Of a reset, ws itself only tells that no goodbye came.
  socket.on("upgrade", (response) => response.socket.on("error", ({ code }) => (error = code)));
  socket.on("message", (data) => tell("message", { text: String(data) }));
  socket.on("error", ({ code, message }) => (error = code ?? message));
  socket.on("close", (code) => {
    tell("closed", { code, error });
    open -= 1;
    if (open === 0) process.exit(0);
  });
}

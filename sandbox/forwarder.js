"use strict";
// Runs inside the cluster's network namespace, on a listening socket that was opened outside of it (file descriptor 3): a socket
// belongs to the namespace it was opened in, so this is the one door from the machine's loopback to the API server, and the
// machine needs no route. Plain JavaScript, because it has to start in milliseconds and stay small.
const net = require("node:net");

const [address, port] = process.argv.slice(2);

const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (near) => {
  const far = net.connect({ host: address, port: Number(port), allowHalfOpen: true, noDelay: true });
  const reset = () => {
    near.resetAndDestroy();
    far.resetAndDestroy();
  };
  near.on("error", reset);
  far.on("error", reset);
  far.on("connect", () => {
    near.pipe(far);
    far.pipe(near);
    near.resume();
  });
});

server.listen({ fd: 3 });

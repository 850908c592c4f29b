// What k6 runs, below a line that says `const PLAN = ...`. One scenario for each way in; every number comes from the plan.
import exec from "k6/execution";
import http from "k6/http";
import { Counter, Rate, Trend } from "k6/metrics";
import { sleep } from "k6";
import ws from "k6/ws";

/** Connections and requests that nobody answered as they should. */
const refused = new Rate("holdfast_refused");
/** Connections that the other side closed before their time. */
const cut = new Rate("holdfast_cut");
/** Connections that were open and gave no echo. */
const mute = new Rate("holdfast_mute");
const cutAfterSeconds = new Trend("holdfast_cut_after_seconds");
/** Status that came in place of the one that was to come; 0 where nothing came. */
const refusedStatus = new Trend("holdfast_refused_status");
const kept = new Counter("holdfast_kept");
const answeredMilliseconds = new Trend("holdfast_answered_milliseconds");

export const options = PLAN.options;

/** Opens a WebSocket, says something, is silent, says it again. */
export function hold() {
  const { url, silentSeconds, patienceSeconds, heartbeatSeconds, echoes } = PLAN.ways[exec.scenario.name];
  const message = `holdfast ${exec.vu.idInTest} ${exec.vu.iterationInScenario}`;
  let openedAt;
  let saidAt;
  let silenceIsOver = false;
  let alive = false;
  let gaveUp = false;
  const answer = ws.connect(url, {}, (socket) => {
    const say = () => {
      saidAt = Date.now();
      socket.send(message);
      if (!echoes) heard();
    };
    const heard = () => {
      if (silenceIsOver) {
        alive = true;
        socket.close(1000);
        return;
      }
      socket.setTimeout(() => {
        silenceIsOver = true;
        say();
      }, silentSeconds * 1000);
    };
    socket.on("open", () => {
      openedAt = Date.now();
      say();
      if (heartbeatSeconds) socket.setInterval(() => socket.send("holdfast heartbeat"), heartbeatSeconds * 1000);
      socket.setTimeout(
        () => {
          gaveUp = true;
          socket.close();
        },
        (silentSeconds + patienceSeconds) * 1000,
      );
    });
    socket.on("message", (text) => {
      if (text !== message) return;
      answeredMilliseconds.add(Date.now() - saidAt);
      heard();
    });
    // Told as a cut below.
    socket.on("error", () => {});
  });
  const opened = openedAt !== undefined && answer.status === 101;
  refused.add(!opened);
  // Who is refused at once would knock thousands of times a second.
  if (!opened) {
    refusedStatus.add(answer.status || 0);
    return sleep(1);
  }
  mute.add(gaveUp);
  cut.add(!alive && !gaveUp);
  if (alive) kept.add(1);
  else if (!gaveUp) cutAfterSeconds.add((Date.now() - openedAt) / 1000);
}

/** Asks for a page, on a connection of its own. */
export function ask() {
  const { url, patienceSeconds, pauseSeconds } = PLAN.ways[exec.scenario.name];
  const answer = http.get(url, { timeout: `${patienceSeconds}s`, headers: { accept: "text/html, application/json" } });
  const answered = answer.status >= 200 && answer.status < 300;
  refused.add(!answered);
  if (answered) {
    kept.add(1);
    answeredMilliseconds.add(answer.timings.duration);
  } else {
    refusedStatus.add(answer.status);
  }
  sleep(pauseSeconds);
}

export function handleSummary({ metrics }) {
  return { [__ENV.HOLDFAST_SUMMARY || "stdout"]: JSON.stringify(metrics) };
}

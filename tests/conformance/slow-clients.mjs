import net from 'node:net';
import { setInterval as everySecond } from 'node:timers';
import { setTimeout as wait } from 'node:timers/promises';
import { eachConcurrently } from './report.mjs';
import { Wire, requestBytes } from './wire.mjs';

const HEADER_DEADLINE = 5_000;
const BODY_DEADLINE = 10_000;
// A deadline is checked by timers that may tick once a second, on a busy machine.
const TOLERANCE = 3_000;
const LARGE_LIST_TASKS = 1_000;
const STATUS_LINE_BYTES = 'HTTP/1.1 200'.length;

/** Sends the head at once, then one byte each second, until there is a response, which must come by the deadline. */
async function dribble(fixture, head, bytes, deadline) {
  const wire = new Wire(fixture.service.target, ['POST']);
  if (head.length) await wire.send(head);
  let sent = 0;
  const timer = everySecond(() => {
    if (!wire.closed && sent < bytes.length) wire.socket.write(bytes.subarray(sent, (sent += 1)));
  }, 1_000);
  const response = await wire.response(1, deadline + 2 * TOLERANCE);
  clearInterval(timer);
  const closed = await wire.until(() => wire.closed, 2_000);
  const late = wire.elapsed > deadline + TOLERANCE;
  const early = wire.elapsed < deadline / 2;
  wire.destroy();
  return {
    response,
    failures: [
      ...(late ? [`after ${Math.round(wire.elapsed)} ms, the deadline is ${deadline}`] : []),
      ...(early ? [`after ${Math.round(wire.elapsed)} ms already`] : []),
      ...(closed ? [] : ['the connection stayed open']),
    ],
  };
}

const request = (fixture, method, length) => requestBytes(fixture.service.target, {
  method,
  path: fixture.a.tasks,
  headers: [fixture.a.bearer, ['Content-Type', 'application/json']],
  body: { declaredLength: length },
});

const nothing = Buffer.alloc(0);

async function slowReader(fixture) {
  const text = '🚀'.repeat(1_000);
  const seeds = Array.from({ length: LARGE_LIST_TASKS - 1 }, (_, index) => ({ title: `${index}`, description: text }));
  await eachConcurrently(seeds, 16, (task) => fixture.a.add(task));
  const reader = readByBytes(fixture);
  await wait(1_000);
  const failures = await servedUnderOneSecond(fixture);
  const statusLine = await reader.done;
  return { response: statusOnly(statusLine), failures };
}

/** Reads one byte a second; resolves to the first bytes. */
function readByBytes(fixture) {
  let read = '';
  const done = new Promise((resolve) => {
    const callback = (count, buffer) => {
      read += buffer.toString('latin1', 0, count);
      if (read.length >= STATUS_LINE_BYTES) socket.destroy();
      else setTimeout(() => socket.resume(), 1_000);
      return false;
    };
    const socket = net.connect({ ...fixture.service.target, onread: { buffer: Buffer.alloc(1), callback } });
    socket.on('error', () => {});
    socket.on('close', () => resolve(read));
    socket.write(requestBytes(fixture.service.target, { path: fixture.a.tasks, headers: [fixture.a.bearer] }));
  });
  return { done };
}

const statusOnly = (line) => {
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1]);
  return status ? { status, headers: [], body: nothing, text: '', all: () => [], header: () => null } : undefined;
};

async function servedUnderOneSecond(fixture) {
  const response = await fixture.b.send('GET', fixture.b.tasks);
  if (response?.status !== 200) return [`another client gets ${response?.status}`];
  return response.elapsed < 1_000 ? [] : [`another client waits ${Math.round(response.elapsed)} ms`];
}

/** The slow cases that may run beside each other. */
export const slowClients = {
  slow_idle_connect: (fixture) => dribble(fixture, nothing, nothing, HEADER_DEADLINE),
  slow_headers_1bps: (fixture) => dribble(fixture, nothing, request(fixture, 'POST', 13), HEADER_DEADLINE),
  slow_body_1bps: (fixture) => dribble(fixture, request(fixture, 'POST', 1000), Buffer.alloc(1000, 'x'), BODY_DEADLINE),
  slow_body_never: (fixture) =>
    dribble(fixture, Buffer.concat([request(fixture, 'POST', 50), Buffer.from('{"title":"x"}')]), nothing, BODY_DEADLINE),
  slow_read_1bps: slowReader,
};

import { setTimeout as wait } from 'node:timers/promises';
import { Wire, requestBytes } from './wire.mjs';
import { eachConcurrently } from './report.mjs';
import { openFilesLimit, serverPid } from './server-process.mjs';

const RESERVED_FILES = 600;
const KEEP_ALIVE_WANTED = 10_000;
const RECOVERY_MILLISECONDS = 10_000;
const GATHER_MILLISECONDS = 20_000;

async function probe(fixture, right) {
  const response = await fixture.a.send('GET', fixture.a.tasks);
  const failures = [];
  if (!right.includes(response?.status)) failures.push(`one more client gets ${response?.status}`);
  if (response?.elapsed > 1_000) failures.push(`one more client waits ${Math.round(response.elapsed)} ms`);
  return { response, failures };
}

/** Opens so many connections, each held by what it is given. */
async function gather(fixture, count, greet) {
  const wires = [];
  const end = performance.now() + GATHER_MILLISECONDS;
  await eachConcurrently(Array.from({ length: count }, (_, index) => index), 200, async () => {
    if (performance.now() > end) return;
    const wire = new Wire(fixture.service.target, ['GET']);
    wires.push(wire);
    await wire.connected;
    await greet(wire);
  });
  return wires;
}

async function idle(fixture) {
  const wires = await gather(fixture, 1_000, () => {});
  const probed = await probe(fixture, [200]);
  for (const wire of wires) wire.destroy();
  return probed;
}

async function keepAlive(fixture, report) {
  const limits = [openFilesLimit(), openFilesLimit(serverPid(fixture.service.target.port) ?? 'self')];
  const known = limits.filter(Number.isFinite);
  const count = Math.min(KEEP_ALIVE_WANTED, ...known.map((limit) => limit - RESERVED_FILES));
  const livez = requestBytes(fixture.service.target, { path: '/livez' });
  const wires = await gather(fixture, count, async (wire) => {
    wire.socket.write(livez);
    await wire.response(1, 5_000);
  });
  const served = wires.filter((wire) => wire.responses[0]?.status === 200).length;
  const rejected = wires.filter((wire) => wire.responses[0]?.status === 503).length;
  const open = wires.filter((wire) => !wire.closed).length;
  report.note(`slow_10k_keepalive: ${wires.length} of ${count} connections `
    + `(open files: ${limits.join(' here, ')} in the service); `
    + `${served} served, ${rejected} rejected with 503, ${open} still open at the end`);
  const during = await probe(fixture, [200, 503]);
  for (const wire of wires) wire.destroy();
  const after = await recovered(fixture);
  const unserved = served === 0 ? ['none of them was served'] : [];
  return { response: during.response, failures: [...during.failures, ...after, ...unserved] };
}

async function recovered(fixture) {
  const end = performance.now() + RECOVERY_MILLISECONDS;
  while (performance.now() < end) {
    const { failures } = await probe(fixture, [200]);
    if (failures.length === 0) return [];
    await wait(200);
  }
  return ['it does not recover after they are gone'];
}

/** The cases that need the service for themselves. */
export const manyConnections = { slow_1000_idle: idle, slow_10k_keepalive: keepAlive };

import { Wire } from './wire.mjs';
import { framingRequest } from './framing-requests.mjs';

const CLOSE_MILLISECONDS = 6_000;
const LISTEN_MILLISECONDS = 300;

// Soundly framed to the end, so that the connection may serve what follows.
const MAY_GO_ON = new Set(['raw_get_with_body', 'raw_early_413_keepalive', 'raw_chunk_ext_64k']);
// These are requests that may be served: the connection may live on.
const SOUND_FRAMING = new Set([
  'raw_chunk_1_byte_flood', 'raw_hdr_64k', 'raw_upgrade_h2c', 'raw_get_with_body', 'raw_early_413_keepalive',
]);

/** Sends the bytes of a raw case; the first answer, and what the connection did wrong. */
export async function frame(testCase, world) {
  const bytes = framingRequest(testCase.name, world.a);
  if (!bytes) return { failures: ['no bytes are written for this case'] };
  const wire = new Wire(world.service.target, []);
  // The rest of a refused body must arrive, to be seen not to be read as requests.
  await wire.send(bytes, { evenWhenAnswered: testCase.name === 'raw_early_413_keepalive' });
  const response = await wire.response();
  if (response) response.elapsed = wire.elapsed;
  const failures = response ? await afterwards(testCase, wire, response) : [];
  wire.destroy();
  return { response, failures };
}

async function afterwards({ name }, wire, response) {
  if (response.status < 400 || SOUND_FRAMING.has(name)) {
    await wire.until(() => wire.closed, LISTEN_MILLISECONDS);
    return polluted(name, wire);
  }
  const closed = await wire.until(() => wire.closed, CLOSE_MILLISECONDS);
  const broken = closed ? [] : ['the connection stayed open'];
  return wire.responses.length > 1 ? [...broken, `${wire.responses.length} answers to one broken request`] : broken;
}

/** A request behind a sound one is answered as itself, or not at all. */
function polluted(name, wire) {
  const [, ...behind] = wire.responses;
  const following = MAY_GO_ON.has(name) ? 1 : 0;
  const wrong = behind.filter((response) => response.status !== 200);
  return behind.length > following || wrong.length
    ? [`what follows was answered by ${behind.map((response) => response.status).join(', ')}`] : [];
}

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

/** Sends the bytes of a raw case. Returns the first response, and what is wrong with the connection afterwards. */
export async function frame(testCase, fixture) {
  const bytes = framingRequest(testCase.name, fixture.a);
  if (!bytes) return { failures: ['no bytes are written for this case'] };
  const wire = new Wire(fixture.service.target, []);
  // The rest of a rejected body must arrive, or nothing shows that it is not parsed as requests.
  await wire.send(bytes, { evenAfterResponse: testCase.name === 'raw_early_413_keepalive' });
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
  return wire.responses.length > 1 ? [...broken, `${wire.responses.length} responses to one broken request`] : broken;
}

/** A request behind a sound one gets its own response, or none. */
function polluted(name, wire) {
  const [, ...behind] = wire.responses;
  const following = MAY_GO_ON.has(name) ? 1 : 0;
  const wrong = behind.filter((response) => response.status !== 200);
  return behind.length > following || wrong.length
    ? [`the request that follows gets ${behind.map((response) => response.status).join(', ')}`] : [];
}

import net from 'node:net';
import { ResponseReader } from './response-reader.mjs';

const LONG_BYTES = 64 * 1024;
const HEAD_END_BYTES = 4;
// A server that rejects a request for its head alone has responded by then.
const REJECTION_MILLISECONDS = 50;

/** A plain connection, for bytes that no client library would send. */
export class Wire {
  constructor(target, methods = ['GET'], socketOptions = {}) {
    this.reader = new ResponseReader(methods);
    this.closed = false;
    this.received = false;
    this.openedAt = performance.now();
    this.socket = net.connect({ ...target, ...socketOptions });
    this.socket.setNoDelay(true);
    this.connected = new Promise((resolve) => {
      this.socket.once('connect', () => resolve(true));
      this.socket.once('close', () => resolve(false));
    });
    this.socket.on('data', (chunk) => this.receive(chunk));
    this.socket.on('end', () => this.markClosed());
    this.socket.on('close', () => this.markClosed());
    this.socket.on('error', (error) => {
      this.error = error;
    });
    this.listeners = new Set();
  }

  get responses() {
    return this.reader.responses;
  }

  receive(chunk) {
    this.received = true;
    this.reader.feed(chunk);
    if (this.responses.length) this.respondedAt ??= performance.now();
    this.notify();
  }

  markClosed() {
    if (this.closed) return;
    this.closed = true;
    this.reader.end();
    if (this.responses.length) this.respondedAt ??= performance.now();
    this.notify();
  }

  notify() {
    for (const listener of [...this.listeners]) listener();
  }

  /**
   * Sends the bytes. Of a long request the head goes first, since a server may reject it by that alone. The rest goes in
   * one write: a server that closes on unread bytes resets the connection, and a second write then loses the response.
   */
  async send(bytes, { evenAfterResponse = false } = {}) {
    await this.connected;
    const headEnd = bytes.indexOf('\r\n\r\n') + HEAD_END_BYTES;
    const first = bytes.length > LONG_BYTES && headEnd >= HEAD_END_BYTES ? headEnd : bytes.length;
    this.socket.write(bytes.subarray(0, first));
    if (first === bytes.length) return;
    await this.until(() => this.received || this.closed, REJECTION_MILLISECONDS);
    if (!this.closed && (evenAfterResponse || !this.received)) this.socket.write(bytes.subarray(first));
  }

  /** Waits until the condition holds; false when it did not within the time. */
  until(condition, milliseconds = 15_000) {
    return new Promise((resolve) => {
      const settle = (value) => {
        clearTimeout(timer);
        this.listeners.delete(check);
        resolve(value);
      };
      const check = () => condition() && settle(true);
      const timer = setTimeout(() => settle(false), milliseconds);
      this.listeners.add(check);
      check();
    });
  }

  /** The `count`th response, or undefined when the connection closed or the time passed without it. */
  async response(count = 1, milliseconds = 15_000) {
    await this.until(() => this.responses.length >= count || this.closed, milliseconds);
    return this.responses[count - 1];
  }

  /** Milliseconds from the opening to the first complete response. */
  get elapsed() {
    return (this.respondedAt ?? performance.now()) - this.openedAt;
  }

  destroy() {
    this.socket.destroy();
  }
}

const header = ([name, value]) => `${name}: ${value}\r\n`;

/** One request as bytes. Header text is taken as Latin-1, so that it can contain any byte. */
export function requestBytes(target, { method = 'GET', path, headers = [], body }) {
  const length = body === undefined ? [] : [['Content-Length', body.declaredLength ?? body.length]];
  const fields = [['Host', `${target.host}:${target.port}`], ...headers, ...length].map(header).join('');
  const head = Buffer.from(`${method} ${path} HTTP/1.1\r\n${fields}\r\n`, 'latin1');
  return body === undefined || body.declaredLength ? head : Buffer.concat([head, body]);
}

/** One request on a connection of its own; undefined when nothing came back. */
export async function request(target, parts) {
  const wire = new Wire(target, [parts.method ?? 'GET']);
  await wire.send(requestBytes(target, parts));
  const response = await wire.response();
  wire.destroy();
  if (response) response.elapsed = wire.elapsed;
  return response;
}

/** Where a URL points, for a socket. */
export function targetOf(url) {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port || 80) };
}

const HEAD_END = Buffer.from('\r\n\r\n');
const WITHOUT_BODY = new Set([204, 304]);

/** One response, as sent. */
export class Response {
  constructor(status, headers, body) {
    Object.assign(this, { status, headers, body });
  }

  /** The values of every header field of that name. */
  all(name) {
    return this.headers.filter(([field]) => field.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
  }

  /** The first of them, or null. */
  header(name) {
    return this.all(name)[0] ?? null;
  }

  get text() {
    return this.body.toString('utf8');
  }

  /** The body as JSON, or undefined when it is none. */
  get json() {
    try {
      return JSON.parse(this.text);
    } catch {
      return undefined;
    }
  }
}

/** Splits the bytes of a connection into responses. `methods` are those of the requests, in order: HEAD has no body. */
export class ResponseReader {
  constructor(methods) {
    this.methods = [...methods];
    this.buffer = Buffer.alloc(0);
    this.head = null;
    this.responses = [];
  }

  feed(chunk) {
    this.buffer = this.buffer.length ? Buffer.concat([this.buffer, chunk]) : chunk;
    while (this.next(false));
  }

  end() {
    this.next(true);
  }

  next(closed) {
    this.head ??= this.takeHead();
    if (!this.head) return false;
    const taken = this.takeBody(closed);
    if (!taken) return false;
    const { status, headers } = this.head;
    this.head = null;
    this.buffer = this.buffer.subarray(taken.length);
    if (status >= 200) {
      this.methods.shift();
      this.responses.push(new Response(status, headers, taken.body));
    }
    return this.buffer.length > 0;
  }

  takeHead() {
    const end = this.buffer.indexOf(HEAD_END);
    if (end < 0) return null;
    const [statusLine, ...lines] = this.buffer.subarray(0, end).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1] ?? Number.NaN);
    const headers = lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    this.buffer = this.buffer.subarray(end + HEAD_END.length);
    return { status, headers, values: new Map(headers.map(([name, value]) => [name.toLowerCase(), value])) };
  }

  takeBody(closed) {
    const { status, values } = this.head;
    if (status < 200 || WITHOUT_BODY.has(status) || this.methods[0] === 'HEAD') return sized(this.buffer, 0);
    if (/chunked/i.test(values.get('transfer-encoding') ?? '')) return chunked(this.buffer);
    if (values.has('content-length')) return sized(this.buffer, Number(values.get('content-length')));
    return closed ? sized(this.buffer, this.buffer.length) : null;
  }
}

function sized(buffer, length) {
  return buffer.length < length ? null : { length, body: buffer.subarray(0, length) };
}

function chunked(buffer) {
  const pieces = [];
  let offset = 0;
  for (;;) {
    const lineEnd = buffer.indexOf('\r\n', offset);
    if (lineEnd < 0) return null;
    const size = Number.parseInt(buffer.toString('latin1', offset, lineEnd), 16);
    const start = lineEnd + 2;
    if (buffer.length < start + size + 2) return null;
    if (!size) return { length: start + 2, body: Buffer.concat(pieces) };
    pieces.push(buffer.subarray(start, start + size));
    offset = start + size + 2;
  }
}

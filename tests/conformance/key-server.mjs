import { createServer } from 'node:http';
import { once } from 'node:events';

/** An issuer's key sets on loopback, each under a name, and a trap URL that must not be fetched. Counts the requests. */
export class KeyServer {
  constructor() {
    this.sets = new Map();
    this.fetches = new Map();
    this.server = createServer((request, response) => {
      const name = request.url.slice(1);
      this.fetches.set(name, this.fetchesOf(name) + 1);
      const set = this.sets.get(name);
      response.writeHead(set ? 200 : 404, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(set ?? {}));
    });
  }

  static async start() {
    const keys = new KeyServer();
    keys.server.listen(0, '127.0.0.1');
    await once(keys.server, 'listening');
    return keys;
  }

  /** The URL of the set of that name. */
  serve(name, set) {
    this.sets.set(name, set);
    return this.urlOf(name);
  }

  urlOf(name) {
    return `http://127.0.0.1:${this.server.address().port}/${name}`;
  }

  fetchesOf(name) {
    return this.fetches.get(name) ?? 0;
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections();
  }
}

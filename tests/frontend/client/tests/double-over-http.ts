import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { createTestServer, type TestServerOptions } from "../src/testing/index.ts";

/** Serves the API in memory over HTTP, until the returned function is called. */
export async function serveDouble(options: TestServerOptions): Promise<{ url: string; close: () => void }> {
  const double = createTestServer(options);
  const http = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = new Headers();
    for (let index = 0; index < request.rawHeaders.length; index += 2)
      headers.append(request.rawHeaders[index]!, request.rawHeaders[index + 1]!);
    const body = chunks.length ? Buffer.concat(chunks) : undefined;
    const reply = await double.fetch(request.url!, { method: request.method, headers, body });
    response.writeHead(reply.status, Object.fromEntries(reply.headers));
    response.end(Buffer.from(await reply.arrayBuffer()));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const close = () => (http.closeAllConnections(), http.close());
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, close };
}

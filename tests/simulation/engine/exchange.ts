/** One request and its whole reply over a real socket, as `fetch` gives it with `redirect: 'error'`; Node's own costs five times as much. */
import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true });
const BODILESS = new Set([204, 304]);

/** @throws TypeError when there is no whole reply within that time, or it sends us somewhere else. */
export function exchange(address: string, init: RequestInit, headers: Readonly<Record<string, string>>, patience_ms: number): Promise<Response> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => {
      clearTimeout(patience);
      asked.destroy();
      reject(new TypeError('fetch failed', { cause }));
    };
    const asked = request(address, { method: init.method ?? 'GET', headers, agent }, (reply) => {
      const pieces: Buffer[] = [];
      const status = reply.statusCode ?? 0;
      if (status >= 300 && status < 304) return fail('redirected');
      reply.on('data', (piece: Buffer) => pieces.push(piece));
      reply.on('error', fail);
      reply.on('end', () => {
        if (!reply.complete) return fail('cut off');
        clearTimeout(patience);
        const pairs = Object.entries(reply.headers).map(([name, value]): [string, string] => [name, String(value)]);
        resolve(new Response(BODILESS.has(status) || pieces.length === 0 ? null : Buffer.concat(pieces), { status, headers: pairs }));
      });
    });
    const patience = setTimeout(() => fail('silence'), patience_ms);
    asked.on('error', fail);
    asked.end(init.body as string | Uint8Array | undefined);
  });
}

import { afterEach, describe, expect, test } from '@jest/globals';
import { Counter, Registry } from 'prom-client';
import { type OpsServer, startOpsServer } from './ops-server.ts';

let server: OpsServer | undefined;
afterEach(() => server?.close());

async function start(
  notReady: () => string | null,
): Promise<(path: string) => Promise<{ status: number; body: string }>> {
  const registry = new Registry();
  new Counter({ name: 'resetscope_test_total', help: 'h', registers: [registry] }).inc(3);
  server = await startOpsServer({ listen: { host: '127.0.0.1', port: 0 }, registry, notReady });
  const base = `http://${server.address}`;
  return async (path) => {
    const response = await fetch(base + path);
    return { status: response.status, body: await response.text() };
  };
}

describe('startOpsServer', () => {
  test('serves metrics and health', async () => {
    const get = await start(() => null);
    expect((await get('/metrics')).body).toContain('resetscope_test_total 3');
    expect(await get('/healthz')).toEqual({ status: 200, body: 'ok\n' });
    expect(await get('/readyz?x=1')).toEqual({ status: 200, body: 'ready\n' });
    expect((await get('/other')).status).toBe(404);
  });

  test('says why it is not ready', async () => {
    const get = await start(() => 'Redis is away');
    expect(await get('/readyz')).toEqual({ status: 503, body: 'Redis is away\n' });
  });

  test('a port in use is a clear error', async () => {
    await start(() => null);
    const port = Number(server?.address.split(':')[1]);
    const second = startOpsServer({
      listen: { host: '127.0.0.1', port },
      registry: new Registry(),
      notReady: () => null,
    });
    await expect(second).rejects.toMatchObject({ code: 'RS_PORT_IN_USE' });
  });
});

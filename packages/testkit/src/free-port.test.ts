import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { freePort, freePorts } from './free-port.ts';

test('a free port can be listened on', async () => {
  const port = await freePort('127.0.0.2');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.2', resolve));
  expect(server.address()).toMatchObject({ port, address: '127.0.0.2' });
  await new Promise((resolve) => server.close(resolve));
});

test('several free ports are distinct', async () => {
  expect(new Set(await freePorts(20)).size).toBe(20);
});

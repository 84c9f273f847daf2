import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { expect } from '@jest/globals';
import { testIf } from './jest.ts';
import { hasProgram } from './program.ts';
import { startTlsRedis, type TlsRedis } from './tls-redis.ts';

const tlsTest = testIf(hasProgram('redis-server') && hasProgram('openssl'), 'needs redis-server and openssl');

/** The answer to PING, or how the connection ended. */
function ping({ port, caFile }: TlsRedis, own: { readonly cert?: Buffer; readonly key?: Buffer }): Promise<string> {
  return new Promise((resolve) => {
    const ca = readFileSync(caFile);
    const socket = connect({ host: 'localhost', port, ca, ...own }, () => socket.write('PING\r\n'));
    socket.once('data', (reply) => {
      resolve(reply.toString('latin1'));
      socket.destroy();
    });
    socket.once('error', (error) => resolve(error.message));
    socket.once('close', () => resolve('closed'));
  });
}

tlsTest('answers whoever has a certificate of its authority, and nobody else', async () => {
  const server = await startTlsRedis();
  try {
    const own = { cert: readFileSync(server.certFile), key: readFileSync(server.keyFile) };
    expect(await ping(server, own)).toBe('+PONG\r\n');
    expect(await ping(server, {})).not.toContain('PONG');
  } finally {
    await server.stop();
  }
});

/** A redis-server that speaks only TLS and wants a client certificate, with an authority made for it by openssl. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { findProgram, startProgram } from './program.ts';
import { makeTempDir } from './temp-dir.ts';
import { waitUntil } from './wait-until.ts';

const run = promisify(execFile);

export interface TlsRedis {
  /** `rediss://localhost:port`; the certificate carries `localhost` alone. */
  readonly url: string;
  readonly port: number;
  /** PEM files: who signed all of them, and a client's certificate and key. */
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  stop(): Promise<void>;
}

/** args: redis-server's, after ours. Throws when redis-server or openssl is missing. */
export async function startTlsRedis(args: readonly string[] = []): Promise<TlsRedis> {
  const temp = await makeTempDir('resetscope-redis-tls-');
  try {
    const port = await freePort();
    const at = (name: string): string => join(temp.path, name);
    await makeCertificates(temp.path);
    const tls = [
      '--tls-cert-file',
      at('server.crt'),
      '--tls-key-file',
      at('server.key'),
      '--tls-ca-cert-file',
      at('ca.crt'),
    ];
    const place = [
      '--port',
      '0',
      '--tls-port',
      `${port}`,
      '--dir',
      temp.path,
      '--save',
      '',
      '--maxmemory-policy',
      'noeviction',
    ];
    const program = await startProgram('redis-server', [...place, ...tls, ...args]);
    await waitUntil(() => listens(port), { what: 'redis-server to listen with TLS', failed: program.ended });
    const stop = () => program.stop().then(temp.remove);
    return {
      url: `rediss://localhost:${port}`,
      port,
      caFile: at('ca.crt'),
      certFile: at('client.crt'),
      keyFile: at('client.key'),
      stop,
    };
  } catch (error) {
    await temp.remove();
    throw error;
  }
}

async function makeCertificates(dir: string): Promise<void> {
  const openssl = findProgram('openssl');
  if (openssl === null) throw new Error('openssl is not installed');
  const call = (...args: string[]) => run(openssl, args, { cwd: dir });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await call(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-days',
    '2',
    '-subj',
    '/CN=resetscope test authority',
  );
  await writeFile(join(dir, 'server.ext'), 'subjectAltName=DNS:localhost\n');
  await writeFile(join(dir, 'client.ext'), 'extendedKeyUsage=clientAuth\n');
  for (const name of ['server', 'client']) {
    await call('req', '-new', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
    await call(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      ...signer,
      '-days',
      '2',
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.crt`,
    );
  }
}

/** Does the handshake begin? What the server thinks of us does not matter here. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(true);
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
  });
}

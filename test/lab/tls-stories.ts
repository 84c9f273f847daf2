/** TLS on the client's side and on the upstream's: what the packets still show, and what they hide. */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type net from 'node:net';
import { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import tls from 'node:tls';
import type { Client } from './client.ts';
import { byClient, RESET_104 } from './client-stories.ts';
import {
  ABORTS_ALIKE,
  afterResponse,
  behindTls,
  inRequest,
  inResponse,
  type Tuple,
  UNKNOWN,
  type Verdict,
  waiting,
} from './expected.ts';
import type { Stage, Story } from './stage.ts';
import { upstreamTuple } from './upstream.ts';
import { byUpstream } from './upstream-stories.ts';

/** TLS over a raw socket that stays ours: it can be reset, or left unread, below TLS. */
export class TlsSession {
  readonly secure: tls.TLSSocket;
  private text = '';

  private constructor(secure: tls.TLSSocket) {
    this.secure = secure;
    secure.on('error', () => undefined);
    secure.on('data', (chunk) => {
      this.text += chunk.toString('latin1');
    });
  }

  static async over(client: Client, options: tls.ConnectionOptions = {}): Promise<TlsSession> {
    const secure = tls.connect({ socket: overSocket(client.socket), rejectUnauthorized: false, ...options });
    const session = new TlsSession(secure);
    await once(secure, 'secureConnect');
    return session;
  }

  async send(text: string): Promise<void> {
    await new Promise<void>((resolve) => this.secure.write(text, () => resolve()));
    // The records go through a stream of ours before they reach the kernel.
    await delay(5);
  }

  async until(isEnough: (text: string) => boolean): Promise<void> {
    for (let i = 0; i < 1500 && !isEnough(this.text); i++) await delay(2);
    if (!isEnough(this.text)) throw new Error(`the TLS client did not get its answer: ${this.text.slice(0, 100)}`);
  }
}

/** The socket as a plain stream, so that TLS does not take its handle away. */
function overSocket(socket: net.Socket): Duplex {
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk, _encoding, done) => {
      if (socket.destroyed) done();
      else socket.write(chunk, () => done());
    },
    final: (done) => {
      if (!socket.destroyed) socket.end();
      done();
    },
  });
  socket.on('data', (chunk) => stream.push(chunk));
  socket.on('end', () => stream.push(null));
  socket.on('close', () => stream.destroy());
  stream.on('error', () => undefined);
  return stream;
}

async function open(stage: Stage, options: tls.ConnectionOptions = {}): Promise<[Client, TlsSession]> {
  const client = await stage.connect({ port: stage.ports.https });
  return [client, await TlsSession.over(client, { servername: stage.host, ...versions(stage), ...options })];
}

function versions(stage: Stage): tls.ConnectionOptions {
  return stage.random.chance(0.5) ? { minVersion: 'TLSv1.3' } : { maxVersion: 'TLSv1.2' };
}

const NO_TRANSACTION: Verdict = {
  outcome: { request: 'none', response: 'none', delivered: 'no', status: null, retrySafe: 'yes' },
};
const HIDDEN = { delivered: [UNKNOWN], request: [UNKNOWN], response: [UNKNOWN], retrySafe: [UNKNOWN] };

export const resetBeforeHello: Story = (stage) => async () => {
  const client = await stage.connect({ port: stage.ports.https });
  await stage.moment();
  client.reset();
  return [
    byClient(client, /recv\(\) failed \(104.*while SSL handshaking/, {
      ...NO_TRANSACTION,
      phase: 'handshake',
      cause: 'tls-rst-in-handshake',
      accept: { ...HIDDEN, phase: ['tls-handshake'], cause: ['client-preconnect-abandoned', 'probe-connect-rst'] },
    }),
  ];
};

/** A ClientHello, whole or cut, then RST. */
export function resetAfterHello(whole: boolean): Story {
  return (stage) => async () => {
    const client = await stage.connect({ port: stage.ports.https });
    const hello = await clientHello(stage);
    await client.send(whole ? hello : hello.subarray(0, stage.random.int(6, hello.length - 5)));
    await stage.moment(30, 80);
    client.reset();
    return [
      byClient(client, /peer closed connection in SSL handshake \(104/, {
        ...NO_TRANSACTION,
        phase: 'tls-handshake',
        cause: 'tls-rst-in-handshake',
        accept: HIDDEN,
      }),
    ];
  };
}

/** The first flight of a real TLS client, taken from a connection that leads nowhere. */
function clientHello(stage: Stage): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const sink = new Duplex({
      read: () => undefined,
      write: (chunk, _encoding, done) => {
        resolve(chunk);
        done();
      },
    });
    tls.connect({ socket: sink, servername: stage.host, ...versions(stage) }).on('error', () => undefined);
  });
}

export const tlsResetInHead: Story = (stage) => async () => {
  const [client, session] = await open(stage);
  await session.send('GET /app/unfinished HTTP/1.1\r\nHost: ');
  await stage.moment(30, 80);
  client.reset();
  return [
    byClient(client, /client prematurely closed connection while reading client request/, behindTls(inRequest())),
  ];
};

export const tlsResetWaiting: Story = (stage) => async () => {
  const path = stage.path('/app/');
  const { method, text } = stage.anyRequest(path);
  stage.app.on(path, () => undefined);
  const [client, session] = await open(stage);
  await session.send(text);
  await stage.moment(50, 90);
  client.reset();
  return [byClient(client, RESET_104, behindTls(waiting(method, 'client-timeout-abort')))];
};

/** The second request of a TLS connection. */
export const tlsResetSecond: Story = (stage) => async () => {
  const path = stage.path('/app/');
  stage.app.on(path, () => undefined);
  const [client, session] = await open(stage);
  await session.send(stage.request(stage.path('/ping/')));
  await session.until((text) => text.endsWith('pong\n'));
  await session.send(stage.request(path));
  await stage.moment(50, 90);
  client.reset();
  return [byClient(client, RESET_104, behindTls(waiting('GET', 'client-timeout-abort')))];
};

export const tlsCloseMidResponse: Story = (stage) => async () => {
  const [client, session] = await open(stage);
  client.socket.pause();
  await session.send(stage.request(stage.path('/files/big.bin?s=')));
  client.socket.pause();
  await stage.moment(100, 150);
  client.reset();
  return [
    byClient(
      client,
      RESET_104,
      behindTls(
        inResponse('GET', 200, 'client-close-unread-mid-response', [
          'client-process-killed',
          'client-linger0-mid-response',
        ]),
      ),
    ),
  ];
};

export const tlsResetIdle: Story = (stage) => async () => {
  const path = stage.path('/app/');
  const { method, text } = stage.anyRequest(path);
  const body = 't'.repeat(stage.random.int(1, 20_000));
  stage.app.on(path, (exchange) => exchange.reply(200, body));
  const [client, session] = await open(stage);
  await session.send(text);
  await session.until((received) => received.endsWith(`\r\n\r\n${body}`));
  await stage.moment(50, 120);
  client.reset();
  return [
    byClient(
      client,
      /closed keepalive connection \(104/,
      behindTls(afterResponse(method, 200, 'idle', 'client-rst-after-complete')),
    ),
  ];
};

/** The client does not trust the certificate: an alert, then its end. */
export const tlsDistrusts: Story = (stage) => async () => {
  const client = await stage.connect({ port: stage.ports.https });
  await TlsSession.over(client, { rejectUnauthorized: true, servername: stage.host, maxVersion: 'TLSv1.2' }).catch(
    () => undefined,
  );
  await delay(50);
  client.reset();
  return [];
};

async function tlsServer(
  stage: Stage,
  onRequest: (secure: tls.TLSSocket, socket: net.Socket) => void,
): Promise<{ readonly address: string; stream(): Tuple | null }> {
  let stream: Tuple | null = null;
  const { cert, key } = certificate();
  const server = await stage.listen((socket) => {
    stream = upstreamTuple(socket);
    const secure = new tls.TLSSocket(overSocket(socket) as unknown as net.Socket, {
      isServer: true,
      secureContext: tls.createSecureContext({ cert, key, ...versions(stage) }),
    });
    secure.on('error', () => undefined);
    secure.once('data', () => onRequest(secure, socket));
  });
  return { address: server.address, stream: () => stream };
}

let known: { readonly cert: Buffer; readonly key: Buffer } | null = null;
/** Where run-case.ts left the certificate that nginx uses too. */
let certificateDir = '.';
export function useCertificateOf(dir: string): void {
  certificateDir = dir;
}
function certificate(): { readonly cert: Buffer; readonly key: Buffer } {
  known ??= { cert: readFileSync(`${certificateDir}/cert.pem`), key: readFileSync(`${certificateDir}/key.pem`) };
  return known;
}

/** nginx speaks TLS, the upstream gets a ClientHello and resets. */
export const upstreamRefusesTls: Story = async (stage) => {
  let stream: Tuple | null = null;
  const server = await stage.listen((socket) => {
    stream = upstreamTuple(socket);
    socket.once('data', () => void stage.moment(10, 40).then(() => socket.resetAndDestroy()));
  });
  const prefix = stage.location(`proxy_pass https://${server.address};`);
  return async () => {
    const client = await stage.connect();
    await client.send(stage.request(stage.path(prefix)));
    await client.response();
    client.finish();
    return [
      byUpstream(client, stream, /peer closed connection in SSL handshake \(104.*while SSL handshaking to upstream/, {
        ...NO_TRANSACTION,
        phase: 'tls-handshake',
        cause: 'upstream-tls-mismatch',
        accept: {
          cause: ['upstream-abort-linger0', 'upstream-close-unread-request', 'tls-rst-in-handshake'],
          delivered: [UNKNOWN],
        },
      }),
    ];
  };
};

function tlsUpstreamResets(when: 'waiting' | 'body'): Story {
  return async (stage) => {
    const server = await tlsServer(stage, (secure, socket) => {
      const pieces = 'y'.repeat(stage.random.int(2000, 30_000));
      if (when === 'body') secure.write(`HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n${pieces}`);
      void stage.moment(50, 100).then(() => socket.resetAndDestroy());
    });
    const prefix = stage.location(`proxy_pass https://${server.address};`);
    return async () => {
      const client = await stage.connect();
      await client.send(stage.request(stage.path(prefix)));
      await client.until((received) => received.includes('\r\n\r\n'), 'an answer');
      await delay(200);
      client.finish();
      const verdict: Verdict =
        when === 'waiting'
          ? behindTls(waiting('GET', 'upstream-abort-linger0', ABORTS_ALIKE))
          : behindTls(inResponse('GET', 200, 'upstream-rst-mid-body'));
      return [byUpstream(client, server.stream(), /\[error\].*(prematurely closed|\(104)/, verdict)];
    };
  };
}
export const tlsUpstreamResetsWaiting: Story = tlsUpstreamResets('waiting');
export const tlsUpstreamResetsInBody: Story = tlsUpstreamResets('body');

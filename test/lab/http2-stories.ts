/** HTTP/2 clients, cleartext with prior knowledge: one TCP reset ends all streams of a connection. */
import { once } from 'node:events';
import http2 from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from './client.ts';
import { byClient } from './client-stories.ts';
import { type Expected, UNKNOWN, type Verdict } from './expected.ts';
import type { Stage, Story } from './stage.ts';

const LINE = /recv\(\) failed \(104.*while processing HTTP\/2 connection/;

async function open(stage: Stage): Promise<[Client, http2.ClientHttp2Session]> {
  const client = await stage.connect({ port: stage.ports.h2c });
  client.socket.removeAllListeners('data');
  client.socket.pause();
  const session = http2.connect(`http://h2.test`, { createConnection: () => client.socket });
  session.on('error', () => undefined);
  await once(session, 'remoteSettings');
  return [client, session];
}

function start(session: http2.ClientHttp2Session, path: string, method = 'GET'): http2.ClientHttp2Stream {
  const stream = session.request({ ':path': path, ':method': method }, { endStream: method === 'GET' });
  stream.on('error', () => undefined);
  return stream;
}

function lost(phase: string, cause: string, accept: Verdict['accept'] = {}): Verdict {
  return { phase, cause, outcome: { delivered: 'no' }, accept: { delivered: [UNKNOWN], ...accept } };
}

/** One to four streams without an answer. */
export const h2ResetWaiting: Story = (stage) => async () => {
  const [client, session] = await open(stage);
  for (let i = stage.random.int(1, 4); i > 0; i--) {
    const path = stage.path('/app/').split('?')[0]!;
    stage.app.on(path, () => undefined);
    start(session, path);
  }
  await stage.moment(60, 120);
  client.reset();
  return [byClient(client, LINE, lost('waiting', 'client-timeout-abort'))];
};

/** A stream in the middle of its answer. */
export const h2ResetMidResponse: Story = (stage) => async () => {
  const [client, session] = await open(stage);
  const path = stage.path('/live/').split('?')[0]!;
  stage.app.on(path, (exchange) =>
    exchange.send(`HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n${'h'.repeat(9000)}`),
  );
  const stream = start(session, path);
  await once(stream, 'data');
  await stage.moment(40, 100);
  client.reset();
  return [
    byClient(
      client,
      LINE,
      lost('response', 'client-linger0-mid-response', {
        cause: ['client-close-unread-mid-response', 'client-timeout-abort'],
      }),
    ),
  ];
};

export const h2ResetIdle: Story = (stage) => async () => {
  const [client, session] = await open(stage);
  for (let i = stage.random.int(1, 3); i > 0; i--) {
    const stream = start(session, stage.path('/app/').split('?')[0]!);
    stream.resume();
    await once(stream, 'end');
  }
  await stage.moment(40, 100);
  client.reset();
  return [
    byClient(client, LINE, {
      phase: 'idle',
      cause: 'client-rst-after-complete',
      outcome: { delivered: 'yes' },
      accept: { delivered: [UNKNOWN], cause: ['client-acked-but-unread'] },
    }),
  ];
};

/** Some streams complete, one not: the connection lost something. */
export const h2ResetMixed: Story = (stage) => async () => {
  const [client, session] = await open(stage);
  const done = start(session, stage.path('/app/').split('?')[0]!);
  done.resume();
  await once(done, 'end');
  const path = stage.path('/app/').split('?')[0]!;
  stage.app.on(path, () => undefined);
  start(session, path);
  await stage.moment(60, 120);
  client.reset();
  return [byClient(client, LINE, lost('waiting', 'client-timeout-abort', { phase: ['response'] }))];
};

/** A request body that never ends. */
export const h2ResetInBody: Story = (stage) => async () => {
  const [client, session] = await open(stage);
  const stream = start(session, stage.path('/media/').split('?')[0]!, 'POST');
  stream.write('b'.repeat(stage.random.int(10, 5000)));
  await stage.moment(60, 120);
  client.reset();
  return [byClient(client, LINE, lost('request', 'client-abort-in-request'))];
};

/** RST_STREAM cancels one stream; later the connection is reset idle: two different things. */
export const h2CancelThenReset: Story = (stage) => async () => {
  const [client, session] = await open(stage);
  const path = stage.path('/app/').split('?')[0]!;
  stage.app.on(path, () => undefined);
  const stream = start(session, path);
  await delay(40);
  stream.close(http2.constants.NGHTTP2_CANCEL);
  await stage.moment(60, 120);
  client.reset();
  const expected: Expected = byClient(client, LINE, {
    phase: 'idle',
    cause: 'client-rst-after-complete',
    outcome: { delivered: 'no' },
    accept: {
      delivered: [UNKNOWN, 'yes'],
      cause: ['client-timeout-abort', 'client-acked-but-unread'],
      phase: ['waiting'],
    },
  });
  return [expected];
};

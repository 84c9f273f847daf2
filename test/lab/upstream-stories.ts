/** Upstreams that fail, one story for each phase of nginx's own connection. */
import type net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from './client.ts';
import { warmUp } from './client-stories.ts';
import {
  ABORTS_ALIKE,
  type Expected,
  inResponse,
  retrySafe,
  type Tuple,
  UNKNOWN,
  type Verdict,
  waiting,
} from './expected.ts';
import { BIG_FILE_LEN } from './nginx.ts';
import { spawnScript } from './script.ts';
import type { Stage, Story } from './stage.ts';
import { untilUnread } from './unread.ts';
import { type Exchange, type Handler, upstreamTuple } from './upstream.ts';

export function byUpstream(client: Client, stream: Tuple | null, pattern: RegExp, verdict: Verdict): Expected {
  return { pattern, client: client.endpoint, leg: 'upstream', stream, by: 'upstream', ...verdict };
}

export const ERROR_104 = /\[error\].*\(104: /;

/** The client's part of all stories here: one request, then whatever comes, then FIN. */
async function ask(stage: Stage, path: string, text = stage.request(path)): Promise<Client> {
  const client = await stage.connect();
  if (stage.random.chance(0.4)) await warmUp(stage, client);
  await client.send(text);
  await Promise.race([
    client.until((received) => received.includes('\r\n\r\n'), 'an answer').catch(() => ''),
    delay(3000),
  ]);
  const wasRecording = stage.isRecording;
  await stage.captureStarted;
  await delay(wasRecording ? 220 : 800);
  client.finish();
  return client;
}

/** A story around one request to the shared upstream. */
function exchange(
  prefixes: readonly string[],
  act: (stage: Stage) => Handler,
  pattern: RegExp,
  verdict: (method: string) => Verdict,
  change: Partial<Expected> = {},
): Story {
  return (stage) => async () => {
    const path = stage.path(stage.random.pick(prefixes));
    const { method, text } = stage.anyRequest(path);
    const attempts: Tuple[] = [];
    const handler = act(stage);
    stage.app.on(path, (got) => {
      attempts.push(got.tuple);
      return handler(got);
    });
    const client = await ask(stage, path, text);
    // nginx tries again when a cached connection failed (ngx_http_upstream_next); one line each, in order.
    return attempts.map((stream) => ({ ...byUpstream(client, stream, pattern, verdict(method)), ...change }));
  };
}

const PROXIED = ['/app/', '/live/', '/pool/'];

async function pause(stage: Stage): Promise<void> {
  await stage.moment(20, 80);
}

/** Request read, then SO_LINGER 0. */
export const abortsWaiting = exchange(
  PROXIED,
  (stage) => async (got) => {
    await pause(stage);
    got.reset();
  },
  ERROR_104,
  (method) => waiting(method, 'upstream-abort-linger0', ABORTS_ALIKE),
);

/** FIN without a word. */
export const closesWaiting = exchange(
  ['/app/', '/live/'],
  (stage) => async (got) => {
    await pause(stage);
    got.close();
  },
  /upstream prematurely closed connection while reading response header/,
  (method) => {
    const verdict = waiting(method, 'upstream-closed-without-response', ['upstream-worker-crash']);
    return { ...verdict, accept: { ...verdict.accept, phase: ['closing'] } };
  },
  { by: null, optional: true },
);

export const abortsInHead = exchange(
  PROXIED,
  (stage) => async (got) => {
    const head = `HTTP/1.1 200 OK\r\nServer: app\r\nX-Trace: ${stage.number()}\r\nContent-Le`;
    await got.send(head.slice(0, stage.random.int(18, head.length)));
    await pause(stage);
    got.reset();
  },
  ERROR_104,
  (method) => {
    const verdict = inResponse(method, 200, 'upstream-rst-mid-headers');
    return { ...verdict, accept: { ...verdict.accept, status: [null] } };
  },
);

function abortsInBody(framing: 'length' | 'chunked'): Story {
  return exchange(
    ['/app/', '/live/', '/pool/'],
    (stage) => async (got) => {
      const piece = 'r'.repeat(stage.random.int(1, 60_000));
      const head =
        framing === 'length'
          ? `HTTP/1.1 200 OK\r\nContent-Length: ${piece.length + stage.random.int(1, 90_000)}\r\n\r\n`
          : `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${(piece.length + 9).toString(16)}\r\n`;
      await got.send(head + piece);
      await pause(stage);
      got.reset();
    },
    ERROR_104,
    (method) => inResponse(method, 200, 'upstream-rst-mid-body'),
  );
}
export const abortsInLengthBody: Story = abortsInBody('length');
export const abortsInChunkedBody: Story = abortsInBody('chunked');

/** All chunks but the last, empty one: incomplete all the same (RFC 9112 7.1). */
export const abortsBeforeLastChunk = exchange(
  PROXIED,
  (stage) => async (got) => {
    await got.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\nworld!\r\n');
    await pause(stage);
    got.reset();
  },
  ERROR_104,
  (method) => inResponse(method, 200, 'upstream-rst-mid-body'),
);

export const finishesInBody = exchange(
  ['/app/', '/live/'],
  (stage) => async (got) => {
    await got.send(`HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n${'f'.repeat(stage.random.int(1, 30_000))}`);
    await pause(stage);
    got.close();
  },
  /upstream prematurely closed connection while reading upstream/,
  (method) => {
    const verdict = inResponse(method, 200, 'upstream-fin-mid-body');
    return { ...verdict, accept: { ...verdict.accept, phase: ['closing'] } };
  },
  { by: null, optional: true },
);

/** A body that only the end of the connection ends, ended by RST. */
export const abortsCloseDelimited = exchange(
  ['/app/', '/live/'],
  (stage) => async (got) => {
    await got.send(`HTTP/1.0 200 OK\r\nServer: old\r\n\r\n${'c'.repeat(stage.random.int(1, 20_000))}`);
    await pause(stage);
    got.reset();
  },
  ERROR_104,
  () => ({
    phase: 'response',
    cause: 'upstream-rst-ends-close-delimited',
    outcome: { request: 'complete', status: 200 },
  }),
);

/** The complete answer and the reset are there when nginx looks. */
export const resetsAfterComplete = exchange(
  ['/app/'],
  (stage) => (got) =>
    stage.whileFrozen(async () => {
      await got.reply(200, 'w'.repeat(stage.random.int(1, 9000)));
      await delay(5);
      got.reset();
      await delay(5);
    }),
  ERROR_104,
  (method) => ({
    phase: 'idle',
    cause: 'upstream-rst-after-complete',
    outcome: {
      request: 'complete',
      response: 'complete',
      delivered: 'yes',
      status: 200,
      retrySafe: retrySafe(method),
    },
    accept: { delivered: [UNKNOWN], phase: ['response', 'closing', 'lingering'] },
  }),
  { mayBeMissing: true },
);

/** 103 before the reset: an interim answer is none. */
export const abortsAfterEarlyHints = exchange(
  ['/app/'],
  (stage) => async (got) => {
    await got.send('HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n');
    await pause(stage);
    got.reset();
  },
  ERROR_104,
  (method) => {
    // nginx before 1.29 takes an interim answer for the final one.
    const verdict = waiting(method, 'upstream-abort-linger0', [
      ...ABORTS_ALIKE,
      'upstream-rst-mid-headers',
      'upstream-rst-mid-body',
      'upstream-rst-ends-close-delimited',
    ]);
    return { ...verdict, accept: { ...verdict.accept, status: [103], phase: ['response'], response: ['partial'] } };
  },
);

/** The request stays unread in the upstream's kernel. */
export const closesUnread: Story = async (stage) => {
  let stream: Tuple | null = null;
  const server = await stage.listen(
    (socket) => {
      stream = upstreamTuple(socket);
      void untilUnread(socket.localPort ?? 0, socket.remotePort ?? 0)
        .then(() => stage.moment(40, 90))
        .then(() => socket.destroy());
    },
    undefined,
    { pauseOnConnect: true },
  );
  const prefix = stage.location(`proxy_pass http://${server.address};`);
  return async () => {
    const path = stage.path(prefix);
    const { method, text } = stage.anyRequest(path);
    const client = await ask(stage, path, text);
    return [byUpstream(client, stream, ERROR_104, waiting(method, 'upstream-close-unread-request', ABORTS_ALIKE))];
  };
};

/** A long body: the upstream reads its beginning and closes. */
export const closesInRequestBody: Story = async (stage) => {
  let stream: Tuple | null = null;
  const server = await stage.listen(
    (socket) => {
      stream = upstreamTuple(socket);
      void untilUnread(socket.localPort ?? 0, socket.remotePort ?? 0)
        .then(() => stage.moment(60, 120))
        .then(() => socket.destroy());
    },
    undefined,
    { pauseOnConnect: true },
  );
  const prefix = stage.location(`client_max_body_size 0; proxy_pass http://${server.address};`);
  return async () => {
    const path = stage.path(prefix);
    const body = 'b'.repeat(BIG_FILE_LEN);
    const client = await ask(stage, path, stage.request(path, { method: 'POST', body }));
    return [
      byUpstream(client, stream, /\[error\].*\((104|32): /, {
        phase: 'request',
        cause: 'upstream-close-unread-request',
        outcome: { request: 'partial', response: 'none', delivered: 'no', status: null },
        accept: { cause: ABORTS_ALIKE, delivered: [UNKNOWN], phase: ['waiting'] },
      }),
    ];
  };
};

/** An answer to the head alone, then a close with the body unread. */
export const answersEarly: Story = async (stage) => {
  let stream: Tuple | null = null;
  const status = stage.random.pick([413, 401, 403]);
  const server = await stage.listen((socket) => {
    stream = upstreamTuple(socket);
    socket.once('data', () => {
      socket.pause();
      void delay(40).then(() =>
        socket.write(`HTTP/1.1 ${status} No\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno\n`, () =>
          socket.destroy(),
        ),
      );
    });
  });
  const prefix = stage.location(`client_max_body_size 0; proxy_pass http://${server.address};`);
  return async () => {
    const path = stage.path(prefix);
    const client = await ask(stage, path, stage.request(path, { method: 'POST', body: 'b'.repeat(BIG_FILE_LEN) }));
    const expected = byUpstream(client, stream, /\[error\].*\((104|32): /, {
      phase: 'response',
      cause: 'upstream-early-response-unread-body',
      outcome: { response: 'complete', status },
      accept: { phase: ['request', 'closing', 'lingering', 'idle'] },
    });
    // Silent when the answer was read before the next piece of the body was written (U17).
    return [{ ...expected, mayBeMissing: true }];
  };
};

/** Nothing listens; the port nginx came from is known to no actor, so the capture's SYN names it. */
export const refuses: Story = async (stage) => {
  const server = await stage.listen(() => undefined);
  server.server.close();
  const prefix = stage.location(`proxy_pass http://${server.address};`);
  return async () => {
    const path = stage.path(prefix);
    const { text } = stage.anyRequest(path);
    const client = await ask(stage, path, text);
    return [
      byUpstream(client, { originator: '?', responder: server.address }, /connect\(\) failed \(111/, {
        phase: 'handshake',
        cause: 'upstream-port-closed',
        outcome: { request: 'none', response: 'none', delivered: 'no', status: null, retrySafe: 'yes' },
        accept: { delivered: [UNKNOWN], cause: ['firewall-reject-syn'] },
      }),
    ];
  };
};

/** RST by the upstream as soon as it has accepted. */
export const resetsOnAccept: Story = async (stage) => {
  let stream: Tuple | null = null;
  const server = await stage.listen((socket) => {
    stream = upstreamTuple(socket);
    socket.resetAndDestroy();
  });
  const prefix = stage.location(`proxy_pass http://${server.address};`);
  return async () => {
    const client = await ask(stage, stage.path(prefix));
    return [
      byUpstream(client, stream, ERROR_104, {
        cause: 'upstream-abort-linger0',
        outcome: { response: 'none', delivered: 'no' },
        accept: {
          cause: [...ABORTS_ALIKE, 'upstream-listener-closed', 'upstream-proxy-protocol-mismatch'],
          delivered: [UNKNOWN],
        },
      }),
    ];
  };
};

/** The first of two servers fails, the second answers: an error line without harm. */
export const failsOver: Story = async (stage) => {
  let stream: Tuple | null = null;
  const bad = await stage.listen((socket) => {
    socket.once('data', () => {
      stream = upstreamTuple(socket);
      void delay(stage.random.int(10, 60)).then(() => socket.resetAndDestroy());
    });
  });
  const name = `pair${stage.number()}`;
  const prefix = stage.location(`proxy_pass http://${name};`);
  stage.servers.push(
    `upstream ${name} { server ${bad.address} max_fails=0; server ${stage.appAddress} max_fails=0 backup; }`,
  );
  return async () => {
    const client = await ask(stage, stage.path(prefix));
    return [byUpstream(client, stream, ERROR_104, waiting('GET', 'upstream-abort-linger0', ABORTS_ALIKE))];
  };
};

/** Both fail: two lines of one request, each about its own connection. */
export const bothFail: Story = async (stage) => {
  const streams: Tuple[] = [];
  const fail = (socket: net.Socket): void => {
    socket.once('data', () => {
      streams.push(upstreamTuple(socket));
      void delay(stage.random.int(10, 60)).then(() => socket.resetAndDestroy());
    });
  };
  const first = await stage.listen(fail);
  const second = await stage.listen(fail);
  const name = `both${stage.number()}`;
  const prefix = stage.location(`proxy_pass http://${name};`);
  stage.servers.push(`upstream ${name} { server ${first.address} max_fails=0; server ${second.address} max_fails=0; }`);
  return async () => {
    const client = await ask(stage, stage.path(prefix));
    return streams.map((stream) =>
      byUpstream(
        client,
        stream,
        new RegExp(`\\[error\\].*\\(104: .*upstream: "http://${stream.responder}`),
        waiting('GET', 'upstream-abort-linger0', ABORTS_ALIKE),
      ),
    );
  };
};

/** nginx takes a cached connection at the moment the upstream closes it. */
export const keepaliveRace: Story = async (stage) => {
  const sockets: net.Socket[] = [];
  let served = 0;
  const server = await stage.listen((socket) => {
    sockets.push(socket);
    socket.on('data', () => {
      served++;
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    socket.on('end', () => socket.end());
  });
  const name = `race${stage.number()}`;
  const prefix = stage.location(`proxy_next_upstream off; proxy_pass http://${name};`);
  stage.servers.push(`upstream ${name} { server ${server.address}; keepalive 4; }`);
  return async () => {
    const client = await stage.connect();
    await client.send(stage.request(stage.path(prefix)));
    await client.response();
    const stream = upstreamTuple(sockets[0]!);
    const path = stage.path(prefix);
    const { method, text } = stage.anyRequest(path);
    await stage.whileFrozen(async () => {
      await client.send(text);
      await delay(5);
      sockets[0]!.destroy();
      await delay(5);
    });
    await client.response();
    client.finish();
    if (served !== 1) return [];
    const verdict = waiting(method, 'keepalive-race-nginx-upstream');
    return [
      {
        ...byUpstream(client, stream, /\[error\].*(\((104|32): |prematurely closed)/, {
          phase: 'waiting',
          cause: 'keepalive-race-nginx-upstream',
          outcome: { request: 'complete', response: 'none', delivered: 'no', status: null, retrySafe: 'yes' },
          accept: { ...verdict.accept, phase: ['idle', 'closing'] },
        }),
      },
    ];
  };
};

/** Worker process killed with the request unread. */
export const workerKilled: Story = async (stage) => {
  const script = `const s = require('net').createServer({ pauseOnConnect: true }, (c) => console.log(c.remotePort));
    s.listen(0, '${stage.addresses.upstreams[0]}', () => console.log(s.address().port));`;
  const child = spawnScript(script);
  const lines: string[] = [];
  child.stdout.on('data', (chunk) => lines.push(...String(chunk).trim().split('\n')));
  while (lines.length < 1) await delay(5);
  const address = `${stage.addresses.upstreams[0]}:${lines[0]}`;
  const prefix = stage.location(`proxy_pass http://${address};`);
  return async () => {
    const path = stage.path(prefix);
    const { method, text } = stage.anyRequest(path);
    const asked = ask(stage, path, text);
    while (lines.length < 2) await delay(5);
    await untilUnread(Number(lines[0]), Number(lines[1]));
    await stage.moment(40, 80);
    child.kill('SIGKILL');
    const client = await asked;
    return [
      byUpstream(
        client,
        { originator: `${stage.addresses.nginx}:${lines[1]}`, responder: address },
        ERROR_104,
        waiting(method, 'upstream-worker-crash', ABORTS_ALIKE),
      ),
    ];
  };
};

export const upgradedResets: Story = (stage) => async () => {
  const path = stage.path('/chat/');
  let stream: Tuple | null = null;
  stage.app.on(path, async (got: Exchange) => {
    stream = got.tuple;
    await got.send('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await got.send(Uint8Array.of(0x81, 2, 0x68, 0x69));
    await pause(stage);
    got.reset();
  });
  const client = await ask(
    stage,
    path,
    stage.request(path, { headers: ['Connection: Upgrade', 'Upgrade: websocket'] }),
  );
  return [
    byUpstream(client, stream, /\(104.*while proxying upgraded connection/, {
      phase: 'tunnel',
      cause: 'upstream-websocket-reset',
      outcome: { request: 'complete', status: 101 },
    }),
  ];
};

export const sixResets: Story = exchange(
  ['/six/'],
  (stage) => async (got) => {
    await pause(stage);
    got.reset();
  },
  ERROR_104,
  (method) => waiting(method, 'upstream-abort-linger0', ABORTS_ALIKE),
);

/** proxy_read_timeout; the late answer meets a closed socket. */
export const timesOut: Story = async (stage) => {
  let stream: Tuple | null = null;
  const isLate = stage.random.chance(0.5);
  const server = await stage.listen((socket) => {
    stream = upstreamTuple(socket);
    socket.once('data', () => {
      if (isLate) void delay(1300).then(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    });
  });
  const prefix = stage.location(`proxy_read_timeout 1s; proxy_pass http://${server.address};`);
  return async () => {
    const client = await ask(stage, stage.path(prefix));
    await delay(400);
    return [
      {
        ...byUpstream(client, stream, /upstream timed out \(110.*while reading response header/, {
          ...waiting('GET', 'nginx-upstream-timeout-late-data'),
          // The late answer was sent, to a socket that was closed.
          outcome: { request: 'complete', delivered: 'no', retrySafe: 'yes' },
          accept: {
            phase: ['closing'],
            delivered: [UNKNOWN],
            retrySafe: [UNKNOWN],
            resetBy: ['nginx', 'upstream', null],
          },
        }),
        by: null,
        ...(isLate ? {} : { cause: undefined as never }),
        optional: true,
      },
    ];
  };
};

/** A socket in the file system: no packet exists. */
export const unixResets: Story = async (stage) => {
  const path = `/tmp/lab-${process.pid}-${stage.number()}.sock`;
  const script = `const s = require('net').createServer({ pauseOnConnect: true }, (c) => setTimeout(() => c.destroy(), 40)); s.listen('${path}', () => console.log('up')); process.on('SIGTERM', () => { s.close(); process.exit(); });`;
  const child = spawnScript(script);
  await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  const prefix = stage.location(`proxy_pass http://unix:${path}:/;`);
  return async () => {
    const client = await ask(stage, stage.path(prefix));
    child.kill('SIGTERM');
    return [{ ...byUpstream(client, null, ERROR_104, {}), by: null, expect: 'unmatched', reason: 'unix-socket' }];
  };
};

/** SYNs without an answer until proxy_connect_timeout. */
export const connectTimesOut: Story = (stage) => {
  const responder = `${stage.addresses.blackhole}:${stage.random.int(10_000, 19_000)}`;
  const prefix = stage.location(`proxy_connect_timeout 1s; proxy_pass http://${responder};`);
  return async () => {
    const client = await ask(stage, stage.path(prefix));
    return [
      {
        ...byUpstream(
          client,
          { originator: '?', responder },
          /upstream timed out \(110.*while connecting to upstream/,
          {
            phase: 'handshake',
            cause: 'connect-timeout-blackhole',
            outcome: { request: 'none', response: 'none', delivered: 'no', status: null, retrySafe: 'yes' },
            accept: { delivered: [UNKNOWN] },
          },
        ),
        by: null,
        optional: true,
      },
    ];
  };
};

/** auth_request: the failing connection carries another URI than the client's, named by subrequest and upstream. */
export const subrequestResets: Story = (stage) => {
  const name = `/auth${stage.number()}`;
  stage.locations.push(
    `location = ${name} { internal; proxy_pass_request_body off; proxy_pass http://${stage.appAddress}; }`,
  );
  const prefix = stage.location(`auth_request ${name}; proxy_pass http://${stage.appAddress};`);
  return async () => {
    let stream: Tuple | null = null;
    stage.app.on(name, async (got) => {
      stream = got.tuple;
      await pause(stage);
      got.reset();
    });
    const client = await ask(stage, stage.path(prefix));
    return [
      byUpstream(
        client,
        stream,
        /\[error\].*\(104.*subrequest: "/,
        waiting('GET', 'upstream-abort-linger0', ABORTS_ALIKE),
      ),
    ];
  };
};

/** proxy_pass with a URI: line and packets show another path than the client's. */
export const rewrittenResets: Story = (stage) => {
  const inside = `/inner${stage.number()}/`;
  const prefix = stage.location(`proxy_pass http://${stage.appAddress}${inside};`);
  return async () => {
    const path = stage.path(prefix);
    const { method, text } = stage.anyRequest(path);
    let stream: Tuple | null = null;
    stage.app.on(path.replace(prefix, inside), async (got) => {
      stream = got.tuple;
      await pause(stage);
      got.reset();
    });
    const client = await ask(stage, path, text);
    return [byUpstream(client, stream, ERROR_104, waiting(method, 'upstream-abort-linger0', ABORTS_ALIKE))];
  };
};

/** HEAD to the upstream: a Content-Length without a body, then a reset before the head is whole. */
export const headAborts: Story = (stage) => async () => {
  const path = stage.path('/app/');
  let stream: Tuple | null = null;
  stage.app.on(path, async (got) => {
    stream = got.tuple;
    await got.send('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nX-');
    await pause(stage);
    got.reset();
  });
  const client = await ask(stage, path, stage.request(path, { method: 'HEAD' }));
  const verdict = inResponse('HEAD', 200, 'upstream-rst-mid-headers');
  return [byUpstream(client, stream, ERROR_104, { ...verdict, accept: { ...verdict.accept, status: [null] } })];
};

/** One upstream process dies with several requests in flight, some waiting, some in their answers. */
export const crashesWithMany: Story = async (stage) => {
  const sockets: net.Socket[] = [];
  const streams = new Map<string, Tuple>();
  const server = await stage.listen((socket) => {
    socket.once('data', (chunk) => {
      const path = String(chunk).split(' ')[1] ?? '';
      sockets.push(socket);
      streams.set(path, upstreamTuple(socket));
      if (path.includes('begun')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nbegun');
    });
  });
  const prefix = stage.location(`proxy_pass http://${server.address};`);
  return async () => {
    const begun = [`${prefix}begun${stage.number()}`, `${prefix}begun${stage.number()}`];
    const waits = [`${prefix}wait${stage.number()}`, `${prefix}wait${stage.number()}`];
    const asked = [...begun, ...waits].map(async (path) => [path, await ask(stage, path)] as const);
    while (sockets.length < 4) await delay(5);
    await stage.moment(40, 80);
    for (const socket of sockets) socket.resetAndDestroy();
    const clients = await Promise.all(asked);
    return clients.map(([path, client]) =>
      byUpstream(
        client,
        streams.get(path) ?? null,
        new RegExp(`\\[error\\].*\\(104: .*${path} `),
        path.includes('begun')
          ? inResponse('GET', 200, 'upstream-worker-crash', ['upstream-rst-mid-body'])
          : waiting('GET', 'upstream-worker-crash', [...ABORTS_ALIKE, 'upstream-listener-closed']),
      ),
    );
  };
};

/** HTTP/1 clients that give up, one story for each phase of a connection. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, endpoint } from './client.ts';
import { afterResponse, type Expected, inRequest, inResponse, UNKNOWN, type Verdict, waiting } from './expected.ts';
import { BIG_FILE_LEN } from './nginx.ts';
import { spawnScript } from './script.ts';
import type { Stage, Story } from './stage.ts';
import { untilUnread } from './unread.ts';

/** A line about a client's own connection, reset by the client. */
export function byClient(client: Client, pattern: RegExp, verdict: Verdict): Expected {
  return { pattern, client: client.endpoint, leg: 'client', stream: client.tuple, by: 'client', ...verdict };
}

/** One or two complete exchanges before the one that matters. */
export async function warmUp(stage: Stage, client: Client, count = stage.random.int(0, 2)): Promise<void> {
  for (let i = 0; i < count; i++) {
    const prefix = stage.random.pick(['/ping/', '/app/', '/pool/']);
    await client.send(stage.request(stage.path(prefix)));
    await client.response();
  }
}

export const RESET_104 = /\(104: /;
const WAITING_LINE = /epoll_wait\(\) reported that client prematurely closed connection.*\(104/;

export const resetBeforeAnyByte: Story = (stage) => async () => {
  const client = await stage.connect();
  await stage.moment();
  client.reset();
  return [
    byClient(client, /recv\(\) failed \(104.*while waiting for request/, {
      phase: 'handshake',
      cause: 'probe-connect-rst',
      outcome: { request: 'none', response: 'none', delivered: 'no', status: null, retrySafe: 'yes' },
      accept: { cause: ['client-preconnect-abandoned'], delivered: [UNKNOWN] },
    }),
  ];
};

/** Cut anywhere in the request line or in the headers. */
export function resetInHead(where: 'line' | 'headers'): Story {
  return (stage) => async () => {
    const client = await stage.connect();
    if (where === 'line' || stage.random.chance(0.5)) await warmUp(stage, client);
    const isFirst = client.received === '';
    const text = stage.request(stage.path('/app/'), { headers: ['Accept: */*', 'Cookie: a=b'] });
    const lineLen = text.indexOf('\r\n') + 2;
    const cut = where === 'line' ? stage.random.int(3, lineLen - 4) : stage.random.int(lineLen + 3, text.length - 3);
    await client.send(text.slice(0, cut));
    await stage.moment();
    client.reset();
    const phrase =
      where === 'line' ? /\(104.*while reading client request line/ : /\(104.*reading client request headers/;
    return [byClient(client, isFirst ? phrase : RESET_104, inRequest())];
  };
}

/** Inside the body, which nginx collects first (buffered) or passes on as it comes. */
export function resetInBody(framing: 'length' | 'chunked', buffered: boolean): Story {
  return (stage) => async () => {
    const path = stage.path(buffered ? '/media/' : '/upload/');
    stage.app.on(path, () => undefined, false);
    const client = await stage.connect();
    await warmUp(stage, client);
    const length = stage.random.int(3000, 400_000);
    const sent = stage.random.int(1, 2900);
    const method = stage.random.pick(['POST', 'PUT']);
    const header = framing === 'length' ? `Content-Length: ${length}` : 'Transfer-Encoding: chunked';
    await client.send(stage.request(path, { method, headers: [header] }));
    await client.send(framing === 'length' ? 'b'.repeat(sent) : `${(sent + 200).toString(16)}\r\n${'c'.repeat(sent)}`);
    await stage.moment(40, 90);
    client.reset();
    return [byClient(client, RESET_104, inRequest('request', !buffered))];
  };
}

export const resetWaiting: Story = (stage) => async () => {
  const path = stage.path(stage.random.pick(['/app/', '/live/', '/pool/', '/upload/']));
  const { method, text } = stage.anyRequest(path);
  stage.app.on(path, () => undefined);
  const client = await stage.connect();
  await warmUp(stage, client);
  await client.send(text);
  await stage.moment(30, 120);
  client.reset();
  return [byClient(client, WAITING_LINE, waiting(method, 'client-timeout-abort'))];
};

/** FIN instead of RST: no errno, no reset of the client. */
export const finishWaiting: Story = (stage) => async () => {
  const path = stage.path('/app/');
  stage.app.on(path, () => undefined);
  const client = await stage.connect();
  await client.send(stage.request(path));
  await stage.moment(30, 120);
  client.finish();
  await client.ended();
  return [
    {
      ...byClient(client, /epoll_wait\(\) reported that client prematurely closed connection/, {
        ...waiting('GET', 'client-half-close-as-abort'),
        accept: {
          cause: ['client-timeout-abort'],
          phase: ['closing'],
          resetBy: ['nginx', 'client'],
          delivered: [UNKNOWN],
          retrySafe: [UNKNOWN],
        },
      }),
      by: null,
      optional: true,
    },
  ];
};

/** The client's kernel holds unread bytes when its process closes the socket. */
export const closeMidStatic: Story = (stage) => async () => {
  const client = await stage.connect({ reading: false });
  await client.send(stage.request(stage.path('/files/big.bin?v=')));
  await client.untilUnread();
  await stage.moment(60, 150);
  client.close();
  return [
    byClient(client, RESET_104, inResponse('GET', 200, 'client-close-unread-mid-response', ['client-process-killed'])),
  ];
};

export const closeMidProxied: Story = (stage) => async () => {
  const path = stage.path(stage.random.pick(['/app/', '/live/']));
  const { method, text } = stage.anyRequest(path);
  const body = 'p'.repeat(BIG_FILE_LEN);
  stage.app.on(path, (exchange) => void exchange.reply(200, body));
  const client = await stage.connect({ reading: false });
  await client.send(text);
  await client.untilUnread();
  await stage.moment(120, 200);
  client.close();
  return [
    byClient(
      client,
      /\(104|\(32/,
      inResponse(method, 200, 'client-close-unread-mid-response', ['client-process-killed']),
    ),
  ];
};

/** All that was sent so far has been read; more is to come. */
export const resetMidDrained: Story = (stage) => async () => {
  const path = stage.path(stage.random.pick(['/app/', '/live/']));
  const { method, text } = stage.anyRequest(path);
  const isChunked = stage.random.chance(0.5);
  const status = stage.random.pick([200, 200, 206, 404, 500]);
  // More than proxy_buffer_size and postpone_output: nginx holds less than that back.
  const piece = 'd'.repeat(stage.random.int(9000, 20_000));
  stage.app.on(path, (exchange) =>
    exchange.send(
      isChunked
        ? `HTTP/1.1 ${status} Told\r\nTransfer-Encoding: chunked\r\n\r\n${piece.length.toString(16)}\r\n${piece}\r\n`
        : `HTTP/1.1 ${status} Told\r\nContent-Length: ${piece.length + 5000}\r\n\r\n${piece}`,
    ),
  );
  const client = await stage.connect();
  await warmUp(stage, client);
  await client.send(text);
  await client.until((received) => received.includes('\r\n\r\n'), 'the head');
  await stage.moment(40, 100);
  client.reset();
  return [byClient(client, RESET_104, inResponse(method, status, 'client-linger0-mid-response'))];
};

/** kill -9 of a process of its own, with unread data in its socket. */
export const killMidResponse: Story = (stage) => async () => {
  const from = stage.clientAddress();
  const to = stage.addresses.nginx;
  const path = stage.path('/files/big.bin?k=');
  // A paused socket alone does not keep a process alive.
  const script = `setInterval(() => 0, 1000); const s = new (require('net').Socket)(); s.pause();
    s.connect({ host: '${to}', port: ${stage.ports.http}, localAddress: '${from}' }, () =>
      s.write(${JSON.stringify(stage.request(path))}, () => console.log(s.localPort)));`;
  const child = spawnScript(script);
  const [chunk] = await once(child.stdout, 'data');
  await untilUnread(Number(String(chunk)), stage.ports.http);
  await stage.moment(60, 120);
  child.kill('SIGKILL');
  await once(child, 'close');
  const originator = endpoint(from, Number(String(chunk)));
  return [
    {
      pattern: RESET_104,
      client: originator,
      leg: 'client',
      stream: { originator, responder: endpoint(to, stage.ports.http) },
      by: 'client',
      ...inResponse('GET', 200, 'client-process-killed', ['client-close-unread-mid-response']),
    },
  ];
};

/** Everything answered and read; the connection is kept alive, then reset. */
export const resetIdle: Story = (stage) => async () => {
  const client = await stage.connect();
  await warmUp(stage, client);
  const kind = stage.random.pick(['static', 'get', 'post', 'head', '204', '304', 'chunked'] as const);
  const path = stage.path(kind === 'static' ? '/files/small.txt?s=' : '/app/');
  const method = kind === 'head' ? 'HEAD' : kind === 'post' ? 'POST' : 'GET';
  const status = kind === '204' ? 204 : kind === '304' ? 304 : 200;
  const body = 'i'.repeat(stage.random.int(1, 30_000));
  stage.app.on(path, (exchange) => {
    if (kind === 'head') return exchange.send('HTTP/1.1 200 OK\r\nContent-Length: 777\r\n\r\n');
    if (kind === 'chunked') {
      return exchange.send(
        `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
      );
    }
    return exchange.reply(status, status === 200 ? body : '');
  });
  await client.send(stage.request(path, { method, ...(method === 'POST' ? { body: 'form=1' } : {}) }));
  await client.response(method === 'HEAD');
  await stage.moment(40, 150);
  client.reset();
  return [
    byClient(client, /closed keepalive connection \(104/, {
      ...afterResponse(method, status, 'idle', 'client-rst-after-complete'),
      accept: {},
    }),
  ];
};

/** The response sits unread in the client's kernel, acknowledged; then the client closes. */
export const closeUnreadComplete: Story = (stage) => async () => {
  const path = stage.path('/app/');
  const { method, text } = stage.anyRequest(path);
  stage.app.on(path, (exchange) => exchange.reply(200, 'u'.repeat(stage.random.int(10, 12_000))));
  const client = await stage.connect({ reading: false });
  await client.send(text);
  await client.untilUnread();
  await stage.moment(150, 250);
  client.close();
  return [
    byClient(
      client,
      /closed keepalive connection \(104/,
      afterResponse(method, 200, 'idle', 'client-acked-but-unread'),
    ),
  ];
};

/** POST with Connection: close; nginx lingers after its FIN. */
export const resetLingering: Story = (stage) => async () => {
  const path = stage.path('/app/');
  const client = await stage.connect();
  await client.send(stage.request(path, { method: 'POST', headers: ['Connection: close'], body: 'f'.repeat(300) }));
  await client.ended();
  await stage.moment(10, 60);
  client.reset();
  return [
    byClient(client, RESET_104, {
      ...afterResponse('POST', 200, 'lingering', 'client-rst-after-complete'),
      accept: { cause: ['client-acked-but-unread'], phase: ['closing'] },
    }),
  ];
};

/** Two requests in one segment; the first is answered, the second never. */
export const resetPipelined: Story = (stage) => async () => {
  const first = stage.path('/app/');
  const second = stage.path('/app/');
  const { method, text } = stage.anyRequest(second);
  stage.app.on(second, () => undefined);
  const client = await stage.connect();
  await client.send(stage.request(first) + text);
  await client.response();
  await stage.moment(40, 90);
  client.reset();
  return [byClient(client, WAITING_LINE, waiting(method, 'client-timeout-abort'))];
};

/** Two requests at once, reset while the first has no answer: none of both was answered. */
export const resetPipelinedFirst: Story = (stage) => async () => {
  const first = stage.path('/app/');
  stage.app.on(first, () => undefined);
  const client = await stage.connect();
  await client.send(stage.request(first) + stage.request(stage.path('/app/')));
  await stage.moment(40, 90);
  client.reset();
  return [byClient(client, WAITING_LINE, waiting('GET', 'client-timeout-abort'))];
};

/** The third request of a connection, with an odd mix before it. */
export const resetThird: Story = (stage) => async () => {
  const client = await stage.connect();
  await warmUp(stage, client, 1);
  await client.send(stage.request(stage.path('/files/small.txt?h='), { method: 'HEAD' }));
  await client.response(true);
  await client.send(stage.request(stage.path('/nothing/')));
  await client.response();
  const path = stage.path('/pool/');
  const { method, text } = stage.anyRequest(path);
  stage.app.on(path, () => undefined);
  await client.send(text);
  await stage.moment(40, 90);
  client.reset();
  return [byClient(client, WAITING_LINE, waiting(method, 'client-timeout-abort'))];
};

/** proxy_ignore_client_abort: nginx finds out when it writes the answer. */
export const resetIgnored: Story = (stage) => async () => {
  const path = stage.path('/batch/');
  const { method, text } = stage.anyRequest(path);
  stage.app.on(path, async (exchange) => {
    await delay(stage.random.int(250, 700));
    await exchange.reply(200, 'late');
  });
  const client = await stage.connect();
  await client.send(text);
  await stage.moment(40, 90);
  client.reset();
  await delay(800);
  return [byClient(client, /\(104|\(32/, waiting(method, 'client-timeout-abort'))];
};

/** nginx refuses the body by its length; the client goes on sending and then resets. */
export const resetAfter413: Story = (stage) => async () => {
  const client = await stage.connect();
  await client.send(
    stage.request(stage.path('/form/'), { method: 'POST', headers: [`Content-Length: ${stage.random.int(5e4, 9e5)}`] }),
  );
  for (let i = 0; i < 4; i++) await client.send('b'.repeat(stage.random.int(100, 3000)));
  await client.response();
  await stage.moment(20, 60);
  await client.send('more');
  await delay(20);
  client.reset();
  return [
    byClient(client, RESET_104, {
      phase: 'request',
      cause: 'client-abort-in-request',
      outcome: { request: 'partial', response: 'complete', delivered: 'yes', status: 413, retrySafe: 'yes' },
      accept: {
        phase: ['lingering', 'response', 'closing'],
        cause: ['client-rst-after-complete', 'client-acked-but-unread', 'nginx-lingering-exhausted'],
        retrySafe: [UNKNOWN, 'no'],
        delivered: [UNKNOWN],
      },
    }),
  ];
};

/** The client waits for 100 Continue, gets it, and gives up before or inside the body. */
export const resetAfterContinue: Story = (stage) => async () => {
  const path = stage.path('/media/');
  const client = await stage.connect();
  const headers = [`Content-Length: ${stage.random.int(9000, 20_000)}`, 'Expect: 100-continue'];
  await client.send(stage.request(path, { method: 'POST', headers }));
  await client.until((received) => received.startsWith('HTTP/1.1 100'), '100 Continue');
  if (stage.random.chance(0.5)) await client.send('b'.repeat(stage.random.int(1, 1900)));
  await stage.moment(40, 90);
  client.reset();
  const verdict = inRequest();
  return [byClient(client, RESET_104, { ...verdict, accept: { ...verdict.accept, status: [100] } })];
};

/** A client that gets its final answer in small windows, then goes; all bytes were taken. */
export const resetSlowReader: Story = (stage) => async () => {
  const client = await stage.connect({ reading: false });
  const path = stage.path('/app/');
  const length = stage.random.int(300_000, 800_000);
  stage.app.on(path, (exchange) => exchange.reply(200, 's'.repeat(length)));
  await client.send(stage.request(path));
  await delay(100);
  client.read();
  await client.response();
  await stage.moment(30, 60);
  client.reset();
  return [
    byClient(client, /closed keepalive connection \(104/, {
      ...afterResponse('GET', 200, 'idle', 'client-rst-after-complete'),
      // A window that had no reason to be told before grows in the RST, as it does when unread bytes are freed.
      accept: { cause: ['client-acked-but-unread'] },
    }),
  ];
};

/** FIN from the client while it still reads a long static answer: nginx takes the half-close for an end only later. */
export const resetAfterHalfClose: Story = (stage) => async () => {
  const path = stage.path('/live/');
  stage.app.on(path, (exchange) => exchange.send('HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\nbeginning'));
  const client = await stage.connect();
  await client.send(stage.request(path));
  await client.until((received) => received.endsWith('beginning'), 'the beginning');
  await stage.moment(20, 50);
  client.finish();
  await client.ended();
  const verdict = inResponse('GET', 200, 'client-half-close-as-abort', [
    'client-timeout-abort',
    'client-fin-then-rst-on-data',
    'client-linger0-mid-response',
  ]);
  return [
    {
      ...byClient(client, /epoll_wait\(\) reported that client prematurely closed connection/, {
        ...verdict,
        accept: { ...verdict.accept, phase: ['closing'], resetBy: ['nginx', 'client'] },
      }),
      by: null,
      optional: true,
    },
  ];
};

/** Behind a load balancer: the log shows X-Forwarded-For, the packets the balancer. */
export function resetBehindProxy(how: 'header' | 'proxy-protocol'): Story {
  return (stage) => {
    const port = stage.number();
    const from = `set_real_ip_from 0.0.0.0/0; real_ip_header ${how === 'header' ? 'X-Forwarded-For' : 'proxy_protocol'};`;
    const listening = how === 'header' ? `${port}` : `${port} proxy_protocol`;
    stage.servers.push(
      `server { listen ${listening}; server_name real.test; ${from} location / { proxy_pass http://${stage.appAddress}; } }`,
    );
    return async () => {
      const path = stage.path('/app/');
      const shown = `8.8.${stage.random.int(1, 250)}.${stage.random.int(1, 250)}`;
      const isAnswered = stage.random.chance(0.4);
      stage.app.on(path, (exchange) =>
        isAnswered ? exchange.send(`HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n${'x'.repeat(20_000)}`) : undefined,
      );
      const client = await stage.connect({ port });
      if (how === 'proxy-protocol') {
        await client.send(`PROXY TCP4 ${shown} ${stage.addresses.nginx} ${stage.random.int(2000, 60000)} ${port}\r\n`);
      }
      const text = stage.request(path, { headers: how === 'header' ? [`X-Forwarded-For: ${shown}`] : [] });
      await client.send(text);
      if (isAnswered) await client.until((received) => received.includes('\r\n\r\n'), 'the head');
      await stage.moment(40, 90);
      client.reset();
      const verdict = isAnswered
        ? inResponse('GET', 200, 'client-linger0-mid-response')
        : waiting('GET', 'client-timeout-abort');
      return [byClient(client, RESET_104, verdict)];
    };
  };
}

/** IPv6 on both legs. */
export const resetSix: Story = (stage) => async () => {
  const path = stage.path('/six/');
  const { method, text } = stage.anyRequest(path);
  stage.app.on(path, () => undefined);
  const client = await stage.connect({ from: stage.clientAddress6() });
  await client.send(text);
  await stage.moment(40, 90);
  client.reset();
  return [byClient(client, WAITING_LINE, waiting(method, 'client-timeout-abort'))];
};

export const resetSixIdle: Story = (stage) => async () => {
  const client = await stage.connect({ from: stage.clientAddress6() });
  const { method, text } = stage.anyRequest(stage.path('/app/'));
  await client.send(text);
  await client.response();
  await stage.moment(40, 90);
  client.reset();
  return [
    byClient(client, /closed keepalive connection \(104/, {
      ...afterResponse(method, 200, 'idle', 'client-rst-after-complete'),
      accept: {},
    }),
  ];
};

/** A URL so long that nginx cuts its own line (2048 bytes, src/core/ngx_log.h). */
export const resetLongUrl: Story = (stage) => async () => {
  const path = `${stage.path('/app/').split('?')[0]}?${'q'.repeat(stage.random.int(700, 2600))}`;
  stage.app.on(path, () => undefined);
  const client = await stage.connect();
  await client.send(stage.request(path));
  await stage.moment(40, 90);
  client.reset();
  return [byClient(client, WAITING_LINE, waiting('GET', 'client-timeout-abort'))];
};

/** An upgraded connection, reset by the client after some frames. */
export const resetUpgradedByClient: Story = (stage) => async () => {
  const path = stage.path('/chat/');
  stage.app.on(path, async (exchange) => {
    await exchange.send('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await exchange.send(Uint8Array.of(0x81, 2, 0x68, 0x69));
  });
  const client = await stage.connect();
  await client.send(stage.request(path, { headers: ['Connection: Upgrade', 'Upgrade: websocket'] }));
  await client.until((received) => received.endsWith('hi'), 'a frame');
  if (stage.random.chance(0.5)) await client.send(Uint8Array.of(0x81, 0x82, 1, 2, 3, 4, 0x69, 0x6b));
  await stage.moment(40, 90);
  client.reset();
  return [
    byClient(client, /\(104.*while proxying upgraded connection/, {
      phase: 'tunnel',
      cause: 'upstream-websocket-reset',
      outcome: { request: 'complete', status: 101 },
    }),
  ];
};

/** nginx's own timeouts, with reset_timedout_connection. */
export const timedOutSending: Story = (stage) => {
  const port = stage.number();
  stage.servers.push(
    `server { listen ${port}; server_name slow.test; reset_timedout_connection on; send_timeout 1s; location /files/ { alias html/; } }`,
  );
  return async () => {
    const client = await stage.connect({ port, reading: false });
    await client.send(stage.request(stage.path('/files/big.bin?t=')));
    await delay(1400);
    await stage.moment();
    const verdict = inResponse('GET', 200, 'nginx-reset-timedout', ['client-vanished']);
    return [
      {
        ...byClient(client, /client timed out \(110.*while sending response to client/, verdict),
        by: 'nginx',
        optional: true,
      },
    ];
  };
};

export const timedOutInHead: Story = (stage) => {
  const port = stage.number();
  const resets = stage.random.chance(0.5);
  stage.servers.push(
    `server { listen ${port}; server_name head.test; reset_timedout_connection ${resets ? 'on' : 'off'}; client_header_timeout 1s; }`,
  );
  return async () => {
    const client = await stage.connect({ port });
    await client.send('GET /slow HTTP/1.1\r\nHost: ');
    await client.ended();
    return [
      {
        ...byClient(client, /client timed out \(110.*while reading client request headers/, {
          phase: 'request',
          accept: { phase: ['closing', 'lingering', 'response'] },
        }),
        by: resets ? 'nginx' : null,
        accept: { phase: ['closing', 'lingering', 'response'], resetBy: ['nginx', null] },
        optional: true,
      },
    ];
  };
};

/** The upstream does not answer nginx's SYN: the client gives up while nginx connects. */
export const resetWhileConnecting: Story = (stage) => {
  const prefix = stage.location(`proxy_pass http://${stage.addresses.blackhole}:${stage.random.int(2000, 9000)};`);
  return async () => {
    const { method, text } = stage.anyRequest(stage.path(prefix));
    const client = await stage.connect();
    await client.send(text);
    await stage.moment(60, 200);
    client.reset();
    const verdict = waiting(method, 'client-timeout-abort');
    // The application never saw it, whatever the method.
    return [
      byClient(client, /epoll_wait.*\(104.*while connecting to upstream/, {
        ...verdict,
        outcome: { ...verdict.outcome, retrySafe: 'yes' },
        accept: { ...verdict.accept, retrySafe: [UNKNOWN, 'no'] },
      }),
    ];
  };
};

/** The same four numbers twice, a second apart from nothing: two connections, two lines. */
export const resetPortReused: Story = (stage) => async () => {
  const from = stage.clientAddress();
  const localPort = stage.random.int(1025, 9000);
  const waits = stage.path('/app/');
  stage.app.on(waits, () => undefined);
  const idle = await stage.connect({ from, localPort });
  await idle.send(stage.request(stage.path('/app/')));
  await idle.response();
  await stage.moment(20, 50);
  idle.reset();
  await delay(stage.random.int(20, 300));
  const second = await stage.connect({ from, localPort });
  await second.send(stage.request(waits));
  await stage.moment(30, 60);
  second.reset();
  return [
    byClient(idle, /closed keepalive connection \(104/, {
      ...afterResponse('GET', 200, 'idle', 'client-rst-after-complete'),
      accept: {},
    }),
    { ...byClient(second, WAITING_LINE, waiting('GET', 'client-timeout-abort')), incarnation: 1 },
  ];
};

/** proxy_pass with a URI: the upstream sees another path than the client sent. */
export const resetRewritten: Story = (stage) => {
  const inside = `/inner${stage.number()}/`;
  const prefix = stage.location(`proxy_pass http://${stage.appAddress}${inside};`);
  return async () => {
    const path = stage.path(prefix);
    const { method, text } = stage.anyRequest(path);
    stage.app.on(path.replace(prefix, inside), () => undefined);
    const client = await stage.connect();
    await client.send(text);
    await stage.moment(40, 90);
    client.reset();
    return [byClient(client, WAITING_LINE, waiting(method, 'client-timeout-abort'))];
  };
};

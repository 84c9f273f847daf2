/** Lines that mislead: forged ones, equal ones, and connections that die without any line. */
import { setTimeout as delay } from 'node:timers/promises';
import { byClient, RESET_104 } from './client-stories.ts';
import { type Expected, waiting } from './expected.ts';
import type { Stage, Story } from './stage.ts';

/** "2026/11/22 07:55:31" in a zone. */
export function nginxStamp(atMs: number, timezone: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' });
  return parts.format(atMs).replaceAll('-', '/');
}

/** A decoded %0a in a path that does not exist writes a line of the client's choice (nginx-error-log F4). */
async function forge(stage: Stage, line: string): Promise<void> {
  const liar = await stage.connect();
  const encoded = [...Buffer.from(`\n${line}\n`)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  await liar.send(stage.request(`/files/nosuch${stage.number()}${encoded}`));
  await liar.response();
  liar.finish();
}

function forgedLine(pattern: RegExp, leg: 'client' | 'upstream'): Expected {
  const nowhere = { client: '', stream: null, by: null } as const;
  return { ...nowhere, pattern, leg, expect: 'unmatched', reason: 'no-such-reset', accept: FORGED };
}

const FORGED = {
  reason: ['no-stream-in-window', 'forged', 'forged-line', 'suspect-line', 'no-reset', 'no-such-reset'],
  leg: [null],
};

/** A line about a request that was answered in peace: same client, same URL, no reset anywhere. */
export const forgedAboutPeace: Story = (stage) => async () => {
  const path = stage.path('/app/').split('?')[0]!;
  const client = await stage.connect();
  await client.send(stage.request(path));
  await client.response();
  client.finish();
  await client.ended();
  const address = client.endpoint.split(':')[0];
  const pid = stage.workers[0] ?? 1;
  const connection = stage.random.int(1, 40);
  await forge(
    stage,
    `${nginxStamp(Date.now(), stage.timezone)} [info] ${pid}#${pid}: *${connection} recv() failed (104: Connection reset by peer) while sending to client, client: ${address}, server: ${stage.host}, request: "GET ${path} HTTP/1.1", upstream: "http://${stage.appAddress}${path}", host: "${stage.host}"`,
  );
  return [
    forgedLine(new RegExp(`^\\d{4}/.*\\[info\\].*recv.*sending to client.*${path} HTTP.*host: "[^"]*"$`), 'client'),
  ];
};

/** A line about an upstream that nobody reset. */
export const forgedAboutUpstream: Story = (stage) => async () => {
  const path = stage.path('/app/').split('?')[0]!;
  const client = await stage.connect();
  await client.send(stage.request(path));
  await client.response();
  client.finish();
  const pid = stage.workers[0] ?? 1;
  await forge(
    stage,
    `${nginxStamp(Date.now(), stage.timezone)} [error] ${pid}#${pid}: *${stage.random.int(1, 40)} recv() failed (104: Connection reset by peer) while reading response header from upstream, client: ${client.endpoint.split(':')[0]}, server: ${stage.host}, request: "GET ${path} HTTP/1.1", upstream: "http://${stage.appAddress}${path}", host: "${stage.host}"`,
  );
  return [forgedLine(new RegExp(`^\\d{4}/.*\\[error\\].*recv.*${path} HTTP.*host: "[^"]*"$`), 'upstream')];
};

/** Fields of a line inside the request line of an unfinished request (F1): the line is genuine, its fields are not. */
export const forgedFields: Story = (stage) => async () => {
  const client = await stage.connect();
  await client.send(`GET /a", upstream: "http://6.6.6.${stage.random.int(1, 250)}:80/evil", host: "bank.example`);
  await stage.moment(30, 80);
  client.reset();
  return [
    byClient(client, /recv.*\(104.*while reading client request line.*6\.6\.6\./, {
      phase: 'request',
      cause: 'client-abort-in-request',
      // Blanks in the target are refused (ngx_http_parse_request_line, since 1.21.1).
      outcome: { response: 'complete', delivered: 'yes', status: 400, retrySafe: 'yes' },
      accept: {
        delivered: ['unknown'],
        phase: ['lingering', 'closing', 'response'],
        cause: ['client-rst-after-complete', 'client-acked-but-unread'],
      },
    }),
  ];
};

/** Quotes, markup and escapes in what the client chooses. */
export const hostileText: Story = (stage) => async () => {
  const path = `/app/${stage.number()}/%22,%20client:%201.2.3.4,<script>'"\\{}|`;
  stage.app.on(path, () => undefined);
  const client = await stage.connect();
  const headers = ['Referer: http://x/", upstream: "http://9.9.9.9:80/", host: "evil', 'User-Agent: \x1b[31m<b>'];
  await client.send(stage.request(path, { headers }));
  await stage.moment(40, 90);
  client.reset();
  return [byClient(client, RESET_104, waiting('GET', 'client-timeout-abort'))];
};

/** One address, one URL: some are answered, some reset one after another, the order of lines tells them apart. */
export const equalOneAfterAnother: Story = (stage) => async () => {
  const path = stage.path('/app/');
  const from = stage.clientAddress();
  const expected: Expected[] = [];
  let serial = 0;
  const answered = new Set([0, 2, 5]);
  stage.app.on(path, (exchange) => (answered.has(serial++) ? exchange.reply(200, 'ok') : undefined));
  for (let i = 0; i < 7; i++) {
    const client = await stage.connect({ from });
    await client.send(stage.request(path));
    if (answered.has(i)) {
      await client.response();
      client.finish();
      continue;
    }
    await stage.moment(20, 60);
    client.reset();
    await delay(25);
    expected.push(byClient(client, RESET_104, waiting('GET', 'client-timeout-abort')));
  }
  return expected;
};

/** One address, one URL, one moment: nothing but the ports tells them apart. */
export const equalAtOnce: Story = (stage) => async () => {
  const path = stage.path('/app/');
  const from = stage.clientAddress();
  stage.app.on(path, () => undefined);
  const clients = await Promise.all(Array.from({ length: stage.random.int(3, 6) }, () => stage.connect({ from })));
  for (const client of clients) await client.send(stage.request(path));
  await stage.moment(40, 80);
  await stage.whileFrozen(async () => {
    for (const client of stage.random.shuffle(clients)) client.reset();
    await delay(10);
  });
  return clients.map((client) => ({
    ...byClient(client, RESET_104, waiting('GET', 'client-timeout-abort')),
    expect: 'ambiguous',
    accept: { ...waiting('GET', '').accept, expect: ['matched'] },
  }));
};

/** Same address and URL, but one is reset waiting, one after its answer, one answered and closed in peace. */
export const equalWithOtherFates: Story = (stage) => async () => {
  const path = stage.path('/app/');
  const from = stage.clientAddress();
  let serial = 0;
  stage.app.on(path, (exchange) => (serial++ < 2 ? exchange.reply(200, 'fine') : undefined));
  const [peaceful, idle, waits] = [
    await stage.connect({ from }),
    await stage.connect({ from }),
    await stage.connect({ from }),
  ];
  for (const client of [peaceful, idle]) {
    await client.send(stage.request(path));
    await client.response();
  }
  await waits.send(stage.request(path));
  await stage.moment(30, 60);
  peaceful.finish();
  idle.reset();
  waits.reset();
  return [
    byClient(idle, /closed keepalive connection \(104/, {
      phase: 'idle',
      cause: 'client-rst-after-complete',
      outcome: { request: 'complete', response: 'complete', delivered: 'yes', status: 200, retrySafe: 'yes' },
    }),
    byClient(waits, /epoll_wait.*\(104/, waiting('GET', 'client-timeout-abort')),
  ];
};

/** Beside one logged reset: the same client and URL, reset after a Connection: close answer, which nobody logs. */
export const equalWithUnlogged: Story = (stage) => async () => {
  const path = stage.path('/app/');
  const from = stage.clientAddress();
  let serial = 0;
  stage.app.on(path, (exchange) => (serial++ < 2 ? exchange.reply(200, 'fine') : undefined));
  const decoy = async (): Promise<void> => {
    const client = await stage.connect({ from });
    await client.send(stage.request(path, { headers: ['Connection: close'] }));
    await client.ended();
    client.reset();
  };
  await decoy();
  await decoy();
  const waits = await stage.connect({ from });
  await waits.send(stage.request(path));
  await stage.moment(30, 60);
  waits.reset();
  return [byClient(waits, /epoll_wait.*\(104/, waiting('GET', 'client-timeout-abort'))];
};

/** Resets nobody logs: after a Connection: close answer, after 444, of a cached upstream connection, of a SYN. */
export const unlogged: Story = async (stage) => {
  const server = await stage.listen((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nthen reset');
      void delay(30).then(() => socket.resetAndDestroy());
    });
  });
  const name = `cached${stage.number()}`;
  stage.servers.push(`upstream ${name} { server ${server.address}; keepalive 4; }`);
  const prefix = stage.location(`proxy_pass http://${name};`);
  return async () => {
    const gone = await stage.connect();
    await gone.send(stage.request(stage.path('/ping/'), { headers: ['Connection: close'] }));
    await gone.ended();
    await delay(stage.random.int(1, 20));
    gone.reset();
    const refused = await stage.connect();
    await refused.send(stage.request(stage.path('/refused/')));
    await refused.ended();
    refused.reset();
    const cached = await stage.connect();
    await cached.send(stage.request(stage.path(prefix)));
    await cached.response();
    await delay(60);
    cached.finish();
    return [];
  };
};

/** Traffic in peace, from many addresses and from those of `near`. */
export async function makeNoise(stage: Stage, near: readonly string[], rounds: number): Promise<void> {
  for (let i = 0; i < rounds; i++) {
    const client = await stage.connect({ from: stage.random.pick(near) });
    for (let k = stage.random.int(1, 3); k > 0; k--) {
      const prefix = stage.random.pick(['/ping/', '/app/', '/pool/', '/files/small.txt?n=', '/nothing/']);
      await client.send(stage.request(stage.path(prefix)));
      await client.response();
    }
    await delay(stage.random.int(1, 40));
    client.finish();
  }
}

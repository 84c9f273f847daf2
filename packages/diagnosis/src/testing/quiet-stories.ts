/** Stories of causes that no error line speaks of, or that nothing ended: per cause what fires its rule and what does not. */
import type { Notice } from '../notice.ts';
import { Surroundings } from '../surroundings.ts';
import type { LineParts } from './log-text.ts';
import {
  CLIENT_HELLO,
  client,
  GET,
  HALF,
  line,
  OK,
  POST_HEAD,
  SERVER,
  SERVER_AT,
  type Stories,
  type Story,
  toNginx,
  toUpstream,
  upstream,
} from './rule-story.ts';
import { START_US, StreamBuilder, type StreamEnds } from './stream-builder.ts';

const BIG = 'x'.repeat(1448);
const OWN_RST = { kind: 'rst', from: 'responder' } as const;
const OWN_FIN = { kind: 'fin', from: 'responder' } as const;
const UPSTREAM_OWN_RST = { kind: 'rst', from: 'originator' } as const;
const UPSTREAM_OWN_FIN = { kind: 'fin', from: 'originator' } as const;

const REFUSED: LineParts = {
  level: 'error',
  message: 'connect() failed (111: Connection refused)',
  action: 'connecting to upstream',
  upstream: 'http://10.0.1.3:8080/a',
};
const NO_ROUTE: LineParts = { ...REFUSED, message: 'connect() failed (113: No route to host)' };
const UPSTREAM_TIMEOUT: LineParts = {
  ...REFUSED,
  message: 'upstream timed out (110: Connection timed out)',
  action: 'reading response header from upstream',
};
const CLIENT_TIMEOUT: LineParts = {
  message: 'client timed out (110: Connection timed out)',
  action: 'sending response to client',
};
const KEEPALIVE_TIMEOUT: LineParts = { message: 'recv() failed (110: Connection timed out)', action: 'keepalive' };
const PROXY_HEADER: LineParts = { action: 'reading PROXY protocol', request: null, host: null };

const http2 = (): string => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const GOAWAY = Uint8Array.of(0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0);
const SETTINGS = Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 0, 0);

const notice = (kind: Notice['kind'], afterUs = 0): Notice => ({ kind, stampUs: START_US + afterUs });

function knowing(fill: (surroundings: Surroundings) => void): { readonly surroundings: Surroundings } {
  const surroundings = new Surroundings();
  fill(surroundings);
  return { surroundings };
}

const scanner = knowing((s) => {
  for (let port = 1; port <= 10; port++) s.noteSyn('10.0.0.1', { address: '10.0.0.2', port });
});
const tlsServer = knowing((s) => {
  const hello = Uint8Array.of(22, 3, 3, 0, 44, 2, 0, 0, 40, 3, 3, ...new Uint8Array(32), 0, 19, 1, 0, 0, 0);
  s.noteStream(toNginx().send('originator', CLIENT_HELLO).send('responder', hello).rst('originator').build());
});
const clientGone = knowing((s) => s.noteStream(toNginx().send('originator', GET).rst('originator').build()));
const refusing = knowing((s) => s.noteRefusal(SERVER_AT, START_US + 5_000_000 + 1_000_000));

/** Connections of the upstream that it ended, each made by `tell`. */
function servers(count: number, tell: (ends: StreamEnds) => StreamBuilder): { readonly surroundings: Surroundings } {
  return knowing((s) => {
    for (let i = 0; i < count; i++) {
      s.noteAccept(SERVER_AT);
      s.noteStream(tell({ clientPort: 43_000 + i, startUs: START_US + (i + 1) * 1_000_000 }).build());
    }
  });
}
const twice = (ends: StreamEnds = {}): StreamBuilder =>
  toUpstream(ends).exchange(GET, OK).exchange(GET, OK).wait(5_000_000).send('originator', GET).bareRst('responder');
/** An idle timeout: after one request as often as after two. */
const onceOrTwice = (ends: StreamEnds = {}): StreamBuilder => {
  if (((ends.clientPort ?? 0) & 1) === 0) return twice(ends);
  return toUpstream(ends).exchange(GET, OK).wait(5_000_000).send('originator', GET).bareRst('responder');
};
/** The request itself is what ends them: read, and refused after a while. */
const twiceAndRead = (ends: StreamEnds = {}): StreamBuilder =>
  toUpstream(ends)
    .exchange(GET, OK)
    .exchange(GET, OK)
    .wait(1_000_000)
    .send('originator', GET)
    .ack('responder')
    .wait(300_000)
    .rst('responder');
const unread = (ends: StreamEnds = {}): StreamBuilder =>
  toUpstream(ends).send('originator', GET).ack('responder').rst('responder');
/** nginx's end of a client connection in the middle of a response. */
const cut = (port: number): StreamBuilder =>
  new StreamBuilder({ clientPort: port }).open().send('originator', GET).send('responder', HALF).fin('responder');

const silentFirst = (): StreamBuilder => new StreamBuilder(SERVER).syn();
const noEnding: Pick<Story, 'ending'> = { ending: null };

export const QUIET_STORIES: Readonly<Record<string, Stories>> = {
  'blind-rst-rejected': {
    fires: [
      client(
        'a RST beside the exact number is challenged',
        toNginx().send('originator', GET).rst('originator', { seq: 500 }).ack('responder').send('originator', GET),
      ),
    ],
    misses: [
      {
        ...client(
          'its TTL is another',
          toNginx()
            .send('originator', GET)
            .rst('originator', { seq: 500, ttl: 50 })
            .ack('responder')
            .send('originator', GET),
        ),
        cause: 'ids-injected-rst',
      },
    ],
  },
  'icmp-unreachable-connect': {
    fires: [
      upstream('no route', silentFirst(), { ...line(NO_ROUTE), ...noEnding }),
      upstream('refused without a RST', silentFirst(), { ...line(REFUSED), ...noEnding }),
    ],
    misses: [{ ...upstream('refused by RST', silentFirst().refuse(), line(REFUSED)), cause: 'upstream-port-closed' }],
  },
  'connect-timeout-blackhole': {
    fires: [
      upstream('SYNs into silence', silentFirst().again('originator', 3), { ...line(UPSTREAM_TIMEOUT), ...noEnding }),
    ],
    misses: [
      {
        ...upstream('the request into silence', toUpstream().send('originator', GET).ack('responder'), {
          ...line(UPSTREAM_TIMEOUT),
          ...noEnding,
        }),
        cause: 'unknown-rst',
      },
    ],
  },
  'accept-queue-overflow-drop': {
    fires: [
      upstream(
        'the SYN+ACK comes again',
        new StreamBuilder(SERVER).syn().synAck().ack('originator').again('responder').ack('originator'),
        { ...line(UPSTREAM_TIMEOUT), ...noEnding },
      ),
    ],
    misses: [
      {
        ...upstream('the ACK is reset instead', toUpstream().send('originator', GET).bareRst('responder', { seq: 1 })),
        cause: 'accept-queue-overflow-abort',
      },
    ],
  },
  'time-wait-port-reuse': {
    fires: [
      client(
        'an old ACK answers the SYN',
        new StreamBuilder().syn().ack('responder').bareRst('originator').wait(1_000_000).again('originator'),
      ),
    ],
    misses: [{ ...client('a new handshake', toNginx().rst('originator')), cause: 'probe-connect-rst' }],
  },
  'conntrack-expired-reject': {
    fires: [
      upstream(
        'a device answers the request after a long pause',
        toUpstream().exchange(GET, OK).wait(60_000_000).send('originator', GET).bareRst('responder', { ttl: 254 }),
      ),
    ],
    misses: [
      {
        ...upstream(
          'without a pause',
          toUpstream().exchange(GET, OK).send('originator', GET).bareRst('responder', { ttl: 254 }),
        ),
        cause: 'firewall-midflow-reject',
      },
    ],
  },
  'port-scan': {
    fires: [client('the address tries ten ports', toNginx().rst('originator'), scanner)],
    misses: [
      {
        ...client('it sent a request', toNginx().send('originator', GET).rst('originator'), scanner),
        cause: 'client-timeout-abort',
      },
    ],
  },
  'probe-syn-rst': {
    fires: [client('half open', new StreamBuilder().syn().synAck().bareRst('originator'))],
    misses: [{ ...client('connected', toNginx().rst('originator')), cause: 'probe-connect-rst' }],
  },
  'proxy-protocol-mismatch-client': {
    fires: [
      client('reset inside the header', toNginx().send('originator', 'GET /').rst('originator'), line(PROXY_HEADER)),
    ],
    misses: [
      {
        ...client('before any byte', toNginx().rst('originator'), line(PROXY_HEADER)),
        cause: 'probe-connect-rst',
      },
    ],
  },
  'nginx-closes-upstream-after-client-abort': {
    fires: [
      upstream(
        'the client of the same request left',
        toUpstream().send('originator', GET).wait(2_000).rst('originator'),
        {
          ...clientGone,
          ending: UPSTREAM_OWN_RST,
        },
      ),
    ],
    misses: [
      {
        ...upstream(
          'the client is still there',
          toUpstream().send('originator', GET).wait(2_000_000).fin('originator'),
          {
            ending: UPSTREAM_OWN_FIN,
          },
        ),
        cause: 'nginx-upstream-timeout-late-data',
      },
    ],
  },
  'keepalive-race-client-nginx': {
    fires: [
      client(
        'a request on a connection that nginx has closed',
        toNginx().exchange(GET, OK).wait(75_000_000).fin('responder').send('originator', GET).bareRst('responder'),
        { ending: OWN_RST },
      ),
    ],
    misses: [
      {
        ...client(
          'the client resets',
          toNginx().exchange(GET, OK).fin('responder').ack('originator').rst('originator'),
        ),
        cause: 'client-rst-after-complete',
      },
    ],
  },
  'nginx-reload-idle-close': {
    fires: [
      client(
        'closed by a reload, and reset after it',
        toNginx().exchange(GET, OK).fin('responder').ack('originator').rst('originator'),
        { notices: [notice('worker-draining')] },
      ),
    ],
    misses: [
      {
        ...client('no reload', toNginx().exchange(GET, OK).fin('responder').ack('originator').rst('originator')),
        cause: 'client-rst-after-complete',
      },
    ],
  },
  'nginx-lingering-exhausted': {
    fires: [
      client(
        '413, and the body goes on',
        toNginx()
          .send('originator', POST_HEAD)
          .send('responder', 'HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n')
          .ack('originator')
          .wait(30_000_000)
          .rst('responder'),
        { ending: OWN_RST },
      ),
    ],
    misses: [
      {
        ...client('the request was complete', toNginx().exchange(GET, OK).wait(1_000_000).rst('responder'), {
          ending: OWN_RST,
        }),
        cause: 'unknown-rst',
      },
    ],
  },
  'nginx-worker-shutdown-timeout': {
    fires: [
      client('the worker exits inside the response', cut(40_000), {
        ending: OWN_FIN,
        notices: [notice('worker-draining', -10_000_000), notice('worker-gone')],
      }),
    ],
    misses: [
      {
        ...client('a return of nginx in the second of the exit', toNginx().send('originator', GET).fin('responder'), {
          ending: OWN_FIN,
          notices: [notice('terminating'), notice('worker-gone')],
        }),
        cause: 'nginx-return-444',
      },
      {
        ...client('another worker, another time', cut(40_000), {
          ending: OWN_FIN,
          notices: [notice('worker-draining', -10_000_000), notice('worker-gone', 5_000_000)],
        }),
        cause: 'unknown-rst',
      },
    ],
  },
  'nginx-worker-killed': {
    fires: [
      client('the master says so', cut(40_000), { ending: OWN_FIN, notices: [notice('worker-killed')] }),
      client('several are cut together', cut(40_000), {
        ending: OWN_FIN,
        ...knowing((s) => s.noteStream(cut(40_001).build())),
      }),
    ],
    misses: [{ ...client('alone', cut(40_000), { ending: OWN_FIN }), cause: 'unknown-rst' }],
  },
  'nginx-return-444': {
    fires: [
      client('closed at once without an answer', toNginx().send('originator', GET).fin('responder'), {
        ending: OWN_FIN,
      }),
      client('reset at once without an answer', toNginx().send('originator', GET).rst('responder'), {
        ending: OWN_RST,
      }),
    ],
    misses: [
      {
        ...client('a second later', toNginx().send('originator', GET).wait(1_000_000).fin('responder'), {
          ending: OWN_FIN,
        }),
        cause: 'unknown-rst',
      },
    ],
  },
  'nginx-unsolicited-upstream-data': {
    fires: [
      upstream(
        'bytes after the complete response',
        toUpstream().exchange(GET, OK).wait(5_000_000).send('responder', 'HTTP/1.1 408 Timeout\r\n').rst('originator'),
        { ending: UPSTREAM_OWN_RST },
      ),
    ],
    misses: [
      {
        ...upstream('nothing came after it', toUpstream().exchange(GET, OK).rst('originator'), {
          ending: UPSTREAM_OWN_RST,
        }),
        cause: 'unknown-rst',
      },
    ],
  },
  'container-or-endpoint-removed': {
    fires: [
      upstream(
        'no such socket, and the port refuses',
        toUpstream().exchange(GET, OK).wait(5_000_000).send('originator', GET).ack('responder').bareRst('responder'),
        refusing,
      ),
    ],
    misses: [
      {
        ...upstream(
          'the port does not refuse',
          toUpstream().exchange(GET, OK).wait(5_000_000).send('originator', GET).ack('responder').bareRst('responder'),
        ),
        cause: 'keepalive-race-nginx-upstream',
      },
    ],
  },
  'client-half-open-reboot': {
    fires: [
      client(
        'our packet meets a host that has forgotten',
        toNginx()
          .send('originator', GET)
          .send('responder', HALF)
          .ack('originator')
          .wait(9_000_000)
          .send('responder', 'x')
          .bareRst('originator'),
      ),
    ],
    misses: [
      {
        ...client(
          'in the middle of the traffic',
          toNginx()
            .send('originator', GET)
            .send('responder', HALF)
            .ack('originator')
            .send('responder', 'x')
            .bareRst('originator'),
        ),
        cause: 'client-linger0-mid-response',
      },
    ],
  },
  'conntrack-invalid-rst': {
    fires: [
      client(
        'repeats, and then a bare RST',
        toNginx()
          .send('originator', GET)
          .send('responder', HALF)
          .again('responder')
          .ack('originator')
          .bareRst('originator'),
      ),
    ],
    misses: [
      {
        ...client(
          'nothing was repeated',
          toNginx().send('originator', GET).send('responder', HALF).ack('originator').bareRst('originator'),
        ),
        cause: 'client-linger0-mid-response',
      },
    ],
  },
  'scheme-mismatch-client': {
    fires: [
      client(
        'TLS to a port that answers in HTTP',
        toNginx()
          .send('originator', CLIENT_HELLO)
          .send('responder', 'HTTP/1.1 400 Bad Request\r\n\r\n')
          .rst('originator'),
      ),
      client(
        'HTTP to a port that answers others in TLS',
        toNginx().exchange(GET, 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n').rst('originator'),
        tlsServer,
      ),
    ],
    misses: [
      {
        ...client(
          'the port speaks HTTP',
          toNginx().exchange(GET, 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n').rst('originator'),
        ),
        cause: 'client-rst-after-complete',
      },
    ],
  },
  'upstream-h2-goaway': {
    fires: [
      upstream(
        'GOAWAY, and then RST',
        toUpstream()
          .send('originator', http2())
          .send('originator', SETTINGS)
          .send('responder', SETTINGS)
          .send('responder', GOAWAY)
          .rst('responder'),
      ),
    ],
    misses: [
      {
        ...upstream(
          'no GOAWAY',
          toUpstream()
            .send('originator', http2())
            .send('originator', SETTINGS)
            .send('responder', SETTINGS)
            .rst('responder'),
        ),
        cause: 'unknown-rst',
      },
    ],
  },
  'upstream-max-requests-recycle': {
    fires: [upstream('the third one after two requests', twice(), servers(3, twice))],
    misses: [
      { ...upstream('the first of its kind', twice(), servers(1, twice)), cause: 'keepalive-race-nginx-upstream' },
      {
        ...upstream('others ended after another number', twice(), servers(8, onceOrTwice)),
        cause: 'keepalive-race-nginx-upstream',
      },
      {
        ...upstream('the application had read the request', twiceAndRead(), servers(3, twiceAndRead)),
        cause: 'upstream-abort-linger0',
      },
    ],
  },
  'upstream-proxy-protocol-mismatch': {
    fires: [upstream('five of five', unread(), servers(5, unread))],
    misses: [{ ...upstream('one of one', unread(), servers(1, unread)), cause: 'upstream-abort-linger0' }],
  },
  'mtu-black-hole': {
    fires: [
      upstream(
        'a full segment is repeated, a small one passed',
        toUpstream().send('originator', GET).ack('responder').send('originator', BIG).again('originator', 4),
        {
          ...line(UPSTREAM_TIMEOUT),
          ...noEnding,
        },
      ),
    ],
    misses: [
      {
        ...upstream('a small segment is repeated', toUpstream().send('originator', GET).again('originator', 4), {
          ...line(UPSTREAM_TIMEOUT),
          ...noEnding,
        }),
        cause: 'unknown-rst',
      },
    ],
  },
  'nat-conntrack-expired-silent': {
    fires: [
      upstream(
        'repeats into silence after a pause',
        toUpstream().exchange(GET, OK).wait(600_000_000).send('originator', GET).again('originator', 3),
        {
          ...line(UPSTREAM_TIMEOUT),
          ...noEnding,
        },
      ),
    ],
    misses: [
      {
        ...upstream('without a pause', toUpstream().exchange(GET, OK).send('originator', GET).again('originator', 3), {
          ...line(UPSTREAM_TIMEOUT),
          ...noEnding,
        }),
        cause: 'unknown-rst',
      },
    ],
  },
  'nginx-tcp-keepalive-timeout': {
    fires: [
      client('the kernel resets', toNginx().exchange(GET, OK).wait(9_000_000).rst('responder'), {
        ...line(KEEPALIVE_TIMEOUT),
        ending: OWN_RST,
      }),
      client('the capture holds no RST', toNginx().exchange(GET, OK), { ...line(KEEPALIVE_TIMEOUT), ...noEnding }),
    ],
    misses: [
      {
        ...client('the client resets', toNginx().exchange(GET, OK).wait(9_000_000).rst('originator'), line({})),
        cause: 'client-rst-after-complete',
      },
    ],
  },
  'client-vanished': {
    fires: [
      client(
        'data into silence',
        toNginx().send('originator', GET).send('responder', HALF).again('responder', 4).fin('responder'),
        {
          ...line(CLIENT_TIMEOUT),
          ending: OWN_FIN,
        },
      ),
    ],
    misses: [
      {
        ...client(
          'the client still acknowledges',
          toNginx().send('originator', GET).send('responder', HALF).ack('originator').fin('responder'),
          {
            ...line(CLIENT_TIMEOUT),
            ending: OWN_FIN,
          },
        ),
        cause: 'unknown-rst',
      },
    ],
  },
  'nginx-upstream-timeout-late-data': {
    fires: [
      upstream(
        'the answer comes after the timeout',
        toUpstream()
          .send('originator', GET)
          .ack('responder')
          .wait(60_000_000)
          .fin('originator')
          .send('responder', OK)
          .bareRst('originator'),
        { ...line(UPSTREAM_TIMEOUT), ending: UPSTREAM_OWN_FIN },
      ),
    ],
    misses: [
      {
        ...upstream('closed at once', toUpstream().send('originator', GET).ack('responder').fin('originator'), {
          ending: UPSTREAM_OWN_FIN,
        }),
        cause: 'unknown-rst',
      },
    ],
  },
};

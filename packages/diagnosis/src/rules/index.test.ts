import { describe, expect, test } from '@jest/globals';
import { causeById } from '../causes.ts';
import { Surroundings } from '../surroundings.ts';
import { QUIET_STORIES } from '../testing/quiet-stories.ts';
import {
  CLIENT_HELLO,
  caseOf,
  client,
  FATAL_UNKNOWN_CA,
  GET,
  HALF,
  line,
  OK,
  POST,
  POST_HEAD,
  SERVER,
  SERVER_AT,
  type Stories,
  SWITCH,
  toNginx,
  toUpstream,
  UNMEASURED,
  UPGRADE,
  upstream,
} from '../testing/rule-story.ts';
import { START_US, StreamBuilder } from '../testing/stream-builder.ts';
import { judge } from '../verdict.ts';
import { RULES } from './index.ts';

function ttlOf(address: string, ttl: number): { readonly surroundings: Surroundings } {
  const surroundings = new Surroundings();
  surroundings.noteTtl(address, ttl);
  return { surroundings };
}

/** Three connections of one server that it ends in the same millisecond; refused: unread, and then it turns others away. */
function dyingServer(
  end: 'rst' | 'fin',
  refused: boolean,
): { readonly story: StreamBuilder; readonly surroundings: Surroundings } {
  const surroundings = new Surroundings();
  const dying = (index: number): StreamBuilder => {
    const builder = toUpstream({ index, clientPort: 41_000 + index })
      .send('originator', GET)
      .ack('responder')
      .wait(20_000);
    if (end === 'fin') return builder.fin('responder');
    return builder.rst('responder', refused ? { window: 900 } : {});
  };
  for (const index of [0, 1, 2]) surroundings.noteStream(dying(index).build());
  if (refused) {
    const later = new StreamBuilder({ ...SERVER, index: 9, clientPort: 42_000, startUs: START_US + 1_000_000 });
    surroundings.noteStream(later.syn().refuse().build());
  }
  return { story: dying(0), surroundings };
}

const alone = dyingServer('rst', false);
const restarted = dyingServer('rst', true);
const closed = dyingServer('fin', false);

/** Per cause: what a line speaks of. What nginx itself did, and silence, is in QUIET_STORIES. */
const STORIES: Readonly<Record<string, Stories>> = {
  ...QUIET_STORIES,
  'ids-injected-rst': {
    fires: [
      client('data after "its own" RST', toNginx().rst('originator').send('originator', GET)),
      client(
        'TTL and options break together',
        toNginx().send('originator', GET).rst('originator', { ttl: 50, withoutTimestamps: true }),
      ),
      client(
        'TTL and IP ID break together',
        toNginx().send('originator', GET).rst('originator', { ttl: 50, ipId: 7777 }),
      ),
    ],
    misses: [
      {
        ...client('TTL alone', toNginx().send('originator', GET).rst('originator', { ttl: 50 })),
        cause: 'client-timeout-abort',
      },
      {
        ...client(
          'IP ID and options, but its own TTL',
          toNginx().send('originator', GET).rst('originator', { ipId: 7777, withoutTimestamps: true }),
        ),
        cause: 'client-timeout-abort',
      },
    ],
  },
  'lb-idle-timeout-reset': {
    fires: [
      client(
        'another host resets after a long pause',
        toNginx().exchange(GET, OK).wait(60_000_000).bareRst('originator', { ttl: 254 }),
      ),
      upstream(
        'a device ends it with the request after a long pause',
        toUpstream().exchange(GET, OK).wait(60_000_000).send('originator', GET).rst('responder', { ttl: 254 }),
      ),
    ],
    misses: [
      {
        ...client('the pause is short', toNginx().exchange(GET, OK).wait(500_000).bareRst('originator', { ttl: 254 })),
        cause: 'firewall-midflow-reject',
      },
      {
        ...client('the TTL is its own', toNginx().exchange(GET, OK).wait(60_000_000).bareRst('originator')),
        cause: 'client-rst-after-complete',
      },
    ],
  },
  'firewall-reject-syn': {
    fires: [upstream('refused from nearer', new StreamBuilder(SERVER).syn().refuse(64), ttlOf('10.0.1.3', 63))],
    misses: [
      {
        ...upstream('refused with the usual TTL', new StreamBuilder(SERVER).syn().refuse(63), ttlOf('10.0.1.3', 63)),
        cause: 'upstream-port-closed',
      },
    ],
  },
  'upstream-port-closed': {
    fires: [upstream('refused, nothing to compare with', new StreamBuilder(SERVER).syn().refuse())],
    misses: [{ ...upstream('reset after the handshake', toUpstream().rst('responder')), cause: 'unknown-rst' }],
  },
  'accept-queue-overflow-abort': {
    fires: [
      upstream(
        'the ACK of the handshake is reset',
        toUpstream().send('originator', GET).bareRst('responder', { seq: 1 }),
      ),
    ],
    misses: [
      {
        ...upstream(
          'it had acknowledged the request',
          toUpstream().send('originator', GET).ack('responder').bareRst('responder', { seq: 1 }),
        ),
        cause: 'upstream-abort-linger0',
      },
    ],
  },
  'firewall-midflow-reject': {
    fires: [
      client(
        'a bare RST from nearer',
        toNginx().send('originator', GET).ack('responder').bareRst('originator', { ttl: 254 }),
      ),
    ],
    misses: [
      {
        ...client(
          'a bare RST with its own TTL',
          toNginx().send('originator', GET).ack('responder').bareRst('originator'),
        ),
        cause: 'client-timeout-abort',
      },
    ],
  },
  'probe-connect-rst': {
    fires: [client('connect and reset', toNginx().rst('originator'))],
    misses: [
      {
        ...client('one byte was sent', toNginx().send('originator', 'G').rst('originator')),
        cause: 'client-abort-in-request',
      },
      {
        ...client(
          'on a TLS port',
          toNginx().rst('originator'),
          line({
            message: 'SSL_do_handshake() failed (104: Connection reset by peer)',
            action: 'SSL handshaking',
            request: null,
            host: null,
          }),
        ),
        cause: 'tls-rst-in-handshake',
      },
    ],
  },
  'tls-client-alert-then-rst': {
    fires: [
      client(
        'alert, then RST',
        toNginx().send('originator', CLIENT_HELLO).send('originator', FATAL_UNKNOWN_CA).rst('originator'),
      ),
    ],
    misses: [
      {
        ...client('no alert', toNginx().send('originator', CLIENT_HELLO).rst('originator')),
        cause: 'tls-rst-in-handshake',
      },
    ],
  },
  'tls-rst-in-handshake': {
    fires: [client('reset after the ClientHello', toNginx().send('originator', CLIENT_HELLO).rst('originator'))],
    misses: [
      {
        ...client('closed by FIN', toNginx().send('originator', CLIENT_HELLO).fin('originator')),
        cause: 'client-preconnect-abandoned',
      },
    ],
  },
  'upstream-tls-mismatch': {
    fires: [
      upstream('RST to the ClientHello', toUpstream().send('originator', CLIENT_HELLO).rst('responder')),
      upstream('FIN to the ClientHello', toUpstream().send('originator', CLIENT_HELLO).fin('responder')),
    ],
    misses: [
      {
        ...upstream('RST to plain HTTP', toUpstream().send('originator', GET).rst('responder')),
        cause: 'upstream-abort-linger0',
      },
    ],
  },
  'client-preconnect-abandoned': {
    fires: [client('connect and close', toNginx().wait(900_000).fin('originator'))],
    misses: [
      {
        ...client('closed inside a request', toNginx().send('originator', 'GET /').fin('originator')),
        cause: 'client-abort-in-request',
      },
    ],
  },
  'nginx-reset-timedout': {
    fires: [
      client(
        'nginx gives up on a client that does not read',
        toNginx().send('originator', GET).send('responder', HALF).wait(60_000_000).rst('responder'),
        {
          ...line({ message: 'client timed out (110: Connection timed out)' }),
          ending: { kind: 'rst', from: 'responder' },
        },
      ),
    ],
    misses: [
      {
        ...client('the line says something else', toNginx().send('originator', GET).rst('responder'), {
          ...line({}),
          ending: { kind: 'rst', from: 'responder' },
        }),
        cause: 'unknown-rst',
      },
    ],
  },
  'upstream-websocket-reset': {
    fires: [
      upstream('by the upstream', toUpstream().exchange(UPGRADE, SWITCH).send('responder', 'frame').rst('responder')),
      client('by the client', toNginx().exchange(UPGRADE, SWITCH).rst('originator')),
    ],
    misses: [
      {
        ...upstream('the upgrade was declined', toUpstream().exchange(UPGRADE, OK).rst('responder')),
        cause: 'upstream-rst-after-complete',
      },
    ],
  },
  'client-abort-in-request': {
    fires: [
      client('RST inside the body', toNginx().send('originator', POST_HEAD).rst('originator')),
      client('FIN inside the header section', toNginx().send('originator', 'POST /pay HT').fin('originator')),
    ],
    misses: [
      {
        ...client('RST after the last byte of the body', toNginx().send('originator', POST).rst('originator')),
        cause: 'client-timeout-abort',
      },
    ],
  },
  'client-timeout-abort': {
    fires: [
      client('RST while waiting', toNginx().send('originator', GET).ack('responder').wait(5_000_000).rst('originator')),
      client(
        'FIN while waiting, and RST against the late answer',
        toNginx().send('originator', GET).fin('originator').wait(5_000_000).send('responder', OK).bareRst('originator'),
        { ending: { kind: 'fin', from: 'originator' } },
      ),
    ],
    misses: [
      {
        ...client(
          'the answer had begun',
          toNginx().send('originator', GET).send('responder', HALF).ack('originator').rst('originator'),
        ),
        cause: 'client-linger0-mid-response',
      },
      {
        ...client(
          'FIN while waiting, and the answer is taken',
          toNginx().send('originator', GET).fin('originator').send('responder', OK).ack('originator'),
          { ending: { kind: 'fin', from: 'originator' } },
        ),
        cause: 'client-half-close-as-abort',
      },
    ],
  },
  'client-half-close-as-abort': {
    fires: [client('FIN after the request', toNginx().send('originator', GET).fin('originator'))],
    misses: [
      { ...client('FIN after the response', toNginx().exchange(GET, OK).fin('originator')), cause: 'unknown-rst' },
    ],
  },
  'client-close-unread-mid-response': {
    fires: [
      client(
        'the window grows in the RST',
        toNginx()
          .send('originator', GET)
          .send('responder', HALF)
          .ack('originator', { window: 20 })
          .rst('originator', { window: 97 }),
      ),
    ],
    misses: [
      {
        ...client(
          'the window does not grow',
          toNginx()
            .send('originator', GET)
            .send('responder', HALF)
            .ack('originator', { window: 97 })
            .rst('originator', { window: 97 }),
        ),
        cause: 'client-linger0-mid-response',
      },
    ],
  },
  'client-linger0-mid-response': {
    fires: [
      client(
        'the response is not complete',
        toNginx().send('originator', GET).send('responder', HALF).ack('originator').rst('originator'),
      ),
      client(
        'the response is complete and its end not acknowledged',
        toNginx().send('originator', GET).send('responder', OK).rst('originator', { ack: 1 }),
      ),
    ],
    misses: [
      {
        ...client('all of it is acknowledged', toNginx().exchange(GET, OK).rst('originator')),
        cause: 'client-rst-after-complete',
      },
    ],
  },
  'client-acked-but-unread': {
    fires: [
      client(
        'acknowledged, and the window grows in the RST',
        toNginx()
          .send('originator', GET)
          .send('responder', OK)
          .ack('originator', { window: 0 })
          .rst('originator', { window: 97 }),
      ),
    ],
    misses: [
      {
        ...client('the window does not grow', toNginx().exchange(GET, OK).rst('originator')),
        cause: 'client-rst-after-complete',
      },
    ],
  },
  'client-rst-after-complete': {
    fires: [
      client('on the idle connection', toNginx().exchange(GET, OK).wait(3_000_000).rst('originator')),
      client(
        "in answer to nginx's FIN",
        toNginx().exchange(GET, OK).fin('responder').ack('originator').rst('originator'),
      ),
    ],
    misses: [
      {
        ...client(
          'after its own FIN',
          toNginx().exchange(GET, OK).fin('originator').send('responder', OK).bareRst('originator'),
        ),
        cause: 'client-fin-then-rst-on-data',
      },
    ],
  },
  'client-fin-then-rst-on-data': {
    fires: [
      client(
        'late data meets a closed socket',
        toNginx().exchange(GET, OK).fin('originator').send('responder', OK).bareRst('originator'),
      ),
    ],
    misses: [
      {
        ...client('no FIN before', toNginx().exchange(GET, OK).bareRst('originator')),
        cause: 'client-rst-after-complete',
      },
    ],
  },
  'upstream-early-response-unread-body': {
    fires: [
      upstream(
        '413 before the body',
        toUpstream()
          .send('originator', POST_HEAD)
          .send('responder', 'HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n')
          .rst('responder', { window: 900 }),
      ),
    ],
    misses: [
      {
        ...upstream(
          '413 after the body',
          toUpstream().exchange(POST, 'HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n').rst('responder'),
        ),
        cause: 'upstream-rst-after-complete',
      },
    ],
  },
  'keepalive-race-nginx-upstream': {
    fires: [
      upstream(
        'RST at once on a connection that was idle',
        toUpstream().exchange(GET, OK).wait(5_000_000).send('originator', POST).bareRst('responder'),
      ),
      upstream(
        'the FIN was there before the request',
        toUpstream().exchange(GET, OK).fin('responder').wait(5_000).send('originator', POST).bareRst('responder'),
      ),
      upstream(
        'FIN crosses the request',
        toUpstream().exchange(GET, OK).wait(5_000_000).send('originator', POST).fin('responder'),
      ),
    ],
    misses: [
      {
        ...upstream(
          'the first request of the connection',
          toUpstream().send('originator', POST).ack('responder').rst('responder'),
        ),
        cause: 'upstream-abort-linger0',
      },
      {
        ...upstream(
          'a live socket, half a second after the request',
          toUpstream()
            .exchange(GET, OK)
            .wait(5_000_000)
            .send('originator', POST)
            .ack('responder')
            .wait(500_000)
            .rst('responder'),
        ),
        cause: 'upstream-abort-linger0',
      },
    ],
  },
  'upstream-listener-closed': {
    fires: [upstream('three die, and the port refuses', restarted.story, { surroundings: restarted.surroundings })],
    misses: [
      {
        ...upstream('three die, and the port is silent', alone.story, { surroundings: alone.surroundings }),
        cause: 'upstream-worker-crash',
      },
    ],
  },
  'upstream-close-unread-request': {
    fires: [
      upstream(
        'the window grows in the RST',
        toUpstream().send('originator', GET).ack('responder', { window: 100 }).rst('responder', { window: 200 }),
      ),
      upstream(
        'reset inside the request',
        toUpstream().send('originator', POST_HEAD).ack('responder').rst('responder'),
      ),
    ],
    misses: [
      {
        ...upstream(
          'the window does not grow and the request is complete',
          toUpstream().send('originator', POST).ack('responder').rst('responder'),
        ),
        cause: 'upstream-abort-linger0',
      },
    ],
  },
  'upstream-worker-crash': {
    fires: [
      upstream('three are reset together', alone.story, { surroundings: alone.surroundings }),
      upstream('three are closed together', closed.story, { surroundings: closed.surroundings }),
    ],
    misses: [{ ...upstream('alone', alone.story), cause: 'upstream-abort-linger0' }],
  },
  'upstream-abort-linger0': {
    fires: [
      upstream(
        'RST before the answer',
        toUpstream().send('originator', GET).ack('responder').wait(50_000).rst('responder'),
      ),
    ],
    misses: [
      {
        ...upstream(
          'FIN before the answer',
          toUpstream().send('originator', GET).ack('responder').wait(50_000).fin('responder'),
        ),
        cause: 'upstream-closed-without-response',
      },
    ],
  },
  'upstream-rst-mid-headers': {
    fires: [
      upstream('inside the header section', toUpstream().exchange(GET, 'HTTP/1.1 200 OK\r\nContent-').rst('responder')),
    ],
    misses: [
      {
        ...upstream('inside the body', toUpstream().exchange(GET, HALF).rst('responder')),
        cause: 'upstream-rst-mid-body',
      },
    ],
  },
  'upstream-rst-ends-close-delimited': {
    fires: [upstream('no announced length', toUpstream().exchange(GET, UNMEASURED).rst('responder'))],
    misses: [
      {
        ...upstream('an announced length', toUpstream().exchange(GET, HALF).rst('responder')),
        cause: 'upstream-rst-mid-body',
      },
    ],
  },
  'upstream-rst-mid-body': {
    fires: [
      upstream('Content-Length not reached', toUpstream().exchange(GET, HALF).rst('responder')),
      upstream(
        'the last chunk is missing',
        toUpstream()
          .exchange(GET, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n')
          .rst('responder'),
      ),
    ],
    misses: [
      {
        ...upstream('Content-Length reached', toUpstream().exchange(GET, OK).rst('responder')),
        cause: 'upstream-rst-after-complete',
      },
    ],
  },
  'upstream-rst-after-complete': {
    fires: [upstream('the whole response, then RST', toUpstream().exchange(GET, OK).rst('responder'))],
    misses: [
      {
        ...upstream('one byte is missing', toUpstream().exchange(GET, OK.slice(0, -1)).rst('responder')),
        cause: 'upstream-rst-mid-body',
      },
    ],
  },
  'upstream-closed-without-response': {
    fires: [upstream('FIN before the answer', toUpstream().send('originator', GET).ack('responder').fin('responder'))],
    misses: [
      {
        ...upstream('FIN inside the answer', toUpstream().exchange(GET, HALF).fin('responder')),
        cause: 'upstream-fin-mid-body',
      },
    ],
  },
  'upstream-fin-mid-body': {
    fires: [upstream('FIN inside the body', toUpstream().exchange(GET, HALF).fin('responder'))],
    misses: [
      { ...upstream('FIN after the body', toUpstream().exchange(GET, OK).fin('responder')), cause: 'unknown-rst' },
    ],
  },
  'unknown-rst': {
    fires: [upstream('a reset before any byte', toUpstream().rst('responder'))],
    misses: [{ ...upstream('a refused SYN', new StreamBuilder(SERVER).syn().refuse()), cause: 'upstream-port-closed' }],
  },
};

const FIRING = Object.entries(STORIES).flatMap(([cause, { fires }]) => fires.map((story) => ({ cause, ...story })));
const MISSING = Object.entries(STORIES).flatMap(([rule, { misses }]) => misses.map((story) => ({ rule, ...story })));

describe('rules', () => {
  test.each(FIRING)('$cause: $title', (story) => {
    const c = caseOf(story);
    const { cause, finding } = judge(c);
    expect(cause).toBe(story.cause);
    const frames = finding.evidence.flatMap((e) => e.frames);
    expect(frames.length).toBeGreaterThan(0);
    expect(frames.every((frame) => frame >= 1 && frame <= story.stream.segments.length)).toBe(true);
    expect(finding.by === null).toBe(c.ending?.kind !== 'rst');
  });

  test.each(MISSING)('not $rule but $cause: $title', (story) => {
    expect(judge(caseOf(story)).cause).toBe(story.cause);
    expect(story.cause).not.toBe(story.rule);
  });

  test('every rule has its stories', () => {
    expect(new Set(Object.keys(STORIES))).toEqual(new Set(RULES.map((rule) => rule.cause)));
  });

  test('confidence stays within the best that docs/verdicts.md allows', () => {
    for (const story of FIRING) {
      const { confidence } = judge(caseOf(story)).finding;
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThanOrEqual(0.97);
    }
  });

  test('a refused SYN is certain only with a TTL to compare with', () => {
    const refused = (surroundings: Surroundings): number =>
      judge(caseOf(upstream('', new StreamBuilder(SERVER).syn().refuse(63), { surroundings }))).finding.confidence;
    expect(refused(new Surroundings())).toBe(0.9);
    expect(refused(ttlOf(SERVER_AT.address, 63).surroundings)).toBe(0.97);
  });
});

describe('order of the rules', () => {
  const at = (cause: string): number => RULES.findIndex((rule) => rule.cause === cause);

  test('is the order of rst-causes section 3.1', () => {
    expect(RULES.map((rule) => rule.cause)).toMatchSnapshot();
  });

  // Each pair is one case that both rules accept: the stronger evidence is asked first.
  test.each([
    ['ids-injected-rst', 'client-timeout-abort'],
    ['lb-idle-timeout-reset', 'firewall-midflow-reject'],
    ['firewall-reject-syn', 'upstream-port-closed'],
    ['accept-queue-overflow-abort', 'upstream-abort-linger0'],
    ['probe-connect-rst', 'client-preconnect-abandoned'],
    ['tls-client-alert-then-rst', 'tls-rst-in-handshake'],
    ['client-timeout-abort', 'client-half-close-as-abort'],
    ['upstream-early-response-unread-body', 'upstream-rst-after-complete'],
    ['keepalive-race-nginx-upstream', 'upstream-abort-linger0'],
    ['upstream-listener-closed', 'upstream-close-unread-request'],
    ['upstream-rst-ends-close-delimited', 'upstream-rst-mid-body'],
  ])('%s before %s', (first, second) => {
    expect(at(first)).toBeGreaterThanOrEqual(0);
    expect(at(first)).toBeLessThan(at(second));
    const both = FIRING.some(
      ({ cause, ...story }) => cause === first && RULES[at(second)]?.judge(caseOf(story)) != null,
    );
    expect(both).toBe(true);
  });

  test('the last rule always answers', () => {
    for (const story of FIRING) expect(RULES.at(-1)?.judge(caseOf(story))).not.toBeNull();
  });

  test('every rule names a cause of the table and the source it rests on', () => {
    for (const rule of RULES) {
      expect(causeById(rule.cause)?.id).toBe(rule.cause);
      expect(rule.see).not.toBe('');
    }
  });
});

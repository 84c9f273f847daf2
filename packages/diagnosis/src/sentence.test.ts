import { describe, expect, test } from '@jest/globals';
import { otherSide } from '@resetscope/flow';
import { openCase } from './case-file.ts';
import type { Leg, Outcome } from './incident.ts';
import { nginxSideOf } from './nginx-side.ts';
import { sentenceOf, succeededText, whoSentence } from './sentence.ts';
import { Surroundings } from './surroundings.ts';
import { StreamBuilder, type StreamEnds } from './testing/stream-builder.ts';
import { judge } from './verdict.ts';

const GET = 'GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n';
const POST_HEAD = 'POST /pay HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 10\r\n\r\n';
const POST = `${POST_HEAD}0123456789`;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const HALF = 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nhello';
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
const UPGRADE = 'GET /ws HTTP/1.1\r\nHost: shop.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
const CLIENT_HELLO = Uint8Array.of(22, 3, 1, 0, 8, 1, 0, 0, 4, 3, 3, 0, 0);
const SERVER: StreamEnds = { client: '10.0.0.2', server: '10.0.1.3', serverPort: 8080 };

const toNginx = (): StreamBuilder => new StreamBuilder().open();
const toUpstream = (): StreamBuilder => new StreamBuilder(SERVER).open();

function tell(leg: Leg, builder: StreamBuilder): { readonly sentence: string; readonly who: string } {
  const stream = builder.build();
  const ending = stream.endings.findLast((e) => e.from === otherSide(nginxSideOf(leg))) ?? null;
  const c = openCase({ entry: null, kind: null, leg, stream, ending, surroundings: new Surroundings(), notices: [] });
  const { by } = judge(c).finding;
  return { sentence: sentenceOf(c, by), who: whoSentence(c, by, true) };
}

describe('sentenceOf', () => {
  test.each<[Leg, StreamBuilder, string]>([
    [
      'client',
      toNginx().rst('originator'),
      'Client 10.0.0.1 reset the connection before any byte was sent. No request was sent, nothing is lost.',
    ],
    [
      'client',
      toNginx().send('originator', CLIENT_HELLO).rst('originator'),
      'Client 10.0.0.1 reset the connection inside the TLS handshake. No request was sent, nothing is lost.',
    ],
    [
      'client',
      toNginx().send('originator', POST_HEAD).rst('originator'),
      'Client 10.0.0.1 reset the connection before POST /pay was complete. A retry is safe.',
    ],
    [
      'client',
      toNginx().send('originator', 'GE').fin('originator'),
      'Client 10.0.0.1 closed the connection before the request was complete. A retry is safe.',
    ],
    [
      'client',
      toNginx().send('originator', GET).wait(5_000_000).rst('originator'),
      'Client 10.0.0.1 reset the connection after waiting 5.0 s for the answer to GET /a. The request got no answer. A retry is safe.',
    ],
    [
      'client',
      toNginx().send('originator', POST).ack('responder').rst('originator'),
      'Client 10.0.0.1 reset the connection after waiting 0.2 ms for the answer to POST /pay. The request got no answer. It may have been executed: a blind retry is not safe.',
    ],
    [
      'client',
      toNginx().exchange(GET, HALF).rst('originator'),
      'Client 10.0.0.1 reset the connection inside the response to GET /a. The answer 200 was cut short. A retry is safe.',
    ],
    [
      'client',
      toNginx().send('originator', GET).send('responder', OK).rst('originator', { ack: 1 }),
      'Client 10.0.0.1 reset the connection before it had acknowledged the whole response to GET /a. The answer 200 was sent completely, but not all of it was acknowledged.',
    ],
    [
      'client',
      toNginx().exchange(POST, OK).rst('originator'),
      'Client 10.0.0.1 reset the idle connection after the complete response to POST /pay. The request was answered 200 and every byte of the answer was acknowledged.',
    ],
    [
      'client',
      toNginx().exchange(POST, OK).fin('responder').rst('originator'),
      "Client 10.0.0.1 reset the connection after the complete response to POST /pay, in answer to nginx's FIN. The request was answered 200 and every byte of the answer was acknowledged.",
    ],
    [
      'client',
      toNginx().send('originator', GET).fin('originator').send('responder', OK).bareRst('originator'),
      'Client 10.0.0.1 reset the connection after its own FIN. The answer 200 was sent completely, but not all of it was acknowledged.',
    ],
    [
      'client',
      toNginx().exchange(UPGRADE, SWITCH).rst('originator'),
      'Client 10.0.0.1 reset the upgraded connection (GET /ws). It had been upgraded (101): what was under way on it cannot be seen.',
    ],
    [
      'client',
      toNginx().send('originator', GET).ack('responder').bareRst('originator', { ttl: 254 }),
      'Something between nginx and client 10.0.0.1 reset the connection after waiting 0.2 ms for the answer to GET /a. The request got no answer. A retry is safe.',
    ],
    [
      'upstream',
      new StreamBuilder(SERVER).syn().refuse(),
      'Upstream 10.0.1.3:8080 refused the connection. The request was not sent to it. A retry is safe.',
    ],
    [
      'upstream',
      new StreamBuilder({ ...SERVER, client: '2001:db8::2', server: '2001:db8::3' }).syn().refuse(),
      'Upstream [2001:db8::3]:8080 refused the connection. The request was not sent to it. A retry is safe.',
    ],
    [
      'upstream',
      toUpstream().send('originator', POST_HEAD).ack('responder').rst('responder'),
      'Upstream 10.0.1.3:8080 reset the connection while nginx was still sending POST /pay. Whether it was executed cannot be seen.',
    ],
    [
      'upstream',
      toUpstream().send('originator', POST).ack('responder').wait(300_000).rst('responder'),
      'Upstream 10.0.1.3:8080 reset the connection 300 ms after nginx sent POST /pay. The request got no answer. It may have been executed: a blind retry is not safe.',
    ],
    [
      'upstream',
      toUpstream().exchange(GET, OK).wait(5_000_000).send('originator', POST).bareRst('responder'),
      'Upstream 10.0.1.3:8080 reset the connection 0.1 ms after nginx sent POST /pay, on a connection that had been idle for 5.0 s. The request got no answer. A retry is safe.',
    ],
    [
      'upstream',
      toUpstream().exchange(GET, HALF).fin('responder'),
      'Upstream 10.0.1.3:8080 closed the connection inside the response to GET /a. The answer 200 was cut short. A retry is safe.',
    ],
    [
      'upstream',
      toUpstream().send('originator', GET).send('responder', OK).rst('responder'),
      'Upstream 10.0.1.3:8080 reset the connection right after the complete response to GET /a. The answer 200 was sent completely, but not all of it was acknowledged.',
    ],
  ])('%s', (leg, builder, sentence) => {
    expect(tell(leg, builder).sentence).toBe(sentence);
  });

  test('cuts a long target', () => {
    const long = `GET /${'x'.repeat(3000)} HTTP/1.1\r\nHost: shop.test\r\n\r\n`;
    const { sentence } = tell('client', toNginx().exchange(long, OK).rst('originator'));
    expect(sentence.length).toBeLessThan(400);
    expect(sentence).toContain(` /${'x'.repeat(119)}. `);
  });

  test('a client behind a proxy is called by its own address', () => {
    const header = 'PROXY TCP4 203.0.113.9 10.0.0.2 4000 80\r\n';
    const { sentence } = tell('client', toNginx().exchange(`${header}${GET}`, OK).rst('originator'));
    expect(sentence).toMatch(
      /^Client 203\.0\.113\.9 \(through 10\.0\.0\.1\) reset the idle connection after the complete/,
    );
  });

  test('a request cancelled on HTTP/2 was not answered, and no other is under way', () => {
    const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';
    const get1 = '\0\0\x03\x01\x05\0\0\0\x01\x82\x84\x86';
    const cancel1 = '\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08';
    const builder = toNginx()
      .send('originator', preface + get1)
      .send('originator', cancel1)
      .ack('responder');
    expect(tell('client', builder.rst('originator')).sentence).toBe(
      'Client 10.0.0.1 reset the idle connection after GET / had been cancelled on it (RST_STREAM). No request was under way, nothing more is lost.',
    );
  });

  test('says who, in which phase, and whether that is normal', () => {
    expect(tell('client', toNginx().exchange(GET, OK).rst('originator')).who).toBe(
      'Client 10.0.0.1 reset the connection in phase "idle". That is a common way to close and no fault.',
    );
  });
});

describe('succeededText', () => {
  const none: Outcome = { request: 'complete', response: 'none', delivered: 'no', status: null, retrySafe: 'unknown' };

  test.each<[Partial<Outcome>, string]>([
    [{ response: 'partial', status: 101 }, 'It had been upgraded (101): what was under way on it cannot be seen.'],
    [{ request: 'none', retrySafe: 'yes' }, 'No request was sent, nothing is lost.'],
    [
      { response: 'complete', delivered: 'yes' },
      'The request was answered and every byte of the answer was acknowledged.',
    ],
    [{ response: 'complete', status: 204 }, 'The answer 204 was sent completely, but not all of it was acknowledged.'],
    [
      { response: 'partial', retrySafe: 'no' },
      'The answer was cut short. It may have been executed: a blind retry is not safe.',
    ],
    [{ request: 'partial' }, 'The request was never complete. Whether it was executed cannot be seen.'],
    [{ retrySafe: 'yes' }, 'The request got no answer. A retry is safe.'],
  ])('%j', (parts, text) => {
    expect(succeededText({ outcome: { ...none, ...parts }, leg: 'client', exchange: null })).toBe(text);
  });

  test('an upstream that was not asked', () => {
    const outcome: Outcome = { ...none, request: 'none', retrySafe: 'yes' };
    expect(succeededText({ outcome, leg: 'upstream', exchange: null })).toBe(
      'The request was not sent to it. A retry is safe.',
    );
  });
});

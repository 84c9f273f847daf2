import { describe, expect, test } from '@jest/globals';
import type { TcpStream } from '@resetscope/flow';
import { Surroundings } from './surroundings.ts';
import { START_US, StreamBuilder } from './testing/stream-builder.ts';

const GET = 'GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const SERVER = { address: '10.0.0.2', port: 80 };

const reset = (clientPort: number, startUs = START_US, index = 0): TcpStream =>
  new StreamBuilder({ index, clientPort, startUs }).open().send('originator', GET).rst('responder').build();
const diedUs = (stream: TcpStream): number => stream.endings[0]?.tsUs ?? 0;

function knowing(...streams: readonly TcpStream[]): Surroundings {
  const surroundings = new Surroundings();
  for (const stream of streams) surroundings.noteStream(stream);
  return surroundings;
}

describe('Surroundings', () => {
  test('knows the TTLs of an address', () => {
    const surroundings = new Surroundings();
    surroundings.noteTtl('10.0.0.2', 63);
    surroundings.noteTtl('10.0.0.2', 64);
    expect(surroundings.ttlIsUsual('10.0.0.2', 63)).toBe(true);
    expect(surroundings.ttlIsUsual('10.0.0.2', 62)).toBe(false);
    expect(surroundings.ttlIsUsual('10.0.0.3', 63)).toBeNull();
  });

  test('counts the others of a server that died within 2.5 ms', () => {
    const [one, two, three] = [reset(40_000), reset(40_001, START_US + 1_000), reset(40_002, START_US + 2_000)];
    const late = reset(40_003, START_US + 2_600);
    expect(knowing(one, two, three, late).diedTogether(one, diedUs(one))).toBe(2);
    expect(knowing(one).diedTogether(one, diedUs(one))).toBe(0);
  });

  test('tells a group from what falls together by chance on a server that ends connections all the time', () => {
    const all = Array.from({ length: 60 }, (_, at) => reset(41_000 + at, START_US + 10_000 + at * 10_000));
    const pair = [reset(40_000), reset(40_001, START_US + 1_000)] as const;
    const crowd = Array.from({ length: 9 }, (_, at) => reset(42_000 + at, START_US + at * 100));
    const [one] = pair;
    expect(knowing(...pair).diedTogether(one, diedUs(one))).toBe(1);
    expect(knowing(...pair, ...all).diedTogether(one, diedUs(one))).toBe(0);
    expect(knowing(...pair, ...all, ...crowd).diedTogether(one, diedUs(one))).toBe(10);
  });

  test('tells connections apart by their ports where each has a capture of its own', () => {
    const [one, two] = [reset(40_000, START_US, 0), reset(40_001, START_US, 0)];
    expect(knowing(one, two).diedTogether(one, diedUs(one))).toBe(1);
  });

  test('does not count connections that had been answered, or of other servers', () => {
    const one = reset(40_000);
    const answered = new StreamBuilder({ clientPort: 40_001 }).open().exchange(GET, OK).rst('responder').build();
    const elsewhere = new StreamBuilder({ clientPort: 40_002, serverPort: 81 })
      .open()
      .send('originator', GET)
      .rst('responder')
      .build();
    expect(knowing(one, answered, elsewhere).diedTogether(one, diedUs(one))).toBe(0);
  });

  test('remembers refusals, seen or told of', () => {
    const refusal = new StreamBuilder({ startUs: START_US + 1_000_000 }).syn().refuse().build();
    const seen = knowing(refusal);
    const told = new Surroundings();
    told.noteRefusal(SERVER, diedUs(refusal));
    for (const surroundings of [seen, told]) {
      expect(surroundings.refusedSoonAfter(SERVER, START_US)).toBe(true);
      expect(surroundings.refusedSoonAfter(SERVER, START_US - 5_000_000)).toBe(false);
      expect(surroundings.refusedSoonAfter(SERVER, START_US + 2_000_000)).toBe(false);
      expect(surroundings.refusedSoonAfter({ ...SERVER, port: 81 }, START_US)).toBe(false);
    }
  });

  test('counts the ports that an address tries, to ten', () => {
    const surroundings = new Surroundings();
    for (let port = 1; port <= 20; port++) surroundings.noteSyn('10.0.0.9', { address: '10.0.0.2', port });
    surroundings.noteSyn('10.0.0.8', SERVER);
    surroundings.noteSyn('10.0.0.8', SERVER);
    expect(['10.0.0.9', '10.0.0.8', '10.0.0.7'].map((a) => surroundings.portsTriedBy(a))).toEqual([10, 1, 0]);
  });

  test('a proxy asks and answers', () => {
    const surroundings = new Surroundings();
    surroundings.noteSyn('10.0.0.1', SERVER);
    surroundings.noteAccept(SERVER);
    expect(surroundings.isProxy('10.0.0.2')).toBe(false);
    surroundings.noteSyn('10.0.0.2', { address: '10.0.1.3', port: 8080 });
    expect(surroundings.isProxy('10.0.0.2')).toBe(true);
    expect(surroundings.isProxy('10.0.0.1')).toBe(false);
  });

  test('knows a server that has never answered, and one that has', () => {
    const silent = knowing(reset(40_000), reset(40_001));
    silent.noteAccept(SERVER);
    silent.noteAccept(SERVER);
    expect(silent.neverAnswered(SERVER)).toBe(2);
    silent.noteAccept(SERVER);
    expect(silent.neverAnswered(SERVER)).toBeNull();
  });

  test('counts connections cut inside an exchange, and those ended after so many exchanges', () => {
    const cut = new StreamBuilder({ clientPort: 40_009 }).open().exchange(GET, OK).send('originator', GET);
    const surroundings = knowing(reset(40_000), cut.rst('responder').build());
    expect(surroundings.cutTogether(reset(40_001), diedUs(reset(40_000)))).toBe(2);
    expect([0, 1, 2].map((n) => surroundings.closedAfter(SERVER, n))).toEqual([1, 1, 0]);
  });

  test('remembers that a client left, by what it had asked', () => {
    const left = new StreamBuilder().open().send('originator', GET).rst('originator').build();
    const upstream = new StreamBuilder({ client: '10.0.0.2', server: '10.0.1.3' }).open().build();
    const at = diedUs(left);
    const surroundings = knowing(left);
    expect(surroundings.clientLeft(upstream, '/a', at + 500)).toBe(true);
    expect(surroundings.clientLeft(upstream, '/b', at + 500)).toBe(false);
    expect(surroundings.clientLeft(upstream, '/a', at - 500)).toBe(false);
    expect(surroundings.clientLeft(upstream, '/a', at + 1_000_001)).toBe(false);
    expect(surroundings.clientLeft(left, '/a', at)).toBe(false);
  });
});

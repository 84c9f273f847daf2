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

  test('counts the others of a server that died within 5 ms', () => {
    const [one, two, late] = [reset(40_000), reset(40_001, START_US + 4_000), reset(40_002, START_US + 9_100)];
    expect(knowing(one, two, late).diedTogether(one, diedUs(one))).toBe(1);
    expect(knowing(one).diedTogether(one, diedUs(one))).toBe(0);
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
});

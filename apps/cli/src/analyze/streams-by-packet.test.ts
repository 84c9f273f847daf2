import { expect, test } from '@jest/globals';
import type { TcpStream } from '@resetscope/flow';
import { TcpStory } from '@resetscope/testkit';
import { PacketDecoder } from '@resetscope/wire';
import { StreamsByPacket } from './streams-by-packet.ts';

const START_US = 1_795_329_312_000_000;

function stream(originator: string, fromUs: number, toUs: number): TcpStream {
  const [address = '', port = ''] = originator.split(' ');
  const responder = { address: address.includes(':') ? '2001:db8::2' : '10.0.0.2', port: 80 };
  return {
    originator: { address, port: Number(port) },
    responder,
    firstUs: START_US + fromUs,
    lastUs: START_US + toUs,
  } as TcpStream;
}

/** The values found for each packet of a handshake, 100 us apart. */
function foundFor(known: StreamsByPacket<string>, originator: string, responder: string): readonly string[] {
  const decoder = new PacketDecoder();
  return new TcpStory({ originator, responder, startUs: START_US }).handshake().frames.map((frame) => {
    expect(decoder.decode(frame)).toBe('tcp');
    return known.of(decoder.packet).join();
  });
}

test('both directions, also of IPv6, and no other connection', () => {
  const known = new StreamsByPacket<string>();
  known.add(stream('10.0.0.1 51000', 0, 1000), 'a');
  known.add(stream('2001:db8::1 51000', 0, 1000), 'b');
  expect(foundFor(known, '10.0.0.1:51000', '10.0.0.2:80')).toEqual(['a', 'a', 'a']);
  expect(foundFor(known, '[2001:db8::1]:51000', '[2001:db8::2]:80')).toEqual(['b', 'b', 'b']);
  expect(foundFor(known, '10.0.0.3:51000', '10.0.0.2:80')).toEqual(['', '', '']);
  expect(foundFor(known, '10.0.0.1:80', '10.0.0.2:51000')).toEqual(['', '', '']);
});

test('ports used again: told apart by time; one connection may have several values', () => {
  const known = new StreamsByPacket<string>();
  known.add(stream('10.0.0.1 51000', 0, 0), 'first');
  known.add(stream('10.0.0.1 51000', 100, 1000), 'second');
  known.add(stream('10.0.0.1 51000', 100, 1000), 'again');
  expect(foundFor(known, '10.0.0.1:51000', '10.0.0.2:80')).toEqual(['first', 'second,again', 'second,again']);
});

import { describe, expect, test } from '@jest/globals';
import { type Packet, PacketDecoder } from '@resetscope/wire';
import fc from 'fast-check';
import { storyOf } from '../test-data/follow.ts';
import { endpointsOf, packetHash, senderIn, tupleHash, tupleOf } from './four-tuple.ts';

/** The first packet of a connection and its answer. */
function handshake(originator: string, responder: string): readonly [Packet, Packet] {
  const { frames } = storyOf({ originator, responder }).handshake();
  const decoders = [new PacketDecoder(), new PacketDecoder()] as const;
  for (const [at, decoder] of decoders.entries()) decoder.decode(frames[at]!);
  return [decoders[0].packet, decoders[1].packet];
}

describe('FourTuple', () => {
  test.each([
    { name: 'IPv4', originator: '10.0.0.1:51000', responder: '10.0.0.2:80' },
    { name: 'IPv6', originator: '[2001:db8::1]:51000', responder: '[2001:db8::ffff]:80' },
    { name: 'one host', originator: '127.0.0.1:51000', responder: '127.0.0.1:80' },
    { name: 'equal ports', originator: '10.0.0.1:80', responder: '10.0.0.2:80' },
  ])('$name', ({ originator, responder }) => {
    const [syn, synAck] = handshake(originator, responder);
    const tuple = tupleOf(syn);
    expect([senderIn(tuple, syn), senderIn(tuple, synAck)]).toEqual([0, 1]);
    expect([tupleHash(tuple), packetHash(synAck)]).toEqual([packetHash(syn), packetHash(syn)]);
    const text = endpointsOf(tuple).map(({ address, port }) =>
      address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
    );
    expect(text).toEqual([originator, responder]);
  });

  test('knows strangers, and an end that talks to itself', () => {
    const [syn] = handshake('10.0.0.1:51000', '10.0.0.2:80');
    for (const other of ['10.0.0.1:51001', '10.0.0.3:51000'])
      expect(senderIn(tupleOf(syn), handshake(other, '10.0.0.2:80')[0])).toBeNull();
    const [own] = handshake('10.0.0.1:80', '10.0.0.1:80');
    expect(senderIn(tupleOf(own), own)).toBe(0);
  });

  test('swapped addresses or ports are another connection', () => {
    const [syn] = handshake('10.0.0.1:51000', '10.0.0.2:80');
    expect(senderIn(tupleOf(syn), handshake('10.0.0.2:51000', '10.0.0.1:80')[0])).toBeNull();
  });

  test('hashes of one server spread', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1024, max: 40_000 }), (firstPort) => {
        const [syn] = handshake('10.0.0.1:51000', '10.0.0.2:80');
        const buckets = new Set<number>();
        for (let port = firstPort; port < firstPort + 1000; port++) {
          syn.srcPort = port;
          buckets.add(packetHash(syn) & 0xffff);
        }
        expect(buckets.size).toBeGreaterThan(950);
      }),
      { numRuns: 20 },
    );
  });
});

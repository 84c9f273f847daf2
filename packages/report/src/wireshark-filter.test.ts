import { describe, expect, test } from '@jest/globals';
import { frameFilter, type StreamSelector, wiresharkFilter } from './wireshark-filter.ts';

const endpoints = (originator: string, responder: string): StreamSelector => ({
  kind: 'endpoints',
  originator: { address: originator, port: 51234 },
  responder: { address: responder, port: 80 },
});

describe('wiresharkFilter', () => {
  test.each<{ name: string; stream: StreamSelector; frames?: readonly number[]; filter: string }>([
    { name: 'stream of this capture', stream: { kind: 'index', index: 7 }, filter: 'tcp.stream eq 7' },
    {
      name: 'frames of a stream',
      stream: { kind: 'index', index: 7 },
      frames: [9, 4],
      filter: 'tcp.stream eq 7 and frame.number in {4, 9}',
    },
    {
      name: 'IPv4 endpoints',
      stream: endpoints('10.0.0.1', '10.0.0.2'),
      filter: '(ip.addr eq 10.0.0.1 and ip.addr eq 10.0.0.2 and tcp.port eq 51234 and tcp.port eq 80)',
    },
    {
      name: 'IPv6 endpoints',
      stream: endpoints('2001:db8::1', '::1'),
      filter: '(ipv6.addr eq 2001:db8::1 and ipv6.addr eq ::1 and tcp.port eq 51234 and tcp.port eq 80)',
    },
  ])('$name', ({ stream, frames, filter }) => {
    expect(wiresharkFilter(stream, frames)).toBe(filter);
  });
});

test.each([
  { frames: [], filter: 'frame.number eq 0' },
  { frames: [5], filter: 'frame.number eq 5' },
  { frames: [5, 5], filter: 'frame.number eq 5' },
  { frames: [8, 1, 7, 6, 3], filter: 'frame.number in {1, 3, 6..8}' },
])('frameFilter($frames)', ({ frames, filter }) => {
  expect(frameFilter(frames)).toBe(filter);
});

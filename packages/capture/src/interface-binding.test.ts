/** The decisions; that the kernel keeps to them is in af-packet-source.test.ts. */
import { expect, test } from '@jest/globals';
import { type BindableSocket, InterfaceBinding } from './interface-binding.ts';

const UP = 0x1;
const RUNNING = 0x40;

/** A socket on a host with one interface, eth0, at most. */
class FakeSocket implements BindableSocket {
  index = 0;
  flags = UP | RUNNING;
  boundIndex = 0;
  readonly calls: string[] = [];
  interfaceIndex(): number {
    return this.index;
  }
  interfaceFlags(): number {
    return this.flags;
  }
  bind(ifIndex: number): void {
    this.boundIndex = ifIndex;
    this.calls.push(`bind ${ifIndex}`);
  }
  joinPromiscuous(ifIndex: number): void {
    this.calls.push(`promiscuous ${ifIndex}`);
  }
}

test('binds once, and again only to a new index', () => {
  const socket = new FakeSocket();
  const binding = new InterfaceBinding(socket, 'eth0', false);
  expect(binding.refresh()).toBe('missing');
  socket.index = 3;
  expect([binding.refresh(), binding.refresh()]).toEqual(['up', 'up']);
  socket.index = 0;
  expect(binding.refresh()).toBe('missing');
  socket.index = 4;
  expect(binding.refresh()).toBe('up');
  expect(socket.calls).toEqual(['bind 3', 'bind 4']);
});

test('an interface made again with its old index is bound again', () => {
  const socket = new FakeSocket();
  const binding = new InterfaceBinding(socket, 'eth0', true);
  socket.index = 3;
  binding.refresh();
  socket.boundIndex = -1;
  binding.refresh();
  expect(socket.calls).toEqual(['bind 3', 'promiscuous 3', 'bind 3', 'promiscuous 3']);
});

test.each([
  { flags: 0, state: 'down' },
  { flags: UP, state: 'down' },
  { flags: UP | RUNNING, state: 'up' },
])('flags $flags: $state', ({ flags, state }) => {
  const socket = new FakeSocket();
  socket.index = 3;
  socket.flags = flags;
  expect(new InterfaceBinding(socket, 'eth0', false).refresh()).toBe(state);
});

test('any is bound once and is always up', () => {
  const socket = new FakeSocket();
  const binding = new InterfaceBinding(socket, 'any', false);
  expect([binding.refresh(), binding.refresh()]).toEqual(['up', 'up']);
  expect(socket.calls).toEqual(['bind 0']);
});

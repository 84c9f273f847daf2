import { describe, expect, test } from '@jest/globals';
import type { Leg } from '@resetscope/diagnosis';
import { type Roles, Sides } from './unlogged-sides.ts';

const KNOWN = {
  listeners: new Set(['10.0.0.2 80', 'fd00::2 80']),
  upstreams: new Set(['10.0.1.3 8080']),
  addresses: new Set(['10.0.0.2']),
};
const NOTHING = { listeners: new Set<string>(), upstreams: new Set<string>(), addresses: new Set<string>() };

function end(text: string): { readonly address: string; readonly port: number } {
  const [address = '', port] = text.split(' ');
  return { address, port: Number(port) };
}

describe('legOf', () => {
  const sides = new Sides(KNOWN, [443]);
  test.each<[string, string, string, Leg | null]>([
    ['a listener that a line named', '10.0.0.1 40000', '10.0.0.2 80', 'client'],
    ['over IPv6', 'fd00::1 40000', 'fd00::2 80', 'client'],
    ['its port on another address', '10.0.0.1 40000', '10.0.0.3 80', 'client'],
    ['a port that was given', '10.0.0.1 40000', '10.0.0.2 443', 'client'],
    ['an upstream that a line named', '10.0.0.2 50000', '10.0.1.3 8080', 'upstream'],
    ["nginx asks another server on nginx's port", '10.0.0.2 50000', '10.0.1.9 80', null],
    ["another port of nginx's host", '10.0.0.1 40000', '10.0.0.2 22', null],
    ["what nginx's host asks besides", '10.0.0.2 50000', '10.0.2.1 6379', null],
  ])('%s', (_title, originator, responder, leg) => {
    expect(sides.legOf({ originator: end(originator), responder: end(responder) })).toBe(leg);
  });

  test('of nothing known, only the given ports say something', () => {
    const ends = { originator: end('10.0.0.1 40000'), responder: end('10.0.0.2 80') };
    expect(new Sides(NOTHING, []).legOf(ends)).toBeNull();
    expect(new Sides(NOTHING, [80]).legOf(ends)).toBe('client');
  });

  test('on the loopback, where all addresses are one', () => {
    const local = { ...NOTHING, addresses: new Set(['127.0.0.1']), upstreams: new Set(['127.0.0.1 8080']) };
    const leg = (port: number) =>
      new Sides(local, [80]).legOf({ originator: end('127.0.0.1 40000'), responder: { address: '127.0.0.1', port } });
    expect([leg(80), leg(8080), leg(22)]).toEqual(['client', 'upstream', null]);
  });
});

describe('rolesOf', () => {
  const sides = new Sides(KNOWN, []);
  const roles = (a: string, b: string): Roles | null =>
    sides.rolesOf({ addressA: end(a).address, portA: end(a).port, addressB: end(b).address, portB: end(b).port });

  test.each<[string, string, Roles | null]>([
    ['10.0.0.1 40000', '10.0.0.2 80', { peer: '10.0.0.1', responder: '10.0.0.2 80' }],
    ['10.0.0.2 50000', '10.0.1.3 8080', { peer: '10.0.1.3', responder: '10.0.1.3 8080' }],
    ['10.0.0.2 50000', '10.9.9.9 25', null],
  ])('%s, %s, in either order', (a, b, expected) => {
    expect([roles(a, b), roles(b, a)]).toEqual([expected, expected]);
  });
});

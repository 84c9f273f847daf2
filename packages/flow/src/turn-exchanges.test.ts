import { beforeEach, describe, expect, test } from '@jest/globals';
import { ExchangeList } from './exchange.ts';
import type { Payload } from './payload.ts';
import { TurnExchanges } from './turn-exchanges.ts';

let list: ExchangeList;
let turns: TurnExchanges;
let frame: number;

beforeEach(() => {
  list = new ExchangeList();
  turns = new TurnExchanges(list);
  frame = 0;
});

function payload(wireLen: number): Payload {
  frame++;
  return { bytes: new Uint8Array(0), wireLen, tsUs: frame, frameNumber: frame, hints: null };
}

describe('turns', () => {
  test('bytes of the originator after bytes of the responder begin an exchange', () => {
    turns.originator(0, false, payload(3));
    expect(turns.current()).toMatchObject({ requestState: 'partial', requestEnd: 3, responseState: 'none' });
    turns.originator(3, true, payload(5));
    expect(turns.current()).toMatchObject({ requestState: 'complete', requestStart: 0, requestEnd: 8 });
    turns.responder(0, false, payload(3));
    expect(turns.current()).toMatchObject({ responseState: 'partial', responseStart: 0, responseEnd: null });
    turns.responder(3, true, payload(3));
    expect(turns.current()).toMatchObject({ responseState: 'complete', responseEnd: 6, responseEndUs: 4 });
    turns.originator(8, true, payload(4));
    expect(list.kept.map((e) => [e.requestState, e.responseState, e.framing])).toEqual([
      ['complete', 'complete', 'guessed'],
      ['complete', 'none', 'guessed'],
    ]);
    expect(turns.current()).toMatchObject({ index: 1, requestStart: 8, requestEnd: 12 });
  });

  test('more bytes take a guessed end back', () => {
    turns.originator(0, true, payload(3));
    turns.responder(0, true, payload(100));
    turns.responder(100, false, payload(100));
    expect(turns.current()).toMatchObject({ responseState: 'partial', responseEnd: null });
    turns.responder(200, true, payload(50));
    expect(turns.current()).toMatchObject({ responseState: 'complete', responseEnd: 250 });
  });

  test('the responder says that nothing follows', () => {
    turns.responderDone(0, payload(0));
    turns.originator(0, true, payload(3));
    turns.responderDone(0, payload(0));
    expect(turns.current()?.responseState).toBe('none');
    turns.responder(0, false, payload(6));
    turns.responderDone(9, payload(0));
    expect(turns.current()).toMatchObject({ responseState: 'complete', responseEnd: 9 });
    turns.originator(3, true, payload(4));
    expect(turns.current()).toMatchObject({ index: 1, responseState: 'none' });
  });

  test('the responder speaks first', () => {
    turns.responder(0, true, payload(9));
    expect(turns.current()).toMatchObject({ requestState: 'complete', responseState: 'complete' });
    turns.originator(0, true, payload(9));
    expect(turns.current()).toMatchObject({ index: 1, responseState: 'none' });
  });

  test('many are bounded', () => {
    for (let i = 0; i < 100; i++) {
      turns.originator(i, true, payload(1));
      turns.responder(i, true, payload(1));
    }
    expect([list.count, list.kept.length]).toEqual([100, 32]);
    expect(turns.current()?.index).toBe(99);
  });

  test('none, no current one', () => expect(turns.current()).toBeNull());
});

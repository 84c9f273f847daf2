import { expect, test } from '@jest/globals';
import {
  ExchangeList,
  endRequest,
  endResponse,
  forgetResponse,
  isInterim,
  openExchange,
  startResponse,
  unseenExchange,
} from './exchange.ts';
import type { Payload } from './payload.ts';
import type { Moment } from './tcp-stream.ts';

const at = (tsUs: number): Payload => ({ bytes: new Uint8Array(0), wireLen: 0, tsUs, frameNumber: tsUs, hints: null });

test('an exchange begins as a partial request without an answer', () => {
  const exchange = openExchange(3, 100, 5, 9);
  expect(exchange).toMatchObject({ index: 3, requestStart: 100, requestStartUs: 5, requestFrame: 9 });
  expect(exchange).toMatchObject({
    requestState: 'partial',
    responseState: 'none',
    framing: 'exact',
    requestEnd: null,
    streamId: null,
    streamReset: null,
  });
});

test('the list keeps the last 32 and counts all', () => {
  const list = new ExchangeList();
  for (let i = 0; i < 40; i++) list.begin(i, at(i));
  expect([list.count, list.kept.length, list.kept[0]?.index]).toEqual([40, 32, 8]);
  list.clear();
  expect([list.count, list.kept.length]).toEqual([0, 0]);
});

test('from its beginning to its end', () => {
  const exchange = openExchange(0, 0, 1, 1);
  startResponse(exchange, 10, at(2));
  expect(exchange).toMatchObject({
    responseState: 'partial',
    responseStart: 10,
    responseFrame: 2,
    earlyResponse: true,
  });
  forgetResponse(exchange);
  expect(exchange).toMatchObject({ responseState: 'none', responseStart: null, earlyResponse: false });
  endRequest(exchange, 50, at(3));
  startResponse(exchange, 20, at(4));
  startResponse(exchange, 30, at(5));
  endResponse(exchange, 90, at(6));
  expect(exchange).toMatchObject({
    requestState: 'complete',
    requestEnd: 50,
    requestEndUs: 3,
    responseState: 'complete',
    responseStart: 20,
    responseStartUs: 4,
    responseEnd: 90,
    responseEndUs: 6,
    earlyResponse: false,
  });
});

test.each([
  [100, true],
  [103, true],
  [101, false],
  [200, false],
  [null, false],
])('%s is interim: %s', (status, expected) => expect(isInterim(status)).toBe(expected));

test('an exchange that nobody saw is over, up to the bytes sent by then', () => {
  const moment: Moment = {
    sent: { originator: 0, responder: 0 },
    acked: { originator: 0, responder: 0 },
    fin: { originator: false, responder: false },
    exchanges: 0,
    exchange: null,
    lastPayloadUs: null,
  };
  expect(unseenExchange(moment)).toMatchObject({
    method: null,
    requestState: 'complete',
    responseState: 'complete',
    responseEnd: 0,
    framing: 'guessed',
  });
});

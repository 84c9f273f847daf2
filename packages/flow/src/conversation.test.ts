import { describe, expect, test } from '@jest/globals';
import { latin1Bytes } from '../test-data/follow.ts';
import { all, frame, GET_BLOCK, OK_BLOCK, PREFACE, SETTINGS } from '../test-data/http2.ts';
import { Conversation } from './conversation.ts';
import type { Payload } from './payload.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

function payload(bytes: Uint8Array | string): Payload {
  const own = typeof bytes === 'string' ? latin1Bytes(bytes) : bytes;
  return { bytes: own, wireLen: own.length, tsUs: 1, frameNumber: 1, hints: null };
}

const newConversation = (): Conversation => new Conversation(() => undefined);

test('HTTP/1 that begins later forgets what was guessed and goes on at the offsets given', () => {
  const conversation = newConversation();
  conversation.turn('responder', 0, true, payload('rest of a body'));
  conversation.startHttp1(5, 14);
  expect([conversation.current(), conversation.count]).toEqual([null, 0]);
  conversation.read('originator', payload(GET), true);
  conversation.read('responder', payload(OK), true);
  expect(conversation.current()).toMatchObject({ requestStart: 5, responseStart: 14, responseState: 'complete' });
});

test('HTTP/2 begins with its preface, or inside', () => {
  for (const [start, isMidway] of [
    [all(PREFACE, SETTINGS), false],
    [SETTINGS, true],
  ] as const) {
    const conversation = newConversation();
    conversation.startHttp2(0, 0, isMidway);
    conversation.read('originator', payload(start), true);
    conversation.read('originator', payload(frame(1, 5, 1, GET_BLOCK)), true);
    expect(conversation.current()).toMatchObject({ streamId: 1, method: 'GET', requestState: 'complete' });
    conversation.skip('originator', 100, payload(''));
    conversation.endOfStream('originator', payload(''));
    expect(conversation.http2?.summary().missedFrames).toEqual({ originator: true, responder: isMidway });
  }
});

describe('an upgrade to HTTP/2 (RFC 7540 section 3.2)', () => {
  const UPGRADE = `${GET.slice(0, -2)}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`;
  const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';
  const ANSWER = frame(1, 5, 1, OK_BLOCK);

  test.each([
    { name: 'frames in the segment of the 101', segments: [all(latin1Bytes(SWITCH), SETTINGS, ANSWER)] },
    { name: 'frames after it', segments: [latin1Bytes(SWITCH), all(SETTINGS, ANSWER)] },
  ])('stream 1 answers the request: $name', ({ segments }) => {
    const conversation = newConversation();
    conversation.startHttp1(0, 0);
    conversation.read('originator', payload(UPGRADE), true);
    for (const segment of segments) conversation.read('responder', payload(segment), true);
    const answered = {
      method: 'GET',
      streamId: 1,
      status: 200,
      responseState: 'complete',
      upgraded: false,
      responseStart: SWITCH.length + SETTINGS.length,
      responseEnd: SWITCH.length + SETTINGS.length + ANSWER.length,
    };
    expect(conversation.current()).toMatchObject(answered);
    conversation.read('originator', payload(all(PREFACE, SETTINGS, frame(1, 5, 3, GET_BLOCK))), true);
    expect(conversation.exchanges).toMatchObject([answered, { streamId: 3, requestState: 'complete' }]);
    expect(conversation.exchanges[1]?.requestStart).toBe(UPGRADE.length + PREFACE.length + SETTINGS.length);
  });

  test('any other upgrade is a tunnel', () => {
    const conversation = newConversation();
    conversation.startHttp1(0, 0);
    conversation.read('originator', payload(UPGRADE), true);
    conversation.read('responder', payload(SWITCH.replace('h2c', 'websocket')), true);
    expect(conversation.current()).toMatchObject({ upgraded: true, status: 101 });
    expect(conversation.http2).toBeNull();
  });
});

test('before its protocol is known it counts nothing', () => {
  const conversation = newConversation();
  conversation.read('originator', payload(GET), true);
  conversation.skip('originator', 5, payload(''));
  conversation.endOfStream('responder', payload(''));
  conversation.responderDone(5, payload(''));
  expect([conversation.current(), conversation.count]).toEqual([null, 0]);
});

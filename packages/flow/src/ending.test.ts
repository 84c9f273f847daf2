import { describe, expect, test } from '@jest/globals';
import { storyOf, streamOf } from '../test-data/follow.ts';
import { turnedRound } from './ending.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

describe('endingOf', () => {
  test('a reset with the state just before it', () => {
    const story = storyOf().handshake();
    const request = story.originator.send('GET / HTTP/1.1\r\n\r\n');
    story.responder.send(OK);
    const fin = story.responder.fin();
    const rst = story.originator.rst({ ack: 5001 + 10, window: 77 });
    const [first, second] = streamOf(story).endings;
    expect(first).toMatchObject({
      kind: 'fin',
      frameNumber: 6,
      tsUs: fin.tsUs,
      from: 'responder',
      seq: 5001 + OK.length,
      relativeSeq: 1 + OK.length,
      relativeAck: 19,
      payloadLen: 0,
      shape: null,
      windowGrew: false,
      ttlMatches: null,
      before: { fin: { originator: false, responder: false } },
    });
    expect(second).toMatchObject({
      kind: 'rst',
      tsUs: rst.tsUs,
      from: 'originator',
      relativeSeq: 19,
      relativeAck: 11,
      window: 77,
      before: {
        sent: { originator: 18, responder: OK.length },
        acked: { originator: 18, responder: 0 },
        fin: { originator: false, responder: true },
        exchanges: 1,
        exchange: { method: 'GET', requestStartUs: request.tsUs, status: 200, responseState: 'complete' },
        lastPayloadUs: request.tsUs + 100,
      },
    });
  });

  test('the moment is a copy: what comes later does not change it', () => {
    const story = storyOf().handshake();
    story.originator.send('GET / HTTP/1.1\r\n\r\n');
    story.originator.fin();
    story.responder.send(OK);
    const { endings, last } = streamOf(story);
    expect(endings[0]?.before.exchange?.responseState).toBe('none');
    expect(last.exchange?.responseState).toBe('complete');
  });

  test('without the ACK bit the acknowledgment number is shown raw', () => {
    const story = storyOf().handshake();
    story.responder.statelessRst({ ack: 9 });
    expect(streamOf(story).endings[0]).toMatchObject({ relativeSeq: 1, relativeAck: 9 });
  });
});

test('turnedRound changes every side and nothing else', () => {
  const story = storyOf().handshake();
  story.originator.send('GET / HTTP/1.1\r\n\r\n');
  story.originator.fin();
  const [ending] = streamOf(story).endings;
  const turned = turnedRound(ending!);
  expect(turned).toMatchObject({ from: 'responder', before: { sent: { originator: 0, responder: 18 } } });
  expect(turnedRound(turned)).toEqual(ending);
});

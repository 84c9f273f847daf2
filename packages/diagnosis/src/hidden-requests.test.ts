import { describe, expect, test } from '@jest/globals';
import { FlowTracker, type TcpStream } from '@resetscope/flow';
import { TcpStory } from '@resetscope/testkit';
import { PacketDecoder } from '@resetscope/wire';
import { Surroundings } from './surroundings.ts';
import { caseOf, line } from './testing/rule-story.ts';
import { quietCase } from './unlogged.ts';
import { verdictOf } from './verdict.ts';

const PREFACE = [...'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'].map((char) => char.charCodeAt(0));
const SETTINGS = [0, 0, 0, 4, 0, 0, 0, 0, 0];
/** END_STREAM and END_HEADERS of stream 1, 100 bytes. */
const HEADERS = [0, 0, 100, 1, 5, 0, 0, 0, 1, ...Array<number>(100).fill(0x82)];
/** What the ring keeps of them: the header of the frame. */
const FRAME_HEADER_LEN = 9;
const ANSWERED = Uint8Array.from(SETTINGS);

/** As the ring gives it back: of payload only what the client's first segment says in clear. */
function seen(first: readonly number[], keptLen: number, tell: (story: TcpStory) => void): TcpStream {
  const story = new TcpStory({ originator: '10.0.0.1:40000', responder: '10.0.0.2:80' }).handshake();
  story.originator.send(Uint8Array.from(first));
  tell(story);
  const streams: TcpStream[] = [];
  const tracker = new FlowTracker({ wanted: () => true, streamEnded: (stream) => streams.push(stream) });
  const decoder = new PacketDecoder();
  const opening = story.frames.findIndex((frame) => frame.wireLen >= 66 + first.length);
  for (const [i, frame] of story.frames.entries()) {
    const keptPayload = i === opening ? keptLen : 0;
    if (decoder.decode({ ...frame, bytes: frame.bytes.subarray(0, 66 + keptPayload) }) === 'tcp') {
      tracker.add(decoder.packet);
    }
  }
  tracker.end();
  return streams[0] as TcpStream;
}

const gaveUp = (story: TcpStory): void => {
  story.originator.rst();
};
const answered = (story: TcpStory): void => {
  story.responder.send(ANSWERED);
  story.originator.ack();
  story.originator.rst();
};
const asked = (story: TcpStory): void => {
  story.responder.send(ANSWERED);
  story.originator.send(Uint8Array.from(HEADERS));
  story.responder.ack();
  story.originator.rst();
};

describe('a client that reset an HTTP/2 connection of which the ring kept the beginning', () => {
  const PLAIN = [...PREFACE, ...SETTINGS];
  const ASKING = [...PLAIN, ...HEADERS];
  const ASKING_KEPT = PLAIN.length + FRAME_HEADER_LEN;
  const UNKNOWN = { response: 'unknown', delivered: 'unknown', status: null, retrySafe: 'unknown' };

  test.each([
    { name: 'later frames', stream: seen(PLAIN, PLAIN.length, asked), request: 'unknown' },
    { name: 'its whole request, no answer', stream: seen(ASKING, ASKING_KEPT, answered), request: 'complete' },
  ])('$name: not known what was under way', ({ stream, request }) => {
    const c = caseOf({ title: '', leg: 'client', stream });
    const { phase, cause, outcome, harm, sentence, confidence } = verdictOf(c);
    expect({ phase, cause, outcome, harm }).toEqual({
      phase: null,
      cause: 'unknown-rst',
      outcome: { request, ...UNKNOWN },
      harm: 'unknown',
    });
    expect(sentence).toBe(
      'Client 10.0.0.1 reset the HTTP/2 connection. What was under way on it cannot be seen: the capture does not hold its HTTP/2 frames.',
    );
    expect(confidence).toBe(0.4);
  });

  test('and nothing is said to be lost without a line', () => {
    const stream = seen(ASKING, ASKING_KEPT, answered);
    const context = { surroundings: new Surroundings(), notices: [], logsClients: true };
    expect(quietCase(stream, 'client', context)?.found).toBeNull();
  });

  test('all that it had sent was kept, and no request in it: none was sent', () => {
    const { phase, cause, outcome } = verdictOf(
      caseOf({ title: '', leg: 'client', stream: seen(PLAIN, PLAIN.length, gaveUp) }),
    );
    expect({ phase, cause, request: outcome?.request }).toEqual({
      phase: 'idle',
      cause: 'client-preconnect-abandoned',
      request: 'none',
    });
  });

  test('a request whose answer never came is seen where every frame is', () => {
    const stream = seen(ASKING, ASKING.length, gaveUp);
    expect(caseOf({ title: '', leg: 'client', stream })).toMatchObject({ isHidden: false, phase: 'waiting' });
  });
});

test('a line about an upstream says what the frames would have', () => {
  const whole = [...PREFACE, ...SETTINGS, ...HEADERS];
  const stream = seen(whole, PREFACE.length + SETTINGS.length + FRAME_HEADER_LEN, (story) => {
    story.responder.send(ANSWERED);
    story.responder.rst();
  });
  const told = line({
    level: 'error',
    action: 'reading response header from upstream',
    upstream: 'grpc://10.0.0.2:80',
  });
  const { isHidden, phase, outcome } = caseOf({ title: '', leg: 'upstream', stream, ...told });
  expect([isHidden, phase, outcome.request]).toEqual([false, 'waiting', 'complete']);
});

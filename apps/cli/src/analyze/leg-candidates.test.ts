import { expect, test } from '@jest/globals';
import type { LegInterest } from '@resetscope/diagnosis';
import { FlowTracker } from '@resetscope/flow';
import { TcpStory } from '@resetscope/testkit';
import { PacketDecoder } from '@resetscope/wire';
import { LegCandidates, type LegContent, type LegLimits } from './leg-candidates.ts';

const INTEREST: LegInterest = {
  targets: new Set(['/a']),
  requestIds: new Set(['0123456789abcdef']),
  clients: new Set(['10.0.0.1:45000']),
};

function asking(port: number, payload: string | Uint8Array): TcpStory {
  const story = new TcpStory({ originator: `10.0.0.1:${port}`, responder: '10.0.0.2:80' }).handshake();
  story.originator.send(payload);
  return story;
}

const get = (target: string, head = ''): string => `GET ${target} HTTP/1.1\r\n${head}\r\n`;
const TLS = Uint8Array.of(0x17, 3, 3, 0, 1, 9);

function contentOf(stories: readonly TcpStory[], interest: LegInterest = INTEREST, limits?: LegLimits): LegContent {
  const candidates = new LegCandidates(interest, limits);
  const tracker = new FlowTracker({
    wanted: (connection) => candidates.wants(connection),
    streamEnded: (stream) => expect(candidates.keep(stream)).toBe(true),
  });
  const decoder = new PacketDecoder();
  for (const frame of stories.flatMap(({ frames }) => frames)) {
    if (decoder.decode(frame) === 'tcp') tracker.add(decoder.packet);
  }
  tracker.end();
  return candidates.content;
}

test('keeps what has the request, the id or the port of a line, and where the others were that cannot be read', () => {
  const marked = get('/x', 'X-Request-ID: 0123456789abcdef\r\n');
  const stories = [asking(40_000, get('/a')), asking(40_001, get('/b')), asking(40_002, marked), asking(45_000, TLS)];
  const { otherLegs, unreadable, isWhole } = contentOf([...stories, asking(40_004, TLS)]);
  expect(otherLegs.map(({ originator }) => originator.port).sort()).toEqual([40_000, 40_002, 45_000]);
  expect(unreadable).toEqual([expect.objectContaining({ originator: '10.0.0.1', responder: '10.0.0.2 80' })]);
  expect(isWhole).toBe(true);
});

test('without a line nothing is kept', () => {
  const nothing: LegInterest = { targets: new Set(), requestIds: new Set(), clients: new Set() };
  expect(contentOf([asking(40_000, get('/a')), asking(40_001, TLS)], nothing)).toMatchObject({
    otherLegs: [],
    unreadable: [],
  });
});

test.each([
  { name: 'streams', stories: [asking(40_000, get('/a')), asking(40_001, get('/a'))] },
  { name: 'others', stories: [asking(40_000, TLS), asking(40_001, TLS)] },
])('never more $name than allowed, and it says so', ({ stories }) => {
  const content = contentOf(stories, INTEREST, { streams: 1, unreadable: 1 });
  expect(content.otherLegs.length + content.unreadable.length).toBe(1);
  expect(content.isWhole).toBe(false);
});

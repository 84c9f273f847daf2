/** A keepalive race told in packets of both connections, and what resetscope makes of it live: incident and evidence. */
import { analyse, type Incident, OtherLegs, Surroundings } from '@resetscope/diagnosis';
import { FlowTracker, type TcpStream } from '@resetscope/flow';
import { TcpStory } from '@resetscope/testkit';
import { type CapturedFrame, PacketDecoder } from '@resetscope/wire';
import { lineOf } from '../../diagnosis/src/testing/log-text.ts';
import { evidenceNotes, evidencePcapng, ladderRows, otherLeg } from '../src/index.ts';

export interface Told {
  readonly incident: Incident;
  readonly evidence: Uint8Array;
}

/** Own packets first, then the client's, each connection numbered after the other. */
export function raceStory(): Told {
  const upstream = upstreamStory();
  const [own] = follow(upstream.frames);
  const clientFrames = clientStory().frames;
  const [client] = follow(clientFrames);
  if (own === undefined || client === undefined) throw new Error('expected a connection of each story');
  const line = lineOf({
    at: '06:35:17',
    level: 'error',
    action: 'reading response header from upstream',
    request: 'POST /pay HTTP/1.1',
    upstream: 'http://10.0.1.3:8080/pay',
  });
  const surroundings = new Surroundings();
  const input = { lines: [line], streams: [own], surroundings, accessLog: null, clockOffsetUs: 0, lostPackets: 0 };
  const [result] = analyse(input).results;
  const found = result && new OtherLegs({ streams: [client], unreadable: [], isWhole: true }, null).of(result.match);
  if (result === undefined || found == null) throw new Error('expected the line to match, and the client to be found');
  const place = { frames: upstream.frames.length, streams: 1 };
  const notes = evidenceNotes(result.incident.evidence);
  const incident = {
    ...result.incident,
    ladder: ladderRows(own, notes),
    otherLeg: otherLeg(found, own, place),
  };
  const frames = [
    ...upstream.frames,
    ...clientFrames.map((frame) => ({ ...frame, frameNumber: frame.frameNumber + place.frames })),
  ];
  return { incident, evidence: evidencePcapng(frames, notes, incident.sentence) };
}

function upstreamStory(): TcpStory {
  const story = new TcpStory({ originator: '10.0.0.2:50000', responder: '10.0.1.3:8080' }).handshake();
  story.originator.send('GET /b HTTP/1.1\r\nHost: shop.test\r\n\r\n');
  story.responder.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  story.originator.ack();
  story.wait(5000);
  story.originator.send(`POST /pay HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 4\r\n\r\nabcd`);
  story.responder.statelessRst();
  return story;
}

function clientStory(): TcpStory {
  const story = new TcpStory({ originator: '10.0.0.1:40000', responder: '10.0.0.2:80' }).handshake();
  story.wait(5000);
  story.originator.send(`POST /pay HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 4\r\n\r\nabcd`);
  story.responder.ack();
  story.wait(2);
  story.responder.send('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n');
  story.originator.ack();
  return story;
}

function follow(frames: readonly CapturedFrame[]): readonly TcpStream[] {
  const streams: TcpStream[] = [];
  const tracker = new FlowTracker({ wanted: () => true, streamEnded: (stream) => streams.push(stream) });
  const decoder = new PacketDecoder();
  for (const frame of frames) if (decoder.decode(frame) === 'tcp') tracker.add(decoder.packet);
  tracker.end();
  return streams;
}

/** An attacker's requests as they really arrive: an error log and a capture with each payload in every field, explained by analyze. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Analysis, evidenceNotes, evidencePcapng } from '@resetscope/report';
import { TcpStory } from '@resetscope/testkit';
import { LinkType, writePcap } from '@resetscope/wire';
import { conclude } from '../../apps/cli/src/analyze/conclude.ts';
import { inputFile } from '../../apps/cli/src/analyze/input-file.ts';
import { readCaptures } from '../../apps/cli/src/analyze/read-capture.ts';
import { readErrorLogs } from '../../apps/cli/src/analyze/read-logs.ts';
import { SILENT_METER } from '../../apps/cli/src/analyze/read-meter.ts';
import { clientHello, RecordType, record, serverNameExtension } from '../../packages/flow/test-data/tls.ts';

const START_US = 1_795_329_312_000_000;

export interface HostileCase {
  readonly analysis: Analysis;
  /** Of each incident, in the order of the analysis. */
  readonly captures: readonly Uint8Array[];
}

/** HTTP, its payload in target, Host, Referer, User-Agent and a header of its own. */
function request(payload: string, at: number): TcpStory {
  const story = new TcpStory({
    originator: `10.0.1.${at}:${50_000 + at}`,
    responder: '10.0.0.1:80',
    startUs: START_US + at * 10_000,
  }).handshake();
  const target = `/${payload.replaceAll(/[\r\n]/g, ' ')}`;
  const field = payload.replaceAll(/[\r\n]/g, ' ');
  story.originator.send(
    `GET ${target} HTTP/1.1\r\nHost: ${field}\r\nReferer: ${field}\r\nUser-Agent: ${field}\r\nX-${at}: ${field}\r\n\r\n`,
  );
  story.responder.ack();
  story.wait(20);
  story.responder.send(`HTTP/1.1 200 ${field}\r\nServer: ${field}\r\nContent-Length: 500\r\n\r\nhello`);
  story.originator.rst();
  return story;
}

/** TLS with the payload as server name. */
function hello(payload: string, at: number): TcpStory {
  const story = new TcpStory({
    originator: `10.0.2.${at}:${51_000 + at}`,
    responder: '10.0.0.1:443',
    startUs: START_US + at * 10_000,
  }).handshake();
  const name = payload.replaceAll(/[^\0-\xff]/g, '?').slice(0, 200);
  story.originator.send(record(RecordType.handshake, clientHello(serverNameExtension(name))));
  story.responder.ack();
  story.originator.rst();
  return story;
}

/** As nginx writes it: raw, in one line. */
function logLines(payload: string, at: number): string {
  const text = payload.replaceAll(/[\r\n]/g, ' ');
  const stamp = '2026/11/22 06:35:12 [info] 17#17:';
  const fields = `client: 10.0.1.${at}, server: ${text}, request: "GET /${text} HTTP/1.1", upstream: "http://10.9.0.1:3000/${text}", host: "${text}", referrer: "${text}"`;
  return [
    `${stamp} *${at} recv() failed (104: Connection reset by peer) while sending to client, ${fields}`,
    `${stamp} *${1000 + at} SSL_do_handshake() failed (104: Connection reset by peer) while SSL handshaking, client: 10.0.2.${at}, server: ${text}`,
    `${stamp} *${2000 + at} recv() failed (104: Connection reset by peer) while ${text}, client: ${text}, ${fields}`,
    '',
  ].join('\n');
}

/** dir: for the files, which also have hostile names. */
export async function hostileCase(dir: string, payloads: readonly string[]): Promise<HostileCase> {
  const stories = payloads.flatMap((payload, at) => [request(payload, at + 1), hello(payload, at + 1)]);
  const frames = stories.flatMap((story) => story.frames).toSorted((a, b) => a.tsUs - b.tsUs);
  const errorLog = join(dir, `error"><img src=x onerror=planted>\u001b[2J.log`);
  const pcap = join(dir, `'"><svg onload=planted>.pcap`);
  await writeFile(errorLog, Buffer.from(payloads.map((payload, at) => logLines(payload, at + 1)).join(''), 'utf8'));
  await writeFile(pcap, writePcap(frames, { linkType: LinkType.ETHERNET }));
  const logs = await readErrorLogs([errorLog], 'UTC', SILENT_METER);
  const content = await readCaptures([inputFile(pcap)], SILENT_METER, logs.lines, 1);
  const { analysis } = conclude(logs, null, content, null);
  const captures = analysis.incidents.map(({ evidence, sentence }) =>
    evidencePcapng(
      frames.map((frame, n) => ({ ...frame, frameNumber: n + 1 })),
      evidenceNotes(evidence),
      sentence,
    ),
  );
  return { analysis, captures };
}

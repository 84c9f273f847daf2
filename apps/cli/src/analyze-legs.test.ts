/** Both legs of a request through the command line. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Incident } from '@resetscope/diagnosis';
import { makeTempDir, TcpStory, type TempDir } from '@resetscope/testkit';
import { CaptureReader, LinkType, PacketDecoder, writePcap } from '@resetscope/wire';
import { resetscope } from './testing/run-cli.ts';

/** 2026-11-22 06:35:12 UTC. */
const START_US = 1_795_329_312_000_000;
const REQUEST = 'GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n';

/** A client waits for /a, and is answered 502 when the upstream has reset. */
function request(port: number, atMs: number): readonly TcpStory[] {
  const startUs = START_US + atMs * 1000;
  const client = new TcpStory({ originator: `10.0.0.7:${port}`, responder: '10.0.0.1:80', startUs }).handshake();
  client.originator.send(REQUEST);
  client.wait(20).responder.send('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n');
  client.originator.ack();
  const upstream = { originator: `10.0.0.1:${port + 10_000}`, responder: '10.9.0.1:3000', startUs: startUs + 500 };
  const asked = new TcpStory(upstream).handshake();
  asked.originator.send(REQUEST);
  asked.responder.ack();
  asked.wait(10).responder.rst();
  return [client, asked];
}

const line = (connection: number): string =>
  `2026/11/22 06:35:12 [error] 17#17: *${connection} recv() failed (104: Connection reset by peer) while reading response header from upstream, client: 10.0.0.7, server: shop.test, request: "GET /a HTTP/1.1", upstream: "http://10.9.0.1:3000/a", host: "shop.test"\n`;
const accessLine = (connection: number, port: number): string =>
  `${connection} 1 10.0.0.7:${port} 10.0.0.1:80 1795329312.700 502 60 OK 10.9.0.1:3000 502 56b17848de31d7f7202952cd3d3eecf0 "GET /a HTTP/1.1"\n`;

let dir: TempDir;
const at = (name: string): string => join(dir.path, name);

beforeAll(async () => {
  dir = await makeTempDir('resetscope-legs-');
  const frames = (stories: readonly TcpStory[]) =>
    writePcap(
      stories.flatMap((story) => story.frames).toSorted((a, b) => a.tsUs - b.tsUs),
      {
        linkType: LinkType.ETHERNET,
      },
    );
  await writeFile(at('one.log'), line(3));
  await writeFile(at('one.pcap'), frames(request(40_000, 100)));
  await writeFile(at('two.log'), line(3) + line(5));
  await writeFile(at('two.pcap'), frames([...request(40_000, 100), ...request(40_001, 100.1)]));
  await writeFile(at('access.log'), accessLine(3, 40_000) + accessLine(5, 40_001));
});
afterAll(() => dir.remove());

async function analyze(name: string, ...more: string[]): Promise<readonly Incident[]> {
  const files = ['--error-log', at(`${name}.log`), '--pcap', at(`${name}.pcap`), '--timezone', 'UTC'];
  const { stdout } = await resetscope(['analyze', ...files, '--json', ...more]);
  return JSON.parse(stdout).incidents;
}

test('--json has the other leg on the clock of the incident', async () => {
  const [incident] = await analyze('one');
  expect(incident).toMatchObject({
    stream: { originator: '10.0.0.1:50000' },
    otherLeg: { leg: 'client', joinedBy: 'request-line-and-time', stream: { index: 0, originator: '10.0.0.7:40000' } },
  });
  expect(incident?.otherLeg?.ladder[0]).toMatchObject({ frame: 1, atUs: -500, flags: 'S' });
  expect(await analyze('one', '--threads', '2')).toEqual([incident]);
});

test('equal requests of one moment have none without the access log, and theirs with it', async () => {
  expect((await analyze('two')).map(({ otherLeg }) => otherLeg)).toEqual([undefined, undefined]);
  const told = await analyze('two', '--access-log', at('access.log'));
  expect(told.map(({ stream, otherLeg }) => [stream?.originator, otherLeg?.stream.originator])).toEqual([
    ['10.0.0.1:50000', '10.0.0.7:40000'],
    ['10.0.0.1:50001', '10.0.0.7:40001'],
  ]);
  expect(told[0]?.access).toMatchObject({ status: 502, requestId: '56b17848de31d7f7202952cd3d3eecf0' });
});

test('--evidence keeps the packets of both', async () => {
  await analyze('one', '--evidence', at('evidence'));
  const [file = ''] = await readdir(at('evidence'));
  const ports = new Set<number>();
  const decoder = new PacketDecoder();
  const reader = new CaptureReader((frame) => {
    if (decoder.decodeWindow(frame) === 'tcp') ports.add(decoder.packet.srcPort);
  });
  reader.push(await readFile(join(at('evidence'), file)));
  reader.end();
  expect([...ports].sort()).toEqual([3000, 40_000, 50_000, 80]);
});

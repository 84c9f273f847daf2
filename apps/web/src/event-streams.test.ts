import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { Registry } from '@resetscope/telemetry';
import { waitUntil } from '@resetscope/testkit';
import { EventStreams, MAX_EVENT_STREAMS } from './event-streams.ts';
import { WebMetrics } from './web-metrics.ts';

test('listeners hear each id once, are counted, and are bounded in number', async () => {
  const registry = new Registry();
  const streams = new EventStreams(new WebMetrics(registry));
  const refused: boolean[] = [];
  const server = createServer((_request, response) => {
    if (streams.isFull) refused.push(true);
    response.writeHead(streams.isFull ? 503 : 200);
    if (streams.isFull) response.end();
    else streams.add(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const open = async (): Promise<ReadableStreamDefaultReader<Uint8Array>> =>
    (await fetch(`http://127.0.0.1:${port}/`)).body!.getReader();
  try {
    const listener = await open();
    const read = async (): Promise<string> => new TextDecoder().decode((await listener.read()).value);
    expect(await read()).toBe(': listening\n\n');
    streams.send('a"\nb');
    expect(await read()).toBe('event: incident\ndata: "a\\"\\nb"\n\n');

    const others = await Promise.all(Array.from({ length: MAX_EVENT_STREAMS }, open));
    expect(refused).toEqual([true]);
    expect(await registry.metrics()).toContain(`resetscope_web_event_streams ${MAX_EVENT_STREAMS}`);
    await Promise.all(others.map((other) => other.cancel()));
    await waitUntil(async () => (await registry.metrics()).includes('resetscope_web_event_streams 1\n'), {
      what: 'streams to end',
    });
    streams.close();
    expect((await listener.read()).done).toBe(true);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

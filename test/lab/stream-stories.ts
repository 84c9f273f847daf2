/** A TCP proxy (stream{}): opaque bytes, so only who and which connection is certain. */
import { setTimeout as delay } from 'node:timers/promises';
import { byClient } from './client-stories.ts';
import type { Tuple } from './expected.ts';
import type { Story } from './stage.ts';
import { upstreamTuple } from './upstream.ts';
import { byUpstream } from './upstream-stories.ts';

function proxied(resetBy: 'client' | 'upstream'): Story {
  return async (stage) => {
    let stream: Tuple | null = null;
    const server = await stage.listen((socket) => {
      stream = upstreamTuple(socket);
      socket.on('data', () => {
        socket.write(Buffer.alloc(stage.random.int(1, 3000), 7));
        if (resetBy === 'upstream') void stage.moment(30, 90).then(() => socket.resetAndDestroy());
      });
    });
    const port = stage.number();
    stage.streamServers.push(`server { listen ${port}; proxy_pass ${server.address}; }`);
    return async () => {
      const client = await stage.connect({ port });
      await client.send(Uint8Array.of(1, 2, 3, 4));
      await client.until((received) => received.length > 0, 'bytes');
      await stage.moment(40, 90);
      if (resetBy === 'client') {
        client.reset();
        return [byClient(client, /recv\(\) failed \(104.*proxying and reading from client/, {})];
      }
      await delay(200);
      client.finish();
      return [byUpstream(client, stream, /recv\(\) failed \(104.*proxying and reading from upstream/, {})];
    };
  };
}

/** Nobody listens behind the proxy. */
const refused: Story = async (stage) => {
  const server = await stage.listen(() => undefined);
  server.server.close();
  const port = stage.number();
  stage.streamServers.push(`server { listen ${port}; proxy_pass ${server.address}; }`);
  return async () => {
    const client = await stage.connect({ port });
    await client.ended();
    client.finish();
    return [
      byUpstream(client, { originator: '?', responder: server.address }, /connect\(\) failed \(111/, {
        phase: 'handshake',
        cause: 'upstream-port-closed',
        accept: { cause: ['firewall-reject-syn'] },
      }),
    ];
  };
};

export const streamStories: readonly Story[] = [proxied('client'), proxied('client'), proxied('upstream'), refused];

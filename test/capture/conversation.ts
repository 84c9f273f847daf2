/**
 * TCP conversations of which every write is a segment of its own: the next one is sent only when the one before has been read at the
 * other end. Real sockets, over the cable of a network.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket, type TcpNetConnectOpts } from 'node:net';
import type { Network } from './network.ts';

/** Who says what, latin1. */
export type Saying = readonly [by: 'client' | 'server', text: string];

/** An open connection. */
export class Conversation {
  private readonly client: Socket;
  private readonly server: Socket;

  constructor(client: Socket, server: Socket) {
    this.client = client.resume();
    this.server = server.resume();
  }

  get clientPort(): number {
    return (this.client.address() as AddressInfo).port;
  }

  /** Resolves when the other side has read it. */
  async say([by, text]: Saying): Promise<void> {
    const [from, to] = by === 'client' ? [this.client, this.server] : [this.server, this.client];
    const wanted = to.bytesRead + text.length;
    from.write(text, 'latin1');
    while (to.bytesRead < wanted) await once(to, 'data');
  }

  async close(): Promise<void> {
    const closed = [once(this.client, 'close'), once(this.server, 'close')];
    this.client.end();
    await Promise.all(closed);
  }
}

/** A server, and the conversations that clients have with it. */
export class Conversations {
  private readonly network: Network;
  private readonly server: Server;

  private constructor(network: Network, server: Server) {
    this.network = network;
    this.server = server;
  }

  static async start(network: Network): Promise<Conversations> {
    return network.server.enter(async () => {
      const server = createServer({ noDelay: true }).listen(0, network.serverAddress);
      await once(server, 'listening');
      return new Conversations(network, server);
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async open(): Promise<Conversation> {
    const accepted = once(this.server, 'connection');
    const options = { port: this.port, host: this.network.serverAddress, noDelay: true };
    const client = await this.network.client.enter(() => connected(options));
    const [server] = (await accepted) as [Socket];
    return new Conversation(client, server);
  }

  /** One from its beginning to its end. Returns the client's port. */
  async hold(sayings: readonly Saying[]): Promise<number> {
    const conversation = await this.open();
    const { clientPort } = conversation;
    for (const saying of sayings) await conversation.say(saying);
    await conversation.close();
    return clientPort;
  }

  stop(): void {
    this.server.close();
  }
}

async function connected(options: TcpNetConnectOpts): Promise<Socket> {
  const socket = connect(options);
  await once(socket, 'connect');
  return socket;
}

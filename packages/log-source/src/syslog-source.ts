/**
 * nginx's error log over syslog as a source. What syslog cannot do: a datagram that is lost on the way, or while nobody
 * listens, is missed by nobody, and nothing can be read a second time. A line is named by this run of the source, a UUID,
 * and by the number of its datagram: adding it again after a lost reply adds nothing, and no two lines share a name.
 */
import { randomUUID } from 'node:crypto';
import { type FollowStatus, wallClockUs } from '@resetscope/follow';
import { DatagramQueue } from './datagram-queue.ts';
import type { DatagramSocket } from './datagram-socket.ts';
import type { LineTest, LogSource, SourceBatch } from './source-line.ts';
import { type SyslogSpec, syslogName } from './syslog-address.ts';
import { parseSyslogDatagram, type SyslogDatagram } from './syslog-datagram.ts';
import { openUdpSocket } from './udp-socket.ts';
import { UNDER_WAY_US } from './under-way.ts';
import { openUnixSocket } from './unix-socket.ts';

/** What became of a datagram. `dropped`: a line that was wanted, and no room for it. */
export type DatagramResult = SyslogDatagram['kind'] | 'dropped';

export const DATAGRAM_RESULTS: readonly DatagramResult[] = ['line', 'not-syslog', 'not-nginx', 'dropped'];

export interface SyslogSourceOptions {
  readonly spec: SyslogSpec;
  readonly wanted: LineTest;
  /** Told of every datagram. */
  readonly received: (result: DatagramResult) => void;
  /** Bytes of lines that may wait for the consumer. Default 16 MiB. */
  readonly maxWaitingLen?: number;
}

export class SyslogSource implements LogSource {
  readonly name: string;
  readonly timezone: string | undefined;
  readonly #options: SyslogSourceOptions;
  readonly #queue: DatagramQueue;
  readonly #fileId: string = `syslog:${randomUUID()}`;
  #socket: DatagramSocket | undefined;
  /** Datagrams received. */
  #count = 0;

  constructor(options: SyslogSourceOptions) {
    this.#options = options;
    this.#queue = new DatagramQueue(options.maxWaitingLen);
    this.name = syslogName(options.spec.address);
    this.timezone = options.spec.timezone;
  }

  /** @throws ClearError RS_PORT_IN_USE, RS_USAGE, RS_FILE_UNREADABLE */
  async start(): Promise<void> {
    const { address } = this.#options.spec;
    const receive = (datagram: Uint8Array): void => this.#receive(datagram);
    this.#socket =
      address.kind === 'udp'
        ? await openUdpSocket(address.listen, receive)
        : await openUnixSocket(address.path, receive);
  }

  /** What nginx's `syslog:server=` is to be; undefined while not listening. */
  get address(): string | undefined {
    return this.#socket?.address;
  }

  async *batches(): AsyncGenerator<SourceBatch, void, undefined> {
    for (;;) {
      const lines = await this.#queue.peek();
      if (lines.length === 0) return;
      yield { lines, commit: () => Promise.resolve(this.#queue.done(lines.length)) };
    }
  }

  /** Nothing can be read again, so there is nothing to hold. */
  hold(): void {}

  release(): Promise<void> {
    return Promise.resolve();
  }

  /** Datagrams dropped by the kernel before we saw them; undefined where it does not say. */
  kernelDrops(): Promise<number | undefined> {
    return this.#socket?.kernelDrops() ?? Promise.resolve(undefined);
  }

  status(): Promise<FollowStatus> {
    const { oldest, len } = this.#queue;
    const lagMs = oldest === undefined ? 0 : Math.max(0, Date.now() - oldest.readAtUs / 1000);
    return Promise.resolve({ lagBytes: len, lagMs, openFiles: 0, checkpointSavedAtMs: undefined });
  }

  /** What has been received is still handed out. */
  async stop(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    await socket?.close();
    this.#queue.close();
  }

  #receive(datagram: Uint8Array): void {
    const offset = this.#count++;
    const parsed = parseSyslogDatagram(datagram);
    this.#options.received(parsed.kind === 'line' ? this.#keep(parsed.bytes, offset) : parsed.kind);
  }

  #keep(bytes: Uint8Array, offset: number): DatagramResult {
    if (!this.#options.wanted(bytes, 0, bytes.byteLength)) return 'line';
    const readAtUs = wallClockUs();
    const when = { readAtUs, unwrittenAtUs: readAtUs - UNDER_WAY_US };
    return this.#queue.push({ file: this.name, fileId: this.#fileId, offset, bytes, ...when, cut: 0 })
      ? 'line'
      : 'dropped';
  }
}

/** Finds the connections that a line could speak of, by address and leg. */
import type { TcpStream } from '@resetscope/flow';
import { type LogLine, upstreamKey } from './log-line.ts';
import { addTo, type Multimap } from './multimap.ts';

export class StreamIndex {
  readonly streams: readonly TcpStream[];
  /** A proxy is found under its own address and under that of the client for whom it opened the connection. */
  private readonly byOriginator: Multimap<string, TcpStream> = new Map();
  private readonly byResponder: Multimap<string, TcpStream> = new Map();
  private readonly upstreams: ReadonlySet<string>;

  /** lines tell which responders are upstreams, so that a client leg is never looked for there. */
  constructor(streams: readonly TcpStream[], lines: readonly LogLine[]) {
    this.streams = streams;
    this.upstreams = new Set(lines.flatMap((line) => upstreamKey(line) ?? []));
    for (const stream of streams) {
      const source = stream.proxyHeader?.sourceAddress ?? null;
      addTo(this.byOriginator, stream.originator.address, stream);
      if (source !== null && source !== stream.originator.address) addTo(this.byOriginator, source, stream);
      addTo(this.byResponder, `${stream.responder.address} ${stream.responder.port}`, stream);
    }
  }

  /** Streams whose ends fit the line; addressUnseen: no packet carries the line's client address. */
  find(line: LogLine): { readonly streams: readonly TcpStream[]; readonly addressUnseen: boolean } {
    if (line.leg === 'upstream') {
      const key = upstreamKey(line);
      return { streams: key === null ? [] : (this.byResponder.get(key) ?? []), addressUnseen: false };
    }
    const known = line.client === null ? undefined : this.byOriginator.get(line.client);
    if (known !== undefined) return { streams: known.filter((s) => !this.isUpstreamLeg(s)), addressUnseen: false };
    return { streams: this.streams.filter((s) => !this.isUpstreamLeg(s)), addressUnseen: true };
  }

  /** A line names its responder as upstream. */
  isUpstreamLeg(stream: TcpStream): boolean {
    return this.upstreams.has(`${stream.responder.address} ${stream.responder.port}`);
  }
}

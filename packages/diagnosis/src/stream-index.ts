/** Finds the connections that a line could speak of, by address and leg. */
import type { TcpStream } from '@resetscope/flow';
import { type LogLine, upstreamKey } from './log-line.ts';
import { TimedStreams, type TimeSpan } from './timed-streams.ts';

export class StreamIndex {
  readonly streams: readonly TcpStream[];
  /** A proxy is found under its own address and under that of the client for whom it opened the connection. */
  private readonly byOriginator = new Map<string, TimedStreams>();
  private readonly byResponder = new Map<string, TimedStreams>();
  private readonly everywhere = new TimedStreams();
  private readonly upstreams: ReadonlySet<string>;

  /** lines tell which responders are upstreams, so that a client leg is never looked for there. */
  constructor(streams: readonly TcpStream[], lines: readonly LogLine[]) {
    this.streams = streams;
    this.upstreams = new Set(lines.flatMap((line) => upstreamKey(line) ?? []));
    for (const stream of streams) {
      const source = stream.proxyHeader?.sourceAddress ?? null;
      addTo(this.byOriginator, stream.originator.address, stream);
      if (source !== null && source !== stream.originator.address) addTo(this.byOriginator, source, stream);
      this.everywhere.add(stream);
      addTo(this.byResponder, `${stream.responder.address} ${stream.responder.port}`, stream);
    }
  }

  /** Streams whose ends fit the line, near a time or, null, at any; addressUnseen: no packet carries the line's client address. */
  find(
    line: LogLine,
    near: TimeSpan | null,
  ): { readonly streams: readonly TcpStream[]; readonly addressUnseen: boolean } {
    if (line.leg === 'upstream') {
      const key = upstreamKey(line);
      return { streams: at(key === null ? undefined : this.byResponder.get(key), near), addressUnseen: false };
    }
    const known = line.client === null ? undefined : this.byOriginator.get(line.client);
    const streams = at(known ?? this.everywhere, near).filter((s) => !this.isUpstreamLeg(s));
    return { streams, addressUnseen: known === undefined };
  }

  /** A line names its responder as upstream. */
  isUpstreamLeg(stream: TcpStream): boolean {
    return this.upstreams.has(`${stream.responder.address} ${stream.responder.port}`);
  }
}

function at(streams: TimedStreams | undefined, near: TimeSpan | null): readonly TcpStream[] {
  if (streams === undefined) return [];
  return near === null ? streams.all : streams.near(near);
}

function addTo(map: Map<string, TimedStreams>, key: string, stream: TcpStream): void {
  const known = map.get(key) ?? new TimedStreams();
  known.add(stream);
  map.set(key, known);
}

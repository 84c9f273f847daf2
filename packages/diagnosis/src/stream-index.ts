/** Finds the connections that a line could speak of, by address and leg. */
import type { TcpStream } from '@resetscope/flow';
import type { LogLine } from './log-line.ts';

export class StreamIndex {
  readonly streams: readonly TcpStream[];
  private readonly byOriginator = new Map<string, TcpStream[]>();
  private readonly byResponder = new Map<string, TcpStream[]>();
  private readonly upstreams: ReadonlySet<string>;

  /** lines tell which responders are upstreams, so that a client leg is never looked for there. */
  constructor(streams: readonly TcpStream[], lines: readonly LogLine[]) {
    this.streams = streams;
    this.upstreams = new Set(lines.flatMap((line) => upstreamKey(line) ?? []));
    for (const stream of streams) {
      add(this.byOriginator, stream.originator.address, stream);
      add(this.byResponder, `${stream.responder.address} ${stream.responder.port}`, stream);
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

  private isUpstreamLeg(stream: TcpStream): boolean {
    return this.upstreams.has(`${stream.responder.address} ${stream.responder.port}`);
  }
}

function upstreamKey(line: LogLine): string | null {
  const upstream = line.entry.upstream;
  if (upstream?.address == null || upstream.port === null) return null;
  return `${upstream.address} ${upstream.port}`;
}

function add(map: Map<string, TcpStream[]>, key: string, stream: TcpStream): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [stream]);
  else list.push(stream);
}

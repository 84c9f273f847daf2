/** Connections by the times of their FINs and RSTs, so that a line meets only those of its own time: a storm has as many of both. */
import type { TcpStream } from '@resetscope/flow';

/** Microseconds from one time to another, both included. */
export interface TimeSpan {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Width of a slot: about that of a line's window. */
const SLOT_US = 10_000_000;

export class TimedStreams {
  readonly all: TcpStream[] = [];
  private readonly slots = new Map<number, Set<TcpStream>>();
  /** Their silence may be what a line speaks of, at any time. */
  private readonly silent = new Set<TcpStream>();

  add(stream: TcpStream): void {
    this.all.push(stream);
    if (stream.endings.length === 0 || stream.halves.responder.packets === 0) this.silent.add(stream);
    for (const { tsUs } of stream.endings) {
      const slot = Math.floor(tsUs / SLOT_US);
      const known = this.slots.get(slot);
      if (known === undefined) this.slots.set(slot, new Set([stream]));
      else known.add(stream);
    }
  }

  /** Those with a FIN or RST in the span, and those that may have been silent; a few of about that time besides. In order of their first packets. */
  near({ fromUs, toUs }: TimeSpan): readonly TcpStream[] {
    const found = new Set(this.silent);
    for (let slot = Math.floor(fromUs / SLOT_US); slot <= Math.floor(toUs / SLOT_US); slot++)
      for (const stream of this.slots.get(slot) ?? []) found.add(stream);
    return [...found].sort((a, b) => a.index - b.index);
  }
}

/** Connections that explain no line, but may be the other leg of a line's request: bounded in number, and what was left out is told. */
import { type LegInterest, mayBeOtherLeg, type Unreadable, unreadUntil } from '@resetscope/diagnosis';
import type { Connection, TcpStream } from '@resetscope/flow';
import { AddressTexts } from '@resetscope/wire';

/** Plain data: it passes between threads. */
export interface LegContent {
  readonly otherLegs: readonly TcpStream[];
  /** Of connections that nobody keeps. */
  readonly unreadable: readonly Unreadable[];
  /** False: there were more of either than are kept. */
  readonly isWhole: boolean;
}

export interface LegLimits {
  readonly streams: number;
  readonly unreadable: number;
}

/** A stream of a small exchange takes some 6 kB, the place and time of another some 150 bytes. */
const LIMITS: LegLimits = { streams: 5000, unreadable: 100_000 };

export class LegCandidates {
  private readonly interest: LegInterest;
  private readonly limits: LegLimits;
  private readonly texts = new AddressTexts();
  /** Indexes of connections that are wanted for this alone. */
  private readonly wanted = new Set<number>();
  private readonly otherLegs: TcpStream[] = [];
  private readonly unreadable: Unreadable[] = [];
  private isWhole = true;

  constructor(interest: LegInterest, limits: LegLimits = LIMITS) {
    this.interest = interest;
    this.limits = limits;
  }

  get content(): LegContent {
    const { otherLegs, unreadable, isWhole } = this;
    return { otherLegs, unreadable, isWhole };
  }

  /** Of a connection that is no case itself. */
  wants(connection: Connection): boolean {
    if (this.interest.targets.size === 0) return false;
    const isWanted = mayBeOtherLeg(this.interest, connection.conversation.exchanges, () => {
      const { address, port } = this.endOf(connection, connection.originatorHalf);
      return `${address}:${port}`;
    });
    const hasRoom = this.otherLegs.length + this.wanted.size < this.limits.streams;
    if (isWanted && hasRoom) this.wanted.add(connection.index);
    else if (isWanted) this.isWhole = false;
    else this.noteUnreadable(connection);
    return isWanted && hasRoom;
  }

  /** True: it was wanted for this alone. */
  keep(stream: TcpStream): boolean {
    if (!this.wanted.delete(stream.index)) return false;
    this.otherLegs.push(stream);
    return true;
  }

  private noteUnreadable(connection: Connection): void {
    const { conversation, firstUs, lastPayloadUs, lastUs, protocol } = connection;
    const { exchanges, count: exchangeCount } = conversation;
    const toUs = unreadUntil({ protocol, exchanges, exchangeCount, lastPayloadUs, lastUs });
    if (toUs === null) return;
    if (this.unreadable.length >= this.limits.unreadable) {
      this.isWhole = false;
      return;
    }
    const originator = this.endOf(connection, connection.originatorHalf);
    const responder = this.endOf(connection, connection.originatorHalf === 0 ? 1 : 0);
    const key = `${responder.address} ${responder.port}`;
    this.unreadable.push({ originator: originator.address, responder: key, fromUs: firstUs, toUs });
  }

  private endOf({ tuple }: Connection, end: 0 | 1): { readonly address: string; readonly port: number } {
    const [a0 = 0, a1 = 0, a2 = 0, a3 = 0, aPort = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0, bPort = 0] = tuple;
    return end === 0
      ? { address: this.texts.of(a0, a1, a2, a3), port: aPort }
      : { address: this.texts.of(b0, b1, b2, b3), port: bPort };
  }
}

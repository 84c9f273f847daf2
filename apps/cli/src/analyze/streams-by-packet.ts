/** Which of a capture's packets belong to connections already known: by their endpoints and their time. */
import type { TcpStream } from '@resetscope/flow';
import { type AddressWords, type Packet, parseAddress } from '@resetscope/wire';

interface Known<T> {
  readonly stream: TcpStream;
  readonly words: readonly [originator: AddressWords, responder: AddressWords];
  readonly value: T;
}

/** Values by connection; a port used again is another connection, told apart by time. */
export class StreamsByPacket<T> {
  /** Both ports, the smaller first, as one number: nearly every packet is ruled out by it alone. */
  readonly #byPorts = new Map<number, Known<T>[]>();

  add(stream: TcpStream, value: T): void {
    const { originator, responder } = stream;
    const words = [parseAddress(originator.address), parseAddress(responder.address)] as const;
    const [from, to] = words;
    if (from === null || to === null) return;
    const key = portsKey(originator.port, responder.port);
    const known = { stream, words: [from, to] as const, value };
    const others = this.#byPorts.get(key);
    if (others === undefined) this.#byPorts.set(key, [known]);
    else others.push(known);
  }

  /** Values of the connection that the packet belongs to; empty for any other. */
  of(packet: Packet): readonly T[] {
    const candidates = this.#byPorts.get(portsKey(packet.srcPort, packet.dstPort));
    return candidates === undefined ? [] : candidates.filter((known) => holds(known, packet)).map(({ value }) => value);
  }
}

function portsKey(a: number, b: number): number {
  return a < b ? a * 65_536 + b : b * 65_536 + a;
}

function holds<T>({ stream, words: [originator, responder] }: Known<T>, p: Packet): boolean {
  if (p.tsUs < stream.firstUs || p.tsUs > stream.lastUs) return false;
  const fromOriginator = p.srcPort === stream.originator.port && isSource(originator, p) && isDestination(responder, p);
  return (
    fromOriginator || (p.srcPort === stream.responder.port && isSource(responder, p) && isDestination(originator, p))
  );
}

function isSource([w0, w1, w2, w3]: AddressWords, p: Packet): boolean {
  return p.src3 === w3 && p.src2 === w2 && p.src1 === w1 && p.src0 === w0;
}

function isDestination([w0, w1, w2, w3]: AddressWords, p: Packet): boolean {
  return p.dst3 === w3 && p.dst2 === w2 && p.dst1 === w1 && p.dst0 === w0;
}

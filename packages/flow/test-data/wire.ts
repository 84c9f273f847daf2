/** A connection in memory, for protocols of Node's own that a test records. */
import { Duplex } from 'node:stream';
import type { Side } from '../src/index.ts';

export interface Flight {
  readonly from: Side;
  readonly bytes: Uint8Array;
}

/** Two ends of a cable: what one writes the other reads. */
export function wire(saw: (from: Side, bytes: Uint8Array) => void): readonly [Duplex, Duplex] {
  const end = (from: Side, other: () => Duplex): Duplex =>
    new Duplex({
      read: () => undefined,
      write(chunk: Uint8Array, _encoding, done) {
        saw(from, chunk);
        other().push(chunk);
        done();
      },
      final(done) {
        other().push(null);
        done();
      },
    });
  const near: Duplex = end('originator', () => far);
  const far: Duplex = end('responder', () => near);
  return [near, far];
}

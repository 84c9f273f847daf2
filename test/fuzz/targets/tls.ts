/** TLS records of both directions, whole and in pieces; and hellos alone. The first byte is where the responder's bytes begin, in tens. */
import { readServerName, selectsTls13 } from '../../../packages/flow/src/tls-hello.ts';
import { TlsReader, type TlsSummary } from '../../../packages/flow/src/tls-reader.ts';
import {
  clientHello,
  RecordType,
  record,
  serverHello,
  serverNameExtension,
} from '../../../packages/flow/test-data/tls.ts';
import { expectSame, type FuzzTarget, piecesOf, promise } from '../target.ts';

/** Without what hangs on the segment that an alert stood in. */
function read(
  sides: readonly (readonly ['originator' | 'responder', Iterable<Uint8Array>])[],
): Omit<TlsSummary, 'alerts'> & { alerts: number } {
  const reader = new TlsReader();
  for (const [side, pieces] of sides) {
    for (const bytes of pieces) {
      const application = reader.read(side, { bytes, wireLen: bytes.length, tsUs: 0, frameNumber: 1, hints: null });
      promise(
        'expected no more application bytes than bytes',
        application >= 0 && application <= bytes.length,
        application,
      );
      reader.labelOf(side, { bytes, wireLen: bytes.length, tsUs: 0, frameNumber: 1, hints: null });
    }
  }
  return { ...reader.summary(), alerts: reader.alertCount };
}

function run(input: Uint8Array): void {
  const at = 1 + Math.min(input.length, (input[0] ?? 0) * 10);
  const [asked, answered] = [input.subarray(1, at), input.subarray(at)];
  const whole = read([
    ['originator', [asked]],
    ['responder', [answered]],
  ]);
  const cut = read([
    ['originator', piecesOf(asked)],
    ['responder', piecesOf(answered)],
  ]);
  expectSame('reading in pieces', whole, cut);
  promise(
    'expected counts of bytes',
    Object.values(whole.applicationBytes).every((n) => n >= 0),
    whole,
  );
}

const HELLO = record(RecordType.handshake, clientHello(serverNameExtension('www.shop.test')));
const DATA = record(RecordType.applicationData, new Uint8Array(20));
const conversation = (answer: readonly Uint8Array[]): Uint8Array => {
  const padded = [...HELLO, ...DATA, ...DATA];
  const tens = Math.ceil(padded.length / 10);
  return Uint8Array.of(
    tens,
    ...padded,
    ...new Array(tens * 10 - padded.length).fill(0),
    ...answer.flatMap((bytes) => [...bytes]),
  );
};

const WORDS = [
  [22, 3, 1],
  [23, 3, 3, 0],
  [21, 3, 3, 0, 2, 1, 0],
  [20, 3, 3, 0, 1, 1],
  [0, 0],
  [0, 43, 0, 2, 3, 4],
  [1, 0],
  [2, 0],
].map((word) => Uint8Array.from(word));

export const tls: FuzzTarget = {
  name: 'tls',
  maxLen: 900,
  seeds: () => [
    conversation([
      record(RecordType.handshake, serverHello(0x0304)),
      record(RecordType.changeCipherSpec, [1]),
      DATA,
      DATA,
    ]),
    conversation([record(RecordType.handshake, serverHello(null)), DATA, record(RecordType.alert, [1, 0])]),
  ],
  words: WORDS,
  run,
};

export const tlsHello: FuzzTarget = {
  name: 'tls-hello',
  maxLen: 600,
  seeds: () => [clientHello(serverNameExtension('www.shop.test'), [1, 2, 3]), serverHello(0x0304), serverHello(null)],
  words: WORDS,
  run: (hello) => {
    const name = readServerName(hello);
    promise(
      'expected a name that the hello holds',
      name === null || (name.length > 0 && name.length <= hello.length),
      name,
    );
    selectsTls13(hello);
  },
};

/**
 * What a TLS connection shows without keys (RFC 8446 section 5.1, RFC 5246 section 6.2): record types and sizes, the SNI
 * of the ClientHello, plain alerts. It decrypts nothing and checks nothing. Where bytes are missing the boundaries of records
 * are lost until a segment starts with a record again; what lies between counts by what was there before.
 */
import { joinBytes } from '@resetscope/wire';
import type { Payload } from './payload.ts';
import type { Side } from './side.ts';
import { HandshakeType, readServerName, selectsPreSharedKey, selectsTls13 } from './tls-hello.ts';

export interface TlsAlert {
  readonly from: Side;
  readonly frameNumber: number;
  readonly tsUs: number;
  /** Null when the alert is encrypted or split between segments. */
  readonly level: number | null;
  readonly description: number | null;
}

export interface TlsSummary {
  readonly serverName: string | null;
  readonly sawClientHello: boolean;
  readonly sawServerHello: boolean;
  /** Application-data bytes each way, handshake records of TLS 1.3 left out; record headers count only where bytes are missing. */
  readonly applicationBytes: Readonly<Record<Side, number>>;
  readonly applicationRecords: Readonly<Record<Side, number>>;
  readonly alerts: readonly TlsAlert[];
}

/** Content types, RFC 8446 section 5.1. */
const RecordType = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;
const RECORD_HEADER_LEN = 5;
const ALERTS_MAX = 8;
/** TLS 1.3 hides alerts: two bytes, the content type and a tag of 16 bytes in a record of application data (RFC 8446 section 5.2). */
const HIDDEN_ALERT_LEN = 19;
/**
 * OpenSSL's server sends two session tickets of one length after a full handshake, one after a resumed one, before anything
 * else (SSL_CTX_set_num_tickets; measured: 74 to 282 bytes). A longer record is data: a ticket holds no more without a
 * client certificate.
 */
const TICKETS = { full: 2, resumed: 1 } as const;
const TICKET_MAX = 400;
/** A hello is collected up to this length: one record, RFC 8446 section 5.1. */
const HELLO_MAX = 16_384;
/** What a record is called in a ladder. */
const RECORD_NAMES: ReadonlyMap<number, string> = new Map([
  [RecordType.changeCipherSpec, 'ChangeCipherSpec'],
  [RecordType.alert, 'Alert'],
  [RecordType.handshake, 'Handshake'],
  [RecordType.applicationData, 'Application Data'],
]);

/** Does a TLS record start here? */
export function startsLikeTls(bytes: Uint8Array): boolean {
  const type = bytes[0] ?? 0;
  return type >= 20 && type <= 23 && bytes[1] === 3 && (bytes.length < 3 || (bytes[2] as number) <= 4);
}

interface HalfRecords {
  /** Bytes of a record header that is not complete. */
  header: number[];
  type: number;
  remaining: number;
  /** Record boundaries are unknown. */
  isLost: boolean;
  /** The segment read last begins with a record, as far as is known. */
  startsRecord: boolean;
  /** Start of the first handshake message; null once it has told what it can. */
  hello: Uint8Array | null;
  records: number;
  bytes: number;
}

function newHalf(): HalfRecords {
  return {
    header: [],
    type: 0,
    remaining: 0,
    isLost: false,
    startsRecord: false,
    hello: new Uint8Array(0),
    records: 0,
    bytes: 0,
  };
}

export class TlsReader {
  serverName: string | null = null;
  sawClientHello = false;
  sawServerHello = false;
  private isTls13 = false;
  /** TLS 1.3: session tickets that may still come, and the length of the one that came; -1 before. */
  private ticketsLeft: number = TICKETS.full;
  private ticketLen = -1;
  /** The responder's last record was a ticket. */
  private isTicket = false;
  private readonly halves: Record<Side, HalfRecords> = { originator: newHalf(), responder: newHalf() };
  /** Alerts seen, kept or not. */
  alertCount = 0;
  private readonly alerts: TlsAlert[] = [];

  /**
   * Walks the records of in-order bytes. Returns how many of the bytes belong to application data that carries the
   * protocol above (0 while the handshake runs).
   */
  read(side: Side, payload: Payload): number {
    const half = this.halves[side];
    half.startsRecord = half.remaining === 0 && half.header.length === 0;
    if (half.type === RecordType.applicationData && half.remaining > payload.wireLen) {
      half.remaining -= payload.wireLen;
      return this.carriesData(half) ? payload.wireLen : 0;
    }
    if (half.isLost && !startsLikeTls(payload.bytes)) return this.passUnseen(half, payload.wireLen);
    half.isLost = false;
    let application = 0;
    let pos = 0;
    while (pos < payload.wireLen) {
      if (half.remaining > 0) {
        const taken = Math.min(half.remaining, payload.wireLen - pos);
        if (half.type === RecordType.handshake)
          this.collectHello(side, half, payload.bytes.subarray(pos, pos + taken), taken);
        if (this.carriesData(half)) application += taken;
        half.remaining -= taken;
        pos += taken;
        continue;
      }
      const byte = payload.bytes[pos];
      if (byte === undefined) return application + this.lose(half, payload.wireLen - pos);
      pos++;
      half.header.push(byte);
      if (half.header.length === RECORD_HEADER_LEN) this.startRecord(side, half, payload, pos);
    }
    return application;
  }

  /** All bytes read so far of a side make whole records. */
  isBetweenRecords(side: Side): boolean {
    const { remaining, header, isLost } = this.halves[side];
    return remaining === 0 && header.length === 0 && !isLost;
  }

  /** Bytes that the capture never saw. */
  skip(side: Side, wireLen: number): void {
    const half = this.halves[side];
    half.hello = null;
    if (half.isLost) return;
    if (wireLen <= half.remaining) half.remaining -= wireLen;
    else this.lose(half, wireLen - half.remaining);
  }

  /** What starts in the segment, for the ladder; null when no record starts at its first byte. */
  labelOf(side: Side, payload: Payload): string | null {
    if (!this.halves[side].startsRecord) return null;
    const { bytes } = payload;
    if (!startsLikeTls(bytes)) return null;
    const isHandshake = bytes[0] === RecordType.handshake;
    const message = isHandshake ? bytes[RECORD_HEADER_LEN] : undefined;
    if (message === HandshakeType.clientHello) return `ClientHello ${this.serverName ?? ''}`.trim();
    if (message === HandshakeType.serverHello && side === 'responder') return 'ServerHello';
    return RECORD_NAMES.get(bytes[0] ?? 0) ?? null;
  }

  summary(): TlsSummary {
    const { originator, responder } = this.halves;
    return {
      serverName: this.serverName,
      sawClientHello: this.sawClientHello,
      sawServerHello: this.sawServerHello,
      applicationBytes: { originator: originator.bytes, responder: responder.bytes },
      applicationRecords: { originator: originator.records, responder: responder.records },
      alerts: [...this.alerts],
    };
  }

  private startRecord(side: Side, half: HalfRecords, payload: Payload, pos: number): void {
    const [type = 0, , , high = 0, low = 0] = half.header;
    half.type = type;
    half.remaining = high * 256 + low;
    half.header = [];
    if (this.isTls13 && type === RecordType.applicationData && half.remaining === HIDDEN_ALERT_LEN)
      half.type = RecordType.alert;
    if (half.type === RecordType.applicationData) {
      half.records++;
      if (side === 'responder') this.noteTicket(half.remaining);
      if (this.carriesData(half)) half.bytes += half.remaining;
    } else if (half.type === RecordType.alert) {
      this.alertCount++;
      if (this.alerts.length < ALERTS_MAX) this.alerts.push(alertAt(side, half.remaining, payload, pos));
    }
  }

  /** The next record header is missing: returns the application bytes among the rest of the segment. */
  private lose(half: HalfRecords, rest: number): number {
    half.isLost = true;
    half.remaining = 0;
    half.header = [];
    return this.passUnseen(half, rest);
  }

  private passUnseen(half: HalfRecords, wireLen: number): number {
    if (!this.carriesData(half)) return 0;
    half.bytes += wireLen;
    return wireLen;
  }

  /** TLS 1.3: is the responder's record a session ticket? None comes before the client's Finished. */
  private noteTicket(length: number): void {
    const hasFinished = this.halves.originator.records > 0;
    if (!this.isTls13 || !hasFinished) return;
    const isFirst = this.ticketLen === -1 && length <= TICKET_MAX;
    this.isTicket = this.ticketsLeft > 0 && (isFirst || length === this.ticketLen);
    this.ticketsLeft = this.isTicket ? this.ticketsLeft - 1 : 0;
    this.ticketLen = length;
  }

  /**
   * The last record header was one of application data. TLS 1.3 hides the end of its handshake in records of type 23: the
   * client's first one is its Finished, the server's before the client's second one are its certificate flight, and tickets
   * may follow.
   */
  private carriesData(half: HalfRecords): boolean {
    if (half.type !== RecordType.applicationData) return false;
    if (!this.isTls13) return true;
    return this.halves.originator.records > 1 && !(half === this.halves.responder && this.isTicket);
  }

  /** wireLen: more than bytes.length when the capture cut them; what is there has to do. */
  private collectHello(side: Side, half: HalfRecords, bytes: Uint8Array, wireLen: number): void {
    if (half.hello === null) return;
    const found = joinBytes([half.hello, bytes.subarray(0, HELLO_MAX - half.hello.length)]);
    const helloLen = 4 + ((found[1] ?? 0) << 16) + ((found[2] ?? 0) << 8) + (found[3] ?? 0);
    const hello = found.subarray(0, helloLen); // another message may follow in the record
    const isAll = bytes.length < wireLen || hello.length >= Math.min(helloLen, HELLO_MAX);
    half.hello = isAll ? null : hello;
    if (side === 'originator') this.clientHello(hello, isAll);
    else this.serverHello(hello, isAll);
  }

  private clientHello(hello: Uint8Array, isAll: boolean): void {
    const half = this.halves.originator;
    if (hello[0] !== HandshakeType.clientHello) half.hello = null;
    else {
      this.serverName = readServerName(hello);
      this.sawClientHello = this.serverName !== null || isAll;
      if (this.sawClientHello) half.hello = null;
    }
  }

  private serverHello(hello: Uint8Array, isAll: boolean): void {
    if (hello[0] !== HandshakeType.serverHello) this.halves.responder.hello = null;
    else if (isAll) {
      this.sawServerHello = true;
      this.isTls13 = selectsTls13(hello);
      if (selectsPreSharedKey(hello)) this.ticketsLeft = TICKETS.resumed;
    }
  }
}

/** pos: of the record's content, recordLen bytes. A plain alert is two bytes (RFC 8446 section 6). */
function alertAt(from: Side, recordLen: number, { bytes, frameNumber, tsUs }: Payload, pos: number): TlsAlert {
  const [level, description] = recordLen === 2 ? bytes.subarray(pos, pos + 2) : [];
  return { from, frameNumber, tsUs, level: level ?? null, description: description ?? null };
}

/** What a whole error log tells besides its lines of the reset family: fed with every entry, in order; keeps little. */
import { type ErrorLogEntry, stampToEpochUs } from '@resetscope/nginx-log';
import { type Notice, noticeKind } from './notice.ts';
import { SerialLog } from './serial-log.ts';

/** Notices kept; a log of one capture has a handful. */
const NOTICES_MAX = 10_000;

export class LogFacts {
  readonly notices: Notice[] = [];
  readonly serials: SerialLog = new SerialLog();
  /** It holds lines of level info, where nginx writes what happens to clients. */
  logsClients = false;
  private readonly zone: string;
  private second = '';
  private secondUs = 0;

  /** zone: IANA name or offset of nginx's local time. */
  constructor(zone: string) {
    this.zone = zone;
  }

  note(entry: ErrorLogEntry): void {
    if (entry.level === 'info') this.logsClients = true;
    const { connectionNumber, pid } = entry;
    if (connectionNumber !== null) {
      if (entry.flags.length === 0) this.serials.note(pid, connectionNumber, this.stampUs(entry));
      return;
    }
    const kind = noticeKind(entry);
    if (kind !== null && this.notices.length < NOTICES_MAX) this.notices.push({ kind, stampUs: this.stampUs(entry) });
  }

  /** Many lines share a second. */
  private stampUs({ stamp }: ErrorLogEntry): number {
    const second = Object.values(stamp).join(' ');
    if (second !== this.second) {
      this.second = second;
      this.secondUs = stampToEpochUs(stamp, this.zone).earliestUs;
    }
    return this.secondUs;
  }
}

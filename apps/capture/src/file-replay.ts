/**
 * A capture file played into the ring: at the speed the ring takes it, with the file's own times, to the end of the file. The
 * ring's limit of age counts back from the newest packet of the file, not from now.
 */
import { CaptureError, type FrameSink, openFile, type PacketSource, type SourceStats } from '@resetscope/capture';
import type { FrameWindow } from '@resetscope/wire';

export class FileReplay implements PacketSource {
  readonly name = 'file';
  readonly clock = 'file';
  readonly subject: string;
  /** Time of the first packet. */
  readonly startUs: number;
  private readonly source: PacketSource;
  private lastUs: number;

  /** Reads up to the first packet. @throws CaptureError when the file cannot be read, is no capture, or holds no packet. */
  constructor(path: string) {
    this.subject = path;
    this.startUs = firstTimeOf(path);
    this.lastUs = this.startUs;
    this.source = openFile(path);
  }

  /** Asked before each piece of the file is read: may more come? */
  hasRoom: () => boolean = () => true;

  get isAtEnd(): boolean {
    return this.source.reachUs === Number.POSITIVE_INFINITY;
  }

  get reachUs(): number {
    return this.lastUs;
  }

  drain(onFrame: FrameSink): number {
    if (!this.hasRoom()) return 0;
    return this.source.drain((frame: FrameWindow, ifIndex: number) => {
      this.lastUs = Math.max(this.lastUs, frame.tsUs);
      onFrame(frame, ifIndex);
    });
  }

  stats(): SourceStats {
    return this.source.stats();
  }

  close(): void {
    this.source.close();
  }
}

function firstTimeOf(path: string): number {
  const source = openFile(path);
  let firstUs: number | undefined;
  while (firstUs === undefined && source.reachUs !== Number.POSITIVE_INFINITY) {
    source.drain(({ tsUs }) => {
      firstUs ??= tsUs;
    });
  }
  source.close();
  if (firstUs !== undefined) return firstUs;
  throw new CaptureError('RS_NOT_A_CAPTURE', `expected packets in ${path}, got none`, 'name another capture');
}

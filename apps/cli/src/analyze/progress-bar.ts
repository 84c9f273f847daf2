/** How far the reading of a long file has come, in one line of a terminal that is drawn over and wiped at the end. */
import { visibleText } from '@resetscope/report';
import { cutTo, type Terminal } from '../terminal.ts';
import type { ReadMeter } from './read-meter.ts';

/** A file that is read faster than this needs no bar (chosen). */
const PATIENCE_MS = 400;
/** Between two drawings: ten a second look smooth and cost nothing. */
const REDRAW_MS = 100;
const BAR_WIDTH = 24;
/** Columns kept for the file's name, before sizes and rates get any; fewer than the least say nothing. */
const LABEL_WIDTH = 28;
const LABEL_MIN_WIDTH = 8;
/** Share and time left stand before the name. */
const VITAL_PARTS = 2;

/** State of one file. */
export interface Progress {
  /** `reading capture.pcap`. */
  readonly label: string;
  readonly bytes: number;
  readonly totalBytes: number | null;
  /** 0: not a capture, or none yet. */
  readonly packets: number;
  readonly elapsedMs: number;
}

export class ProgressBar implements ReadMeter {
  readonly #terminal: Terminal;
  readonly #verb: string;
  readonly #nowMs: () => number;
  #file = { label: '', totalBytes: null as number | null };
  #bytes = 0;
  #packets = 0;
  #startedMs = 0;
  #drawnMs = Number.NEGATIVE_INFINITY;

  /** nowMs: a clock that never steps back. Draws nothing when the terminal is none. */
  constructor(terminal: Terminal, verb: string, nowMs: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#verb = verb;
    this.#nowMs = nowMs;
  }

  fileOpened(name: string, totalBytes: number | null): void {
    this.#file = { label: visibleText(`${this.#verb} ${name}`), totalBytes };
    this.#bytes = 0;
    this.#packets = 0;
    this.#startedMs = this.#nowMs();
  }

  bytesRead(count: number): void {
    this.#bytes += count;
    const now = this.#nowMs();
    const elapsedMs = now - this.#startedMs;
    if (elapsedMs < PATIENCE_MS || now - this.#drawnMs < REDRAW_MS) return;
    this.#drawnMs = now;
    const progress = { ...this.#file, bytes: this.#bytes, packets: this.#packets, elapsedMs };
    // The last column stays free: some terminals wrap when it is written.
    this.#terminal.writePending(progressLine(progress, this.#terminal.columns - 1));
  }

  packetsRead(count: number): void {
    this.#packets = count;
  }

  /** Wipes the bar. Call before anything else is written to the terminal. */
  clear(): void {
    if (this.#drawnMs !== Number.NEGATIVE_INFINITY) this.#terminal.clearPending();
    this.#drawnMs = Number.NEGATIVE_INFINITY;
  }
}

/** What fits, the most wanted first: how far, how long still, how much. */
export function progressLine(progress: Progress, columns: number): string {
  const { label, bytes, totalBytes, packets, elapsedMs } = progress;
  const share = totalBytes === null || totalBytes === 0 ? null : Math.min(1, bytes / totalBytes);
  const perSecond = (count: number): number => (count * 1000) / elapsedMs;
  const leftSeconds = share === null || share === 0 ? null : (elapsedMs / 1000) * (1 / share - 1);
  const wanted = [
    ...(share === null ? [] : [`${String(Math.floor(share * 100)).padStart(3)} %`]),
    ...(leftSeconds === null ? [] : [`${clockText(leftSeconds)} left`]),
    totalBytes === null ? sizeText(bytes) : `${sizeText(bytes)} of ${sizeText(totalBytes)}`,
    ...(packets === 0 ? [] : [`${packets.toLocaleString('en-US')} packets`]),
    packets === 0 ? `${sizeText(perSecond(bytes))}/s` : `${countText(perSecond(packets))} packets/s`,
  ];
  const name = cutTo(LABEL_WIDTH, label);
  let line = share === null ? '' : `${bar(share)} `;
  for (const [at, part] of wanted.entries()) {
    const room = columns - line.length - (at < VITAL_PARTS ? 0 : name.length + 1);
    if (part.length + 2 <= room) line += `${part}  `;
  }
  line = line.trimEnd();
  const room = columns - line.length - 1;
  return room < LABEL_MIN_WIDTH ? cutTo(columns, line) : `${cutTo(room, label)} ${line}`;
}

function bar(share: number): string {
  const full = Math.round(share * BAR_WIDTH);
  return '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
}

/** `4.2 MB`; decimal units, as Wireshark and disk makers count. */
function sizeText(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.round(bytes / 1000)} kB`;
}

/** `1.20 M`, `830 k`. */
function countText(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(2)} M`;
  return count >= 1e4 ? `${Math.round(count / 1000)} k` : String(Math.round(count));
}

/** `8 s`, `2:05`, `1:02:05`. */
function clockText(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (n: number): string => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours === 0 ? `${minutes}:${two(whole % 60)}` : `${hours}:${two(minutes)}:${two(whole % 60)}`;
}

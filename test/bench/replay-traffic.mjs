/**
 * Recorded traffic again and again, until it is long enough: each round later in time and under addresses of its own, so that
 * no two connections share their ends. The error log is replayed with it, its connection numbers going on. Addresses lie in 10.1.0.0/16; round k has them in 10.(1+k).0.0/16.
 */
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';

const FILE_HEADER_LEN = 24;
const RECORD_HEADER_LEN = 16;
/** Ethernet header, then the IPv4 source address. */
const SECOND_OCTETS = [14 + 13, 14 + 17];
/** Rounds: the second octet of an address stays one byte. */
const ROUNDS_MAX = 250;

/** Packets of a pcap that tcpdump wrote on this machine (little endian, microseconds). */
function readRecords(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records = [];
  for (let at = FILE_HEADER_LEN; at + RECORD_HEADER_LEN <= bytes.length; ) {
    const length = RECORD_HEADER_LEN + view.getUint32(at + 8, true);
    records.push({ at, length, us: view.getUint32(at, true) * 1_000_000 + view.getUint32(at + 4, true) });
    at += length;
  }
  return records;
}

/** `2024/06/01 12:00:00` of the machine's zone, moved by whole seconds. */
function movedStamp(stamp, seconds) {
  const [year, month, day, hour, minute, second] = stamp.split(/[/ :]/).map(Number);
  const d = new Date(year, month - 1, day, hour, minute, second + seconds);
  const two = (n) => String(n).padStart(2, '0');
  return `${d.getFullYear()}/${two(d.getMonth() + 1)}/${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

function movedLine(line, round, seconds, serials) {
  const rest = line.slice(19).replaceAll(/\b10\.1\./g, `10.${1 + round}.`);
  return (
    movedStamp(line.slice(0, 19), seconds) + rest.replace(/ \*(\d+) /, (_, serial) => ` *${Number(serial) + serials} `)
  );
}

/** @returns {{ packets: number, bytes: number, lines: number }} */
export function replayTraffic({ recordedPcap, recordedLog, pcap, log, packets }) {
  const bytes = readFileSync(recordedPcap);
  const records = readRecords(bytes);
  const rounds = Math.min(ROUNDS_MAX, Math.ceil(packets / records.length));
  const lines = readFileSync(recordedLog, 'latin1')
    .split('\n')
    .filter((line) => line !== '');
  const seconds = Math.ceil((records.at(-1).us - records[0].us) / 1e6) + 1;
  const serials = Math.max(...lines.map((line) => Number(/ \*(\d+) /.exec(line)?.[1] ?? 0)));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = openSync(pcap, 'w');
  const logLines = [];
  writeSync(out, bytes, 0, FILE_HEADER_LEN);
  for (let round = 0; round < rounds; round++) {
    if (round > 0)
      for (const { at } of records) {
        view.setUint32(at, view.getUint32(at, true) + seconds, true);
        for (const octet of SECOND_OCTETS) bytes[at + RECORD_HEADER_LEN + octet] += 1;
      }
    for (let from = FILE_HEADER_LEN; from < bytes.length; )
      from += writeSync(out, bytes, from, Math.min(1 << 24, bytes.length - from));
    for (const line of lines) logLines.push(movedLine(line, round, round * seconds, round * serials));
  }
  closeSync(out);
  writeFileSync(log, `${logLines.join('\n')}\n`, 'latin1');
  return {
    packets: rounds * records.length,
    bytes: FILE_HEADER_LEN + rounds * (bytes.length - FILE_HEADER_LEN),
    lines: logLines.length,
  };
}

/** TLS records and hellos, built (RFC 8446 sections 4.1 and 5.1) or recorded from node:tls in memory. */
import { connect, TLSSocket, type TLSSocketOptions } from 'node:tls';
import { type Flight, wire } from './wire.ts';

export const RecordType = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;

const u16 = (value: number): readonly number[] => [value >>> 8, value & 0xff];

export function record(type: number, content: ArrayLike<number>): Uint8Array {
  return Uint8Array.from([type, 3, 3, ...u16(content.length), ...Array.from(content)]);
}

export function extension(type: number, data: readonly number[]): readonly number[] {
  return [...u16(type), ...u16(data.length), ...data];
}

export function serverNameExtension(name: string): readonly number[] {
  const bytes = Array.from(name, (c) => c.charCodeAt(0));
  return extension(0, [...u16(bytes.length + 3), 0, ...u16(bytes.length), ...bytes]);
}

/** Handshake message. */
export function clientHello(extensions: readonly number[], sessionId: readonly number[] = []): Uint8Array {
  const body = [3, 3, ...new Array(32).fill(7), sessionId.length, ...sessionId, ...u16(4), 0x13, 1, 0x13, 2, 1, 0];
  return handshake(1, [...body, ...u16(extensions.length), ...extensions]);
}

/** version: chosen by supported_versions; null for TLS 1.2. more: extensions after it. */
export function serverHello(version: number | null, more: readonly number[] = []): Uint8Array {
  const extensions = [...(version === null ? [] : extension(43, u16(version))), ...more];
  return handshake(2, [3, 3, ...new Array(32).fill(8), 0, 0x13, 1, 0, ...u16(extensions.length), ...extensions]);
}

export function handshake(type: number, body: readonly number[]): Uint8Array {
  return Uint8Array.from([type, body.length >>> 16, ...u16(body.length & 0xffff), ...body]);
}

export interface TlsExchange {
  readonly server: TLSSocketOptions;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly request: string;
  readonly response: string;
}

/** What both ends wrote, in order, until the server has closed: handshake, request, response, close_notify. */
export async function recordTls({ server, minVersion, request, response }: TlsExchange): Promise<readonly Flight[]> {
  const flights: Flight[] = [];
  const [near, far] = wire((from, bytes) => flights.push({ from, bytes: Uint8Array.from(bytes) }));
  const serving = new TLSSocket(far, { isServer: true, ...server });
  const asking = connect({
    socket: near,
    servername: 'www.shop.test',
    rejectUnauthorized: false,
    minVersion,
    maxVersion: minVersion,
  });
  serving.once('data', () => serving.end(response));
  asking.once('secureConnect', () => asking.write(request));
  asking.resume();
  await new Promise((resolve, reject) => {
    asking.once('end', resolve);
    asking.once('error', reject);
    serving.once('error', reject);
  });
  asking.destroy();
  serving.destroy();
  return flights;
}

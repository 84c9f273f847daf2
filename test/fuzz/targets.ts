/** Everything there is to fuzz. Loaded one by one, so that only the sources under test have counters. */
import type { FuzzTarget } from './target.ts';

export const TARGETS: Readonly<Record<string, () => Promise<FuzzTarget>>> = {
  'error-log': async () => (await import('./targets/error-log.ts')).errorLog,
  'access-log': async () => (await import('./targets/access-log.ts')).accessLog,
  pcap: async () => (await import('./targets/capture-file.ts')).pcap,
  pcapng: async () => (await import('./targets/capture-file.ts')).pcapng,
  packet: async () => (await import('./targets/packet.ts')).packet,
  'http-head': async () => (await import('./targets/http-message.ts')).httpHead,
  'http-message': async () => (await import('./targets/http-message.ts')).httpMessage,
  'http-chunked': async () => (await import('./targets/http-message.ts')).httpChunked,
  'tls-hello': async () => (await import('./targets/tls.ts')).tlsHello,
  tls: async () => (await import('./targets/tls.ts')).tls,
  hpack: async () => (await import('./targets/http2.ts')).hpack,
  http2: async () => (await import('./targets/http2.ts')).http2,
  flow: async () => (await import('./targets/flow.ts')).flow,
  capture: async () => (await import('./targets/flow.ts')).capture,
  resegmented: async () => (await import('./targets/flow.ts')).resegmented,
};

export type { Connection } from './connection.ts';
export { type Exchange, type Framing, type MessageState, type StreamReset, unseenExchange } from './exchange.ts';
export { type FlowOptions, FlowTracker, type ResetCounts } from './flow-tracker.ts';
export type { GoAway, Http2Summary } from './http2-exchanges.ts';
export type { PayloadHints } from './payload.ts';
export type { ProxyHeader } from './proxy-header.ts';
export { type Share, StreamNumbers } from './share.ts';
export { otherSide, type Side } from './side.ts';
export type {
  Ending,
  Endpoint,
  HalfSummary,
  Moment,
  Protocol,
  ResetShape,
  Segment,
  TcpStream,
} from './tcp-stream.ts';
export type { TeardownName } from './teardown.ts';
export type { TlsAlert, TlsSummary } from './tls-reader.ts';

export type { Connection } from './connection.ts';
export type { Exchange, Framing, MessageState } from './exchange.ts';
export { type FlowOptions, FlowTracker, type ResetCounts } from './flow-tracker.ts';
export type { PayloadHints } from './payload.ts';
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

/** What is remembered of a connection that its responder ended. */
import type { Ending, Exchange, TcpStream } from '@resetscope/flow';

export interface Death {
  readonly atUs: number;
  /** The responder's. */
  readonly address: string;
  readonly port: number;
  /** `address port` of the originator. */
  readonly peer: string;
  /** The responder had sent payload in this connection. */
  readonly answered: boolean;
  /** It ended inside an exchange. */
  readonly unfinished: boolean;
  /** Exchanges it had completed. */
  readonly exchanges: number;
}

export function deathOf(stream: TcpStream, ending: Ending): Death {
  const unfinished = isUnfinished(ending.before.exchange);
  return {
    atUs: ending.tsUs,
    ...stream.responder,
    peer: `${stream.originator.address} ${stream.originator.port}`,
    answered: stream.last.sent.responder > 0,
    unfinished,
    exchanges: ending.before.exchanges - (unfinished ? 1 : 0),
  };
}

/** A request that has begun and is not answered completely. */
export function isUnfinished(exchange: Exchange | null): boolean {
  if (exchange === null) return false;
  return exchange.requestState !== 'complete' || exchange.responseState !== 'complete';
}

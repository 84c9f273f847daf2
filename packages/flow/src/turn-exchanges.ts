/**
 * The exchanges of a protocol whose framing is opaque (TLS application data, FastCGI, anything unknown), by turns: bytes of
 * the originator after bytes of the responder begin a new exchange. A side seems to be done when it has written up to a
 * PSH, which ends a write of its application; more bytes take that back. All of it is called guessed.
 */
import {
  type Exchange,
  type ExchangeList,
  endRequest,
  endResponse,
  type OpenExchange,
  startResponse,
} from './exchange.ts';
import type { Payload } from './payload.ts';

export class TurnExchanges {
  private readonly list: ExchangeList;
  private open: OpenExchange | null = null;

  constructor(list: ExchangeList) {
    this.list = list;
  }

  /** The exchange in progress or just finished; null before the first. */
  current(): Exchange | null {
    return this.open;
  }

  /** In-order bytes of the originator; isWhole: they end a write, and a record where there are records. */
  originator(offset: number, isWhole: boolean, at: Payload): void {
    if (this.open !== null && this.open.responseState !== 'none') {
      this.open.responseState = 'complete';
      this.open = null;
    }
    this.open ??= this.begin(offset, at);
    endRequest(this.open, offset + at.wireLen, at);
    if (!isWhole) this.open.requestState = 'partial';
  }

  /** In-order bytes of the responder. */
  responder(offset: number, isWhole: boolean, at: Payload): void {
    this.open ??= this.begin(0, at);
    this.open.requestState = 'complete';
    if (this.open.responseState === 'none') startResponse(this.open, offset, at);
    this.open.responseHeaderDone = true;
    endResponse(this.open, offset + at.wireLen, at);
    if (isWhole) return;
    this.open.responseState = 'partial';
    this.open.responseEnd = null;
  }

  /** The responder has said that nothing follows (TLS close_notify) in a segment up to `offset`. */
  responderDone(offset: number, at: Payload): void {
    if (this.open === null || this.open.responseState === 'none') return;
    endResponse(this.open, this.open.responseEnd ?? offset, at);
  }

  private begin(offset: number, at: Payload): OpenExchange {
    const exchange = this.list.begin(offset, at);
    exchange.framing = 'guessed';
    return exchange;
  }
}

/** The name of a connection in an answer. */
import type { TcpStream } from '@resetscope/flow';
import { endpointText } from '@resetscope/wire';
import type { StreamRef } from './incident.ts';

export function streamRef(stream: TcpStream): StreamRef {
  const text = (end: TcpStream['originator']): string => endpointText(end.address, end.port);
  return { index: stream.index, originator: text(stream.originator), responder: text(stream.responder) };
}

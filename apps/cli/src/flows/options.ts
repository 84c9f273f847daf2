/** Flags of `resetscope flows`. */
import { ClearError } from '@resetscope/telemetry/clear-error';
import { addressText, parseAddress } from '@resetscope/wire';
import { parseFlags, parsePorts } from '../flags.ts';

export interface FlowsOptions {
  readonly captures: readonly string[];
  readonly filter: FlowFilter;
  readonly json: boolean;
}

/** Which streams are printed; each part narrows. */
export interface FlowFilter {
  readonly resetOnly: boolean;
  /** Address of either end, as addressText writes it; null: any. */
  readonly host: string | null;
  /** Ports of either end; null: any. */
  readonly ports: readonly number[] | null;
}

export const FLOWS_HELP: string = `resetscope flows: the TCP connections of a capture, one per row, no log needed

usage: resetscope flows --pcap FILE [FLAGS]

  --pcap FILE      packet capture, pcap or pcapng; may be given several times; gzipped is fine;
                   - is standard input
  --reset          only connections with a RST
  --host ADDRESS   only connections of this address, either end
  --port LIST      only connections of these ports, either end
  --json           print a JSON array, one connection per line, instead of a table

stream is Wireshark's tcp.stream, state and history are Zeek's conn_state and history. Rows come in
the order of their streams, as connections end. A terminal cuts them at its width, a pipe does not;
--json says everything. The phase of a reset is told as if the responder were nginx.

Exit code: 0 done, whatever was found; 1 a file could not be read; 2 wrong flags.

Examples
  resetscope flows --pcap trace.pcap --reset
  resetscope flows --pcap trace.pcap --json | jq '.[] | select(.conn_state == "RSTO")'
`;

const FLAGS = {
  pcap: { type: 'string', multiple: true },
  reset: { type: 'boolean' },
  host: { type: 'string' },
  port: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** @throws ClearError RS_USAGE. */
export function readFlowsOptions(argv: readonly string[]): FlowsOptions {
  const flags = parseFlags('flows', argv, FLAGS);
  if (flags.pcap === undefined) throw usage('expected --pcap FILE, got none');
  return {
    captures: flags.pcap,
    filter: {
      resetOnly: flags.reset ?? false,
      host: flags.host === undefined ? null : readHost(flags.host),
      ports: flags.port === undefined ? null : parsePorts('port', flags.port),
    },
    json: flags.json ?? false,
  };
}

function readHost(text: string): string {
  const words = parseAddress(text);
  if (words === null) throw usage(`expected --host to be an IPv4 or IPv6 address, got ${JSON.stringify(text)}`);
  return addressText(...words);
}

function usage(message: string): ClearError {
  return new ClearError('RS_USAGE', message, 'see resetscope flows --help');
}

/** `resetscope flows`: the TCP streams of a capture as a table or as JSON. No log, no diagnosis. */
import { once } from 'node:events';
import { visibleJson } from '@resetscope/report';
import { ExitCode } from '@resetscope/telemetry/clear-error';
import { type FlowRow, flowRow } from './flows/flow-row.ts';
import { FlowTable } from './flows/flow-table.ts';
import { IndexOrder } from './flows/index-order.ts';
import { FLOWS_HELP, type FlowsOptions, readFlowsOptions } from './flows/options.ts';
import { readFlows } from './flows/read-flows.ts';
import { Terminal } from './terminal.ts';

/** Rows that wait for a connection with a lower index to end: about 100 MB at 1 KB each. */
const WAITING_MAX = 100_000;

/** Resolves with the exit code. @throws ClearError for flags and for files that cannot be read or are no capture. */
export async function runFlows(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(FLOWS_HELP);
    return ExitCode.ok;
  }
  const options = readFlowsOptions(argv);
  const warnings = await print(options, options.json ? jsonPrinter() : tablePrinter());
  for (const warning of warnings) process.stderr.write(`resetscope flows: ${warning}\n`);
  return ExitCode.ok;
}

/** Rows to text; each call returns what to write now. */
interface Printer {
  readonly row: (row: FlowRow) => string;
  readonly end: () => string;
}

async function print({ captures, filter }: FlowsOptions, printer: Printer): Promise<readonly string[]> {
  let text = '';
  const flush = async (): Promise<void> => {
    const isFull = text !== '' && !process.stdout.write(text);
    text = '';
    if (isFull) await once(process.stdout, 'drain');
  };
  const rows = new IndexOrder<FlowRow>((row) => {
    text += printer.row(row);
  }, WAITING_MAX);
  const warnings = await readFlows(captures, filter, {
    flow: (stream) => rows.add(stream.index, flowRow(stream)),
    leftOut: (index) => rows.add(index, null),
    ready: flush,
  });
  text += printer.end();
  await flush();
  return warnings;
}

/** One array, a row per line, so that both a JSON parser and a line reader can use it. */
function jsonPrinter(): Printer {
  let separator = '[\n';
  return {
    row: (row) => {
      const text = separator + visibleJson(row);
      separator = ',\n';
      return text;
    },
    end: () => (separator === '[\n' ? '[]\n' : '\n]\n'),
  };
}

function tablePrinter(): Printer {
  const table = new FlowTable(new Terminal(process.stdout, process.env));
  return { row: (row) => table.add(row), end: () => table.end() };
}

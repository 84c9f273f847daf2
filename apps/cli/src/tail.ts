/**
 * `resetscope tail`: the lines of error logs to standard output, with no queue behind. A batch is committed when standard
 * output has accepted all of it, so a crash, a full disk or a reader that has gone repeats lines and loses none.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { checkLogs, type LineTest, LogSet, type LogSource, SyslogSource } from '@resetscope/log-source';
import { mayBeOfInterest } from '@resetscope/nginx-log';
import { ExitCode } from '@resetscope/telemetry';
import { stopSignal } from './stop-signal.ts';
import { LineText } from './tail/line-text.ts';
import { readTailOptions, TAIL_HELP, type TailOptions } from './tail/options.ts';
import { TailNews } from './tail/tail-news.ts';

/** At the end, a reader of standard output has this long to take the batch under way; else it comes again. */
const FINISH_MS = 500;

/** Resolves with the exit code. @throws ClearError for flags, and for logs and folders that cannot be used */
export async function runTail(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(TAIL_HELP);
    return ExitCode.ok;
  }
  const options = readTailOptions(argv);
  await checkLogs(options.errorLogs, options.waitForLogs);
  const asked = stopSignal();
  const stop = await startTail(options);
  await asked;
  const isWritten = await Promise.race([stop().then(() => true), pause(FINISH_MS, false, { ref: false })]);
  // what nobody reads cannot be waited for
  if (!isWritten) process.exit(ExitCode.ok);
  return ExitCode.ok;
}

/** Resolves, when all is followed, with what ends it. */
async function startTail(options: TailOptions): Promise<() => Promise<void>> {
  const news = new TailNews((line) => process.stderr.write(`resetscope tail: ${line}\n`));
  const wanted: LineTest = options.all ? () => true : mayBeOfInterest;
  const run = (source: LogSource): Promise<void> => print(source, options);
  const logs = new LogSet({
    ...options,
    logs: options.errorLogs,
    events: news,
    consumer: () => ({ events: news, wanted, run }),
  });
  await logs.start();
  const sockets: SyslogSource[] = [];
  const printing: Promise<void>[] = [];
  for (const spec of options.syslog) {
    const source = new SyslogSource({ spec, wanted, received: (result) => news.datagramReceived(result) });
    await source.start();
    news.logFound(source.name);
    sockets.push(source);
    printing.push(run(source));
  }
  return async () => {
    await Promise.all([logs.stop(), ...sockets.map((source) => source.stop())]);
    await Promise.all(printing);
  };
}

/** Resolves when the source has ended. @throws what standard output says */
async function print(source: LogSource, options: TailOptions): Promise<void> {
  const lineText = new LineText({ ...options, timezone: source.timezone ?? options.timezone });
  for await (const batch of source.batches()) {
    const text = batch.lines.map((line) => lineText.of(line) ?? '').join('');
    if (text.length > 0) await write(text);
    // not waited for: a slow disk must not delay the next line
    void batch.commit();
  }
}

/** Resolves when all of the text has been accepted: by the file, the pipe, the terminal. */
function write(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** `resetscope ring`: for people who look into the ring of packets themselves. */
import { RingReader } from '@resetscope/ring';
import { ClearError, ExitCode } from '@resetscope/telemetry';
import { withRedis } from './command-redis.ts';
import { exportRing } from './ring/export.ts';
import { RING_HELP, readExportOptions, readStatOptions } from './ring/options.ts';
import { printStat } from './ring/stat.ts';

/** Resolves with the exit code. @throws ClearError for flags, a Redis that does not answer, a ring that is not there */
export async function runRing(argv: readonly string[]): Promise<number> {
  const [action, ...rest] = argv;
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(RING_HELP);
    return ExitCode.ok;
  }
  if (action === 'stat') {
    const options = readStatOptions(rest);
    await withRedis(options.redisUrl, async (redis) => printStat(redis, await RingReader.nodes(redis), options));
    return ExitCode.ok;
  }
  if (action === 'export') {
    const options = readExportOptions(rest);
    await withRedis(options.redisUrl, async (redis) => exportRing(redis, await RingReader.nodes(redis), options));
    return ExitCode.ok;
  }
  const got = action === undefined ? 'nothing' : JSON.stringify(action);
  throw new ClearError('RS_USAGE', `expected stat or export after ring, got ${got}`, 'see resetscope ring --help');
}

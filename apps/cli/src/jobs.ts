/** `resetscope jobs`: what is on its way between the logs and the incidents, and what did not get there. */
import { IncidentStore, knownIncidents } from '@resetscope/incidents';
import { deadLetters, openResetQueue, type ResetQueue, readLineLedger, retryDeadLetters } from '@resetscope/jobs';
import { visibleJson } from '@resetscope/report';
import { ClearError, ExitCode, type RedisClient } from '@resetscope/telemetry';
import { withRedis } from './command-redis.ts';
import { deadText } from './jobs/dead-text.ts';
import {
  JOBS_HELP,
  type JobsDeadOptions,
  type JobsStatOptions,
  readDeadOptions,
  readStatOptions,
} from './jobs/options.ts';

/** Resolves with the exit code. @throws ClearError for flags, and for a Redis that does not answer */
export async function runJobs(argv: readonly string[]): Promise<number> {
  const [action, ...rest] = argv;
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(JOBS_HELP);
    return ExitCode.ok;
  }
  if (action === 'stat') return stat(readStatOptions(rest));
  if (action === 'dead') return dead(readDeadOptions(rest));
  const got = action === undefined ? 'nothing' : JSON.stringify(action);
  throw new ClearError('RS_USAGE', `expected stat or dead after jobs, got ${got}`, 'see resetscope jobs --help');
}

async function stat({ redisUrl, json }: JobsStatOptions): Promise<number> {
  await withQueue(redisUrl, async (queue, redis) => {
    const store = new IncidentStore(redis);
    const answered = (ids: readonly string[]) => knownIncidents(redis, ids);
    const ledger = await readLineLedger(redis, queue, { counts: () => store.counts(), answered });
    if (json) return console.log(JSON.stringify(ledger));
    const { matched, ambiguous, unmatched, pending, dead: never, lines } = ledger;
    const parts = `${matched} matched, ${ambiguous} ambiguous, ${unmatched} unmatched, ${pending} pending, ${never} dead`;
    console.log(`${lines} lines accepted: ${parts}`);
  });
  return ExitCode.ok;
}

async function dead({ redisUrl, json, retry, limit }: JobsDeadOptions): Promise<number> {
  let code: number = ExitCode.ok;
  await withQueue(redisUrl, async (queue) => {
    if (retry === undefined) return list(queue, limit, json);
    const outcome = await retryDeadLetters(queue, retry);
    if (json) console.log(visibleJson(outcome));
    else console.log(`${outcome.retried.length} run again`);
    if (outcome.missing.length === 0) return;
    code = ExitCode.failed;
    if (!json) console.error(`not among the dead jobs: ${outcome.missing.map((id) => JSON.stringify(id)).join(', ')}`);
  });
  return code;
}

async function list(queue: ResetQueue, limit: number, json: boolean): Promise<void> {
  const [letters, { failed = 0 }] = await Promise.all([deadLetters(queue, limit), queue.getJobCounts('failed')]);
  if (json) return console.log(visibleJson({ dead: failed, letters }, 2));
  process.stdout.write(letters.map((letter) => `${deadText(letter)}\n`).join(''));
  console.log(letters.length < failed ? `${letters.length} of ${failed} dead jobs` : `${failed} dead jobs`);
}

async function withQueue(
  url: string | undefined,
  use: (queue: ResetQueue, redis: RedisClient) => Promise<void>,
): Promise<void> {
  await withRedis(url, async (redis) => {
    const queue = openResetQueue(redis, () => undefined);
    try {
      await use(queue, redis);
    } finally {
      await queue.close();
    }
  });
}

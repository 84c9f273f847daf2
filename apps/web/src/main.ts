/** Entry point: the incident pages over HTTP. */
import { createLogger, describeFailure, ExitCode, runApp } from '@resetscope/telemetry';
import { asksForUser, makeUser } from './access/new-user.ts';
import { HELP, readConfig } from './config.ts';
import { startWeb } from './web.ts';

const args = process.argv.slice(2);
if (args.includes('--help')) {
  process.stdout.write(HELP);
} else if (asksForUser(args)) {
  await makeUser(args).catch((error: unknown) => {
    console.error(describeFailure('resetscope web', error));
    process.exitCode = ExitCode.usage;
  });
} else {
  await runApp('web', async () => {
    const web = await startWeb(readConfig(args, process.env), createLogger('web'));
    return { ready: { ops: web.address, url: web.url }, stop: web.close };
  });
}

/** Entry point: the incident pages over HTTP. */
import { createLogger, runApp } from '@resetscope/telemetry';
import { HELP, readConfig } from './config.ts';
import { startWeb } from './web.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(HELP);
} else {
  await runApp('web', async () => {
    const web = await startWeb(readConfig(process.argv.slice(2), process.env), createLogger('web'));
    return { ready: { ops: web.address, url: web.url }, stop: web.close };
  });
}

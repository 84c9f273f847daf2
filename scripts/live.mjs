/** `npm run live`: the whole chain against every recorded situation, and under kill -9 (test/live). */
import { prepare, runScript } from './bootstrap.mjs';
import { runJest } from './run-node.mjs';

await runScript('npm run live', () => {
  prepare(['nginx', 'redis-server']);
  return runJest(['test/live', ...process.argv.slice(2)], { env: { ...process.env, RESETSCOPE_LIVE: '1' } });
});

/** `resetscope tailer ...`: one app alone, with its own flags, in this very process: no parent stays behind with the rights that the app gives up. */
import { pathToFileURL } from 'node:url';
import { type AppName, appMain } from './apps.ts';

/** Never resolves: from here on the process is the app's, which ends it. Rejects when the app cannot be loaded. */
export async function runSingleApp(name: AppName, argv: readonly string[]): Promise<never> {
  const main = appMain(name);
  process.argv = [process.execPath, main, ...argv];
  await import(pathToFileURL(main).href);
  return new Promise<never>(() => undefined);
}

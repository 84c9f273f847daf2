/** The apps that the command line starts, each a process of its own; nothing of their code is imported here. */
import { createRequire } from 'node:module';

export const APP_NAMES = ['tailer', 'capture', 'correlator', 'web'] as const;

export type AppName = (typeof APP_NAMES)[number];

export function isAppName(text: string): text is AppName {
  return (APP_NAMES as readonly string[]).includes(text);
}

/** Absolute path of the app's entry file. */
export function appMain(name: AppName): string {
  return createRequire(import.meta.url).resolve(`@resetscope/app-${name}/main`);
}

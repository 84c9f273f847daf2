/**
 * Ctrl-C, SIGTERM and the end of a parent that forked us, as a promise. A second one ends the process at once: children
 * stop because their parent is gone.
 */

/** 128 + SIGINT, as shells report it. */
const INTERRUPTED = 130;

export function stopSignal(): Promise<'stopped'> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = (): void => {
      if (asked) process.exit(INTERRUPTED);
      asked = true;
      resolve('stopped');
    };
    process.on('SIGINT', ask);
    process.on('SIGTERM', ask);
    process.on('SIGHUP', ask);
    process.on('disconnect', ask);
  });
}

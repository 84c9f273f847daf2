/** How long nginx's line is under way to somebody who hands it on: a pipe, a socket. */

/** Microseconds, at most, where the reader is not stopped: a read follows each write. */
export const UNDER_WAY_US = 100_000;

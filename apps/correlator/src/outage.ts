/** Failures that pass: Redis could not be asked, or would not take an answer now. Not the fault of the job, which waits. */
import { RingUnavailableError } from '@resetscope/ring';

/**
 * What ioredis says when there is nobody to ask, and replies that pass with time or with a hand on Redis (server.c
 * createSharedObjects, cluster.c and acl.c of Redis 7.0). Scripts of Redis 6 wrap replies in a sentence.
 */
const NOBODY =
  /Connection is closed|Command timed out|max retries per request|Failed to refresh slots cache|Cluster (?:isn't ready|redirections|is ended)|None of startup nodes|ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN/;
const NOT_NOW =
  /\b(?:LOADING|BUSY|OOM|READONLY|MISCONF|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|NOAUTH|WRONGPASS|NOPERM)\b|max number of clients/;

export function isOutage(error: unknown): error is Error {
  if (error instanceof RingUnavailableError) return true;
  if (!(error instanceof Error)) return false;
  return error.name === 'ReplyError' ? NOT_NOW.test(error.message) : NOBODY.test(error.message);
}

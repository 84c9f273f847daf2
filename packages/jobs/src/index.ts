export { type AccessFinding, AccessLines, type AccessRecord, MAX_ACCESS_LINE_LEN } from './access-lines.ts';
export { type DeadLetter, deadLetters, type RetriedLetters, retryDeadLetters } from './dead-letters.ts';
export { type LineAnswers, type LineLedger, readLineLedger } from './line-ledger.ts';
export {
  createResetJob,
  groupResetJobs,
  type LinePlace,
  MAX_RAW_LEN,
  type ParsedResetJob,
  parseResetJob,
  parseResetJobText,
  RESET_JOB_VERSIONS,
  type ReadLine,
  type ResetJob,
  type ResetJobVersion,
  rawBytes,
  resetJobId,
  resetJobSchema,
} from './reset-job.ts';
export {
  addResetJobs,
  openResetQueue,
  type QueueDepth,
  queueDepth,
  RESET_QUEUE,
  RESET_QUEUE_PREFIX,
  type ResetQueue,
} from './reset-queue.ts';
export {
  type HandlerResult,
  type JobRun,
  type ResetHandler,
  type ResetWorker,
  startResetWorker,
  type WorkerEvents,
  type WorkerOptions,
} from './reset-worker.ts';

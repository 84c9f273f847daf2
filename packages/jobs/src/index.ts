export {
  createResetJob,
  type LinePlace,
  MAX_RAW_LEN,
  type ParsedResetJob,
  parseResetJob,
  RESET_JOB_VERSION,
  type ReadLine,
  type ResetJob,
  rawBytes,
  resetJobId,
  resetJobSchema,
} from './reset-job.ts';
export {
  addResetJobs,
  type DeadLetter,
  deadLetters,
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

export type { Analysis, ResetCounts } from './analysis.ts';
export { renderAnalysisText } from './analysis-text.ts';
export { evidenceNotes } from './evidence-notes.ts';
export { evidencePcapng } from './evidence-pcapng.ts';
export { type HtmlValue, html, SafeHtml } from './html.ts';
export { renderIncidentMarkdown } from './incident-markdown.ts';
export { renderIncidentText } from './incident-text.ts';
export { ladderRows } from './ladder.ts';
export { formatStream, type LadderHeads, ladderHeads } from './ladder-heads.ts';
export { ladderSvg } from './ladder-svg.ts';
export { formatLadder, type TextStyle } from './ladder-text.ts';
export { type LinePart, logLineParts } from './log-line.ts';
export {
  confidenceWords,
  frameWords,
  HARM_WORDS,
  loggedWords,
  otherFixes,
  outcomeWords,
  REASON_WORDS,
  RESETTER_WORDS,
  trustWords,
  whoWords,
} from './verdict-words.ts';
export { visibleLines, visibleText } from './visible-text.ts';
export { frameFilter, type StreamSelector, wiresharkFilter } from './wireshark-filter.ts';

export type { Analysis, ResetCounts } from './analysis.ts';
export {
  type InlineAsset,
  type ReportAssets,
  type ReportSources,
  renderAnalysisHtml,
} from './analysis-html.ts';
export { type Detail, renderAnalysisText } from './analysis-text.ts';
export { evidenceNotes } from './evidence-notes.ts';
export { EvidencePcapng, evidencePcapng } from './evidence-pcapng.ts';
export { type HtmlValue, html, SafeHtml } from './html.ts';
export { renderIncidentMarkdown } from './incident-markdown.ts';
export { renderIncidentText } from './incident-text.ts';
export { type CsvIncident, renderIncidentsCsv } from './incidents-csv.ts';
export { ladderRows } from './ladder.ts';
export { formatStream, type LadderHeads, ladderHeads } from './ladder-heads.ts';
export { formatLadder, type TextStyle } from './ladder-text.ts';
export { accessWords, joinWords, type LegHeads, type LegRow, legHeads, legRows } from './legs.ts';
export { formatLegs } from './legs-text.ts';
export { type LineField, type LinePart, logLineParts } from './log-line.ts';
export { answersSection } from './markup/answers.ts';
export { badge, clientAnswerBadge, harmBadge, harmDot, type Tone } from './markup/badge.ts';
export { codeSpans } from './markup/code-spans.ts';
export { consideredSection } from './markup/considered.ts';
export { copyable, type Paste, pasteBlocks } from './markup/copyable.ts';
export { evidenceSection } from './markup/evidence.ts';
export { fixesSection } from './markup/fixes.ts';
export { gapSection } from './markup/gap.ts';
export { type HeadingLevel, heading } from './markup/heading.ts';
export { lineSection } from './markup/line.ts';
export { packetsSection } from './markup/packets.ts';
export { retriesSection } from './markup/retries.ts';
export { trustSection } from './markup/trust.ts';
export { type LegPlace, otherLeg } from './other-leg.ts';
export { type TrustFact, trustFacts, trustWords } from './trust-facts.ts';
export {
  confidenceWords,
  frameWords,
  HARM_WORDS,
  loggedWords,
  otherFixes,
  outcomeWords,
  REASON_WORDS,
  RESETTER_WORDS,
} from './verdict-words.ts';
export { visibleJson } from './visible-json.ts';
export { visibleLines, visibleText } from './visible-text.ts';

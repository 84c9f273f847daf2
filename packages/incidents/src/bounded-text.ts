/** Text from log and wire, cut to a length and without half characters: lua_cjson refuses the JSON of a lone surrogate. */
export function boundedText(text: string, maxLen: number): string {
  return text.slice(0, maxLen).replace(/\p{Surrogate}/gu, '\ufffd');
}

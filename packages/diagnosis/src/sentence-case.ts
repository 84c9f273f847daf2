/** The first letter of a sentence is a capital; nginx keeps its small one. */
export function sentenceCase(text: string): string {
  return text.startsWith('nginx') ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

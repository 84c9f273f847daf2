/**
 * The syntax of nginx's configuration: directives, their arguments and blocks, as nginx itself splits them
 * (src/core/ngx_conf_file.c, ngx_conf_read_token). Pure, and never throws: what cannot be read ends the tree, with the line.
 * What a directive means is not known here; `include` is a directive like any other.
 */

export interface NginxDirective {
  readonly name: string;
  /** Without quotes and escapes; variables as written. */
  readonly args: readonly string[];
  /** null: it ended with `;`. */
  readonly block: readonly NginxDirective[] | null;
  /** From 1. */
  readonly line: number;
}

export interface NginxConfig {
  readonly directives: readonly NginxDirective[];
  /** null: the text was read to its end. */
  readonly error: { readonly line: number; readonly message: string } | null;
}

/** Of the Lua module: the block holds Lua, not directives. */
const LUA_BLOCK = /_by_lua_block$/;
const SPACE = /[ \t\r\n]/;

type Token =
  | { readonly kind: 'word'; readonly text: string; readonly line: number }
  | { readonly kind: ';' | '{' | '}' | 'end'; readonly line: number }
  | { readonly kind: 'error'; readonly message: string; readonly line: number };

/** A block that is open: where its directives go, and what it will be when it is closed. */
interface OpenBlock {
  readonly directives: NginxDirective[];
  readonly head: { readonly words: readonly string[]; readonly line: number } | null;
}

export function parseNginxConfig(text: string): NginxConfig {
  const scanner = new Scanner(text);
  const root: OpenBlock = { directives: [], head: null };
  const open: OpenBlock[] = [root];
  let words: string[] = [];
  let line = 1;
  for (;;) {
    const block = open.at(-1) ?? root;
    const token = scanner.next();
    if (words.length === 0) line = token.line;
    if (token.kind === 'word') words.push(token.text);
    else if (token.kind === ';' && words.length > 0) {
      block.directives.push(directive({ words, line }, null));
      words = [];
    } else if (token.kind === '{' && words.length > 0) {
      const isLua = LUA_BLOCK.test(words[0] ?? '');
      if (isLua) scanner.skipLua();
      if (isLua) block.directives.push(directive({ words, line }, []));
      else open.push({ directives: [], head: { words, line } });
      words = [];
    } else if (token.kind === '}' && words.length === 0 && block.head !== null) {
      open.pop();
      (open.at(-1) ?? root).directives.push(directive(block.head, block.directives));
    } else {
      const isEnd = token.kind === 'end' && words.length === 0 && open.length === 1;
      for (const { head, directives } of open.slice(1).reverse()) closeAtEnd(open, head, directives);
      return { directives: root.directives, error: isEnd ? null : errorAt(token) };
    }
  }
}

/** What is left open when the text ends belongs to the tree too. */
function closeAtEnd(open: OpenBlock[], head: OpenBlock['head'], directives: readonly NginxDirective[]): void {
  open.pop();
  if (head !== null) open.at(-1)?.directives.push(directive(head, directives));
}

function directive(
  { words, line }: { readonly words: readonly string[]; readonly line: number },
  block: readonly NginxDirective[] | null,
): NginxDirective {
  const [name = '', ...args] = words;
  return { name, args, block, line };
}

function errorAt(token: Token): NginxConfig['error'] {
  if (token.kind === 'error') return { line: token.line, message: token.message };
  const what = token.kind === 'end' ? 'end of file' : `"${token.kind}"`;
  return { line: token.line, message: `unexpected ${what}` };
}

class Scanner {
  private readonly text: string;
  private at = 0;
  private line = 1;

  constructor(text: string) {
    this.text = text;
  }

  next(): Token {
    this.skipSpace();
    const { line } = this;
    const char = this.text[this.at];
    if (char === undefined) return { kind: 'end', line };
    if (char === ';' || char === '{' || char === '}') {
      this.at++;
      return { kind: char, line };
    }
    return char === '"' || char === "'" ? this.quoted(char) : this.word();
  }

  /** From behind the brace that opens a block of Lua to behind the one that closes it: Lua's strings and comments are stepped over. */
  skipLua(): void {
    const piece =
      /--\[\[[\s\S]*?\]\]|--[^\n]*|\[\[[\s\S]*?\]\]|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|[{}]/g;
    piece.lastIndex = this.at;
    let depth = 1;
    let end = this.text.length;
    for (
      let match = piece.exec(this.text);
      match !== null && depth > 0;
      match = depth > 0 ? piece.exec(this.text) : null
    ) {
      if (match[0] === '{') depth++;
      if (match[0] === '}') depth--;
      if (depth === 0) end = piece.lastIndex;
    }
    this.line += this.text.slice(this.at, end).split('\n').length - 1;
    this.at = end;
  }

  /** A comment begins where a word could, not inside one. */
  private skipSpace(): void {
    for (;;) {
      const char = this.text[this.at];
      if (char === '#') this.at = endOfLine(this.text, this.at);
      else if (char !== undefined && SPACE.test(char)) this.step();
      else return;
    }
  }

  private quoted(quote: string): Token {
    const { line } = this;
    this.at++;
    let text = '';
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined) return { kind: 'error', line, message: 'quoted text has no end' };
      if (char === quote) break;
      text += this.take();
    }
    this.at++;
    const after = this.text[this.at];
    if (after !== undefined && !SPACE.test(after) && !';{)'.includes(after)) {
      return { kind: 'error', line: this.line, message: `unexpected "${after}" behind quoted text` };
    }
    return { kind: 'word', text, line };
  }

  /** A brace behind a dollar sign is part of the word: ${name}. */
  private word(): Token {
    const { line } = this;
    let text = '';
    for (;;) {
      const char = this.text[this.at];
      const isVariable = char === '{' && text.endsWith('$');
      if (char === undefined || SPACE.test(char) || char === ';' || (char === '{' && !isVariable)) break;
      text += this.take();
    }
    return { kind: 'word', text, line };
  }

  /** One character, or what an escape stands for. */
  private take(): string {
    const char = this.step();
    const escaped = this.text[this.at];
    if (char !== '\\' || escaped === undefined) return char;
    this.step();
    return ESCAPES[escaped] ?? `\\${escaped}`;
  }

  private step(): string {
    const char = this.text[this.at++] ?? '';
    if (char === '\n') this.line++;
    return char;
  }
}

/** ngx_conf_read_token: before anything else the backslash stays. */
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', "'": "'", '\\': '\\', t: '\t', r: '\r', n: '\n' };

function endOfLine(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at === -1 ? text.length : at;
}

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type NginxDirective, parseNginxConfig } from './nginx-config.ts';

/** A directive as a line of text: `name arg arg;` or `name arg { ... }`, each word in its own brackets. */
function show({ name, args, block }: NginxDirective): string {
  const words = [name, ...args].map((word) => `<${word}>`).join(' ');
  return block === null ? words : `${words} {${block.map(show).join(', ')}}`;
}

function parse(text: string): string {
  const { directives, error } = parseNginxConfig(text);
  expect(error).toBeNull();
  return directives.map(show).join(', ');
}

describe('parseNginxConfig splits as nginx does', () => {
  test.each([
    { name: 'a directive', text: 'listen 80;', tree: '<listen> <80>' },
    { name: 'without arguments', text: 'ip_hash;', tree: '<ip_hash>' },
    { name: 'blocks', text: 'http { server { listen 80; } }', tree: '<http> {<server> {<listen> <80>}}' },
    { name: 'an empty block', text: 'events{}', tree: '<events> {}' },
    { name: 'no spaces', text: 'a{b c;d;}e f;', tree: '<a> {<b> <c>, <d>}, <e> <f>' },
    { name: 'over several lines', text: 'listen\n\t80\r\n ;', tree: '<listen> <80>' },
    { name: 'comments', text: '# a { b\nlisten 80; # c;\n#', tree: '<listen> <80>' },
    { name: 'a hash inside a word', text: 'return 301 /a#b;', tree: '<return> <301> </a#b>' },
    { name: 'double quotes', text: 'add_header X "a; b {c} # d";', tree: '<add_header> <X> <a; b {c} # d>' },
    { name: 'single quotes', text: 'log_format a \'$b "c"\';', tree: '<log_format> <a> <$b "c">' },
    { name: 'quotes inside a word', text: 'a b"c;', tree: '<a> <b"c>' },
    { name: 'an empty text', text: 'a "";', tree: '<a> <>' },
    { name: 'a line end in quotes', text: 'a "b\nc";', tree: '<a> <b\nc>' },
    {
      name: 'escapes',
      text: String.raw`a "b\"c\\d\te" f\;g h\ i \.php$;`,
      tree: '<a> <b"c\\d\te> <f\\;g> <h\\ i> <\\.php$>',
    },
    { name: 'a variable in braces', text: 'a \x24{b}c\x24{d};', tree: '<a> <\x24{b}c\x24{d}>' },
    { name: 'a brace ends a word', text: 'if ($a = b){c;}', tree: '<if> <($a> <=> <b)> {<c>}' },
    { name: 'a quoted condition', text: 'if ($a = "b") {c;}', tree: '<if> <($a> <=> <b> <)> {<c>}' },
    {
      name: 'a regular expression with braces, quoted',
      text: 'location ~ "^/a{2,3};" { }',
      tree: '<location> <~> <^/a{2,3};> {}',
    },
    {
      name: 'Lua',
      text: 'content_by_lua_block { if a then b = "}" end -- }\n c = [[ } ]] { d } } listen 80;',
      tree: '<content_by_lua_block> {}, <listen> <80>',
    },
    { name: 'nothing', text: '', tree: '' },
  ])('$name', ({ text, tree }) => {
    expect(parse(text)).toBe(tree);
  });

  test('lines are counted, in comments, quotes and Lua too', () => {
    const text = '# 1\na "2\n3";\nb_by_lua_block {\n5\n}\nc;';
    expect(parseNginxConfig(text).directives.map(({ name, line }) => [name, line])).toEqual([
      ['a', 2],
      ['b_by_lua_block', 4],
      ['c', 7],
    ]);
  });
});

describe('what cannot be read ends the tree', () => {
  test.each([
    { text: 'a b', error: { line: 1, message: 'unexpected end of file' }, tree: '' },
    { text: 'a { b;\n', error: { line: 2, message: 'unexpected end of file' }, tree: '<a> {<b>}' },
    { text: 'a; } b;', error: { line: 1, message: 'unexpected "}"' }, tree: '<a>' },
    { text: 'a { b }', error: { line: 1, message: 'unexpected "}"' }, tree: '<a> {}' },
    { text: 'a;\n;', error: { line: 2, message: 'unexpected ";"' }, tree: '<a>' },
    { text: '{ }', error: { line: 1, message: 'unexpected "{"' }, tree: '' },
    { text: 'a;\nb "c;', error: { line: 2, message: 'quoted text has no end' }, tree: '<a>' },
    { text: 'a "b"c;', error: { line: 1, message: 'unexpected "c" behind quoted text' }, tree: '' },
  ])('$text', ({ text, error, tree }) => {
    const config = parseNginxConfig(text);
    expect(config.error).toEqual(error);
    expect(config.directives.map(show).join(', ')).toBe(tree);
  });
});

test('any text ends, with a tree or an error', () => {
  const piece = fc.constantFrom(
    'a',
    ' ',
    '\n',
    ';',
    '{',
    '}',
    '"',
    "'",
    '\\',
    '#',
    '$',
    '[[',
    ']]',
    '--',
    'x_by_lua_block {',
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => void parseNginxConfig(pieces.join(''))));
});

test('what is written is read', () => {
  const word = fc.string({ minLength: 1, maxLength: 8 });
  const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
      const { directives } = parseNginxConfig(`${words.map(quote).join(' ')};`);
      expect(directives.map(({ name, args }) => [name, ...args])).toEqual([words]);
    }),
  );
});

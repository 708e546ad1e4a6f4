const columns = 110;

/** A doc comment; nothing for an empty text. Tags come after the text, each on a line of its own. */
export function docComment(text: string, indent: number, tags: readonly string[] = []): readonly string[] {
  const paragraphs = text.split(/\n\s*\n/).map((each) => escaped(each.replace(/\s+/g, ' ').trim()));
  const blocks = [...paragraphs.filter((each) => each !== ''), ...tags];
  if (blocks.length === 0) return [];
  const [only = ''] = blocks;
  const pad = ' '.repeat(indent);
  if (blocks.length === 1 && indent + only.length + 7 <= columns) return [`/** ${only} */`];
  const lines = blocks.flatMap((block, i) => {
    const wrapped = wrap(block, columns - pad.length - 3).map((line) => ` * ${line}`);
    return i > 0 && !(block.startsWith('@') && blocks[i - 1]?.startsWith('@')) ? [' *', ...wrapped] : wrapped;
  });
  return ['/**', ...lines, ' */'];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line];
}

/** Text that ends no comment and means no tag, link or markup to a doc tool. */
function escaped(text: string): string {
  return text.replace(/\*\//g, '*\u200b/').replace(/[@{}<\\]/g, (character) => `\\${character}`);
}

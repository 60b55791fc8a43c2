// The data package of ICU inside Node: a header, a table of contents by name, the items. Its format: ICU's ucmndata.h.
const MAGIC = 0x27da;
const FORMAT = 'CmnD';
const FORMAT_PLACE = 12;
const ALIGNMENT = 16;

/** Words of other languages, where they break lines, their scripts and their old encodings. Time zones all stay. */
const OF_OTHER_LANGUAGES = [
  /(^|\/)(?!en[_.]|res_)[a-z]{2,3}(_\w+)?\.res$/,
  /^brkitr\/(\w+\.dict|[A-Z]\w+\.res)$/,
  /^translit\//,
  /\.cnv$/,
];

/**
 * Makes the ICU data in `file` (Buffer, changed in place) that of English alone, as Node's own small-icu builds have it.
 * Answers which bytes nobody reads any more: {start, end}. Throws an Error when there is no such data.
 */
export function onlyEnglish(file) {
  const start = findPackage(file);
  const headerBytes = file.readUInt16LE(start);
  const items = readItems(file.subarray(start + headerBytes));
  const kept = items.slice(0, -1).filter(({ name }) => !isOfOtherLanguage(name));
  const contents = writeItems(kept);
  contents.copy(file, start + headerBytes);
  // How long the last item is stands nowhere, so it stays, unnamed.
  return { start: start + headerBytes + contents.length, end: start + headerBytes + items.at(-1).offset };
}

function findPackage(file) {
  for (let at = file.indexOf(FORMAT); at >= 0; at = file.indexOf(FORMAT, at + 1))
    if (file.readUInt16LE(at - FORMAT_PLACE + 2) === MAGIC) return at - FORMAT_PLACE;
  throw new Error('no ICU data in it');
}

function readItems(data) {
  const items = Array.from({ length: data.readUInt32LE(0) }, (_, index) => {
    const nameAt = data.readUInt32LE(4 + index * 8);
    const name = data.toString('latin1', nameAt, data.indexOf(0, nameAt));
    return { name, offset: data.readUInt32LE(8 + index * 8) };
  });
  return items.map((item, index) => ({
    ...item,
    bytes: data.subarray(item.offset, items[index + 1]?.offset),
  }));
}

/** A name begins with the package's own: icudt78l/coll/de.res. */
function isOfOtherLanguage(name) {
  const path = name.slice(name.indexOf('/') + 1);
  return OF_OTHER_LANGUAGES.some((pattern) => pattern.test(path));
}

function writeItems(items) {
  const table = Buffer.alloc(4 + items.length * 8);
  const names = Buffer.from(items.map(({ name }) => `${name}\0`).join(''), 'latin1');
  table.writeUInt32LE(items.length, 0);
  let nameAt = table.length;
  let offset = aligned(table.length + names.length);
  const padding = Buffer.alloc(offset - table.length - names.length);
  items.forEach(({ name, bytes }, index) => {
    table.writeUInt32LE(nameAt, 4 + index * 8);
    table.writeUInt32LE(offset, 8 + index * 8);
    nameAt += name.length + 1;
    offset += bytes.length;
  });
  return Buffer.concat([table, names, padding, ...items.map(({ bytes }) => bytes)]);
}

function aligned(length) {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}
